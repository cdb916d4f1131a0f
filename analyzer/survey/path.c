/* In which order a connection passes its points: position 0 is nearest to the client. */
#include "survey/samples.h"
#include "survey/survey.h"

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
    if (order == 0 && a->samples[SAMPLE_SYN].copies && b->samples[SAMPLE_SYN].copies)
        order = compare(common_first(survey, a, SAMPLE_SYN), common_first(survey, b, SAMPLE_SYN));
    return order;
}

void survey_paths(struct survey *survey)
{
    for (size_t i = 0; i < survey->links_count; i++) {
        struct leg_record **legs = &survey->members[survey->links[i].first];
        size_t count = survey->links[i].legs;

        /* Insertion: few legs, and those that can't be told apart stay in the order of points. */
        for (size_t k = 1; k < count; k++) {
            struct leg_record *leg = legs[k];
            size_t at = k;

            for (; at > 0 && nearer(survey, leg, legs[at - 1]) < 0; at--)
                legs[at] = legs[at - 1];
            legs[at] = leg;
        }
        for (size_t k = 0; k < count; k++)
            legs[k]->position = (uint32_t)k;
    }
}
