/* In which order a connection passes its points: position 0 is nearest to the client. */
#include <string.h>

#include "survey/gather.h"
#include "survey/parts.h"
#include "survey/samples.h"

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int64_t common_first(const struct survey *survey, const struct leg_record *leg, int which)
{
    uint32_t input = survey->points[leg->point].input;

    return clock_common(&survey->clocks[input].map, leg->samples[which].ts_ns);
}

/* -1 if `a` is nearer to the client. What a router does to the TTL is the strongest evidence, the
 * times in both directions the next, the time on the common clock the last. */
static int nearer(const struct survey *survey, const struct leg_record *a,
                  const struct leg_record *b)
{
    int order = sample_nearer_by_ttl(a, b);

    if (order == 0)
        order = sample_nearer_by_time(a, b);
    if (order == 0)
        order = gather_nearer(survey, a, b);
    if (order == 0 && a->samples[SAMPLE_SYN].copies && b->samples[SAMPLE_SYN].copies)
        order = compare(common_first(survey, a, SAMPLE_SYN), common_first(survey, b, SAMPLE_SYN));
    return order;
}

/* The place of a point in options->path, from 0; -1 if it is not in it. */
static int rank_of(const struct survey *survey, uint32_t point)
{
    const char *name = survey->points[point].name, *at = survey->options->path;

    for (int rank = 0; at != NULL; rank++) {
        size_t length = strcspn(at, ",");

        if (strlen(name) == length && strncmp(name, at, length) == 0)
            return rank;
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return -1;
}

/* As the user says, if he does. His path is walked from either end: which, the evidence says for
 * its first and last point. */
static void order_by_rank(const struct survey *survey, struct leg_record **legs, size_t count)
{
    const struct leg_record *first = NULL, *last = NULL;
    int sign;

    for (size_t i = 0; i < count; i++) {
        int rank = rank_of(survey, legs[i]->point);

        if (rank < 0)
            continue;
        if (first == NULL || rank < rank_of(survey, first->point))
            first = legs[i];
        if (last == NULL || rank > rank_of(survey, last->point))
            last = legs[i];
    }
    if (first == last)
        return;
    sign = nearer(survey, first, last) > 0 ? -1 : 1;
    for (size_t k = 1; k < count; k++) {
        struct leg_record *leg = legs[k];
        int rank = rank_of(survey, leg->point);
        size_t at = k;

        /* Points that he did not name stay where they are, relative to those before them. */
        for (; rank >= 0 && at > 0; at--) {
            int before = rank_of(survey, legs[at - 1]->point);

            if (before < 0 || sign * (rank - before) >= 0)
                break;
            legs[at] = legs[at - 1];
        }
        legs[at] = leg;
    }
}

void survey_paths(struct survey *survey)
{
    for (size_t i = 0; i < survey->links.count; i++) {
        const struct link *link = survey_link_at(survey, i);
        struct leg_record **legs;
        size_t count = link->legs;

        if (count < 2)
            continue;
        legs = survey_members(survey, link);
        /* Insertion: few legs, and those that can't be told apart stay in the order of points. */
        for (size_t k = 1; k < count; k++) {
            struct leg_record *leg = legs[k];
            size_t at = k;

            for (; at > 0 && nearer(survey, leg, legs[at - 1]) < 0; at--)
                legs[at] = legs[at - 1];
            legs[at] = leg;
        }
        if (survey->options->path != NULL)
            order_by_rank(survey, legs, count);
        for (size_t k = 0; k < count; k++) {
            struct leg_place *place = spill_at(&survey->members, link->first + k);

            legs[k]->position = (uint32_t)k;
            *place = (struct leg_place){legs[k]->point, legs[k]->number};
        }
    }
}

enum status survey_check_path(const struct survey *survey, struct error *err)
{
    int names = 0, known = 0;

    for (const char *at = survey->options->path; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        names++;
    }
    for (uint32_t i = 0; i < survey->points_count; i++)
        known += rank_of(survey, i) >= 0;
    if (names == known)
        return STATUS_OK;
    return error_set(err, STATUS_USAGE, "--path %s: names %d points, of which %d are there",
                     survey->options->path, names, known);
}
