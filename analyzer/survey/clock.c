/* Puts the clocks of the inputs on one: the first input's, as far as connections join them. */
#include <stdlib.h>

#include "base/memory.h"
#include "survey/feasible.h"
#include "survey/gather.h"
#include "survey/parts.h"

static enum clock_method method_of(enum feasible_result result)
{
    switch (result) {
    case FEASIBLE_AGREE:
        return CLOCK_AGREES;
    case FEASIBLE_OFFSET:
        return CLOCK_OFFSET;
    case FEASIBLE_DRIFT:
        return CLOCK_DRIFT;
    case FEASIBLE_STEP:
        return CLOCK_STEP;
    default:
        return CLOCK_NONE;
    }
}

/* When and by how much a clock was set, by its own time. */
static void note_step(struct clock *to, const struct feasible *feasible, bool forward)
{
    to->step_at_ns = feasible->step_at_ns + (forward ? feasible->offset_ns : 0);
    to->step_ns = forward ? feasible->step_ns : -feasible->step_ns;
}

/* The clock of `to`, from that of `from` and how they differ; `forward`: `feasible` is to less
 * from, else from less to. */
static void derive(const struct clock *from, struct clock *to, const struct feasible *feasible,
                   bool forward)
{
    int sign = forward ? 1 : -1;
    const struct clock_map *map = &from->map;
    /* The origin as either clock says it. */
    int64_t origin_from = forward ? feasible->origin_ns : feasible->origin_ns + feasible->offset_ns;
    int64_t origin_to = forward ? feasible->origin_ns + feasible->offset_ns : feasible->origin_ns;

    if (from->method == CLOCK_REFERENCE || from->method == CLOCK_AGREES)
        to->method = method_of(feasible->result);
    else
        to->method =
            feasible->result == FEASIBLE_AGREE ? from->method : method_of(feasible->result);
    to->map.origin_ns = origin_to;
    to->map.offset_ns = origin_to - clock_common(map, origin_from);
    to->map.drift_ppb = map->drift_ppb + sign * feasible->drift_ppb;
    if (feasible->result == FEASIBLE_AGREE && map->drift_ppb == 0)
        to->map = *map; /* to the nanosecond */
    to->has_error = from->has_error && feasible->has_error;
    to->error_ns = from->error_ns + feasible->error_ns;
    note_step(to, feasible, forward);
}

/* How good a join between two clocks is: less is better. */
static int64_t badness(const struct feasible *feasible)
{
    int64_t error = feasible->has_error ? feasible->error_ns : INT64_MAX / 4;

    return error + (feasible->result == FEASIBLE_STEP ? INT64_MAX / 4 : 0);
}

/* --- all of them ----------------------------------------------------------------------------- */

/* What is known of the pairs of inputs: of [a * count + b] with a < b. */
struct pairs {
    size_t count;
    struct crossings *crossings;
    struct feasible *feasible;
    bool *set; /* of each input: its clock is */
};

static size_t pair_of(const struct pairs *pairs, size_t a, size_t b)
{
    return a < b ? a * pairs->count + b : b * pairs->count + a;
}

/* What b's clock says when a's says `at_ns`, as both were set. */
static int64_t ahead_at(const struct clock *a, const struct clock *b, int64_t at_ns)
{
    int64_t common = clock_common(&a->map, at_ns);
    int64_t there = common + b->map.offset_ns;

    for (int i = 0; i < 3; i++) /* drift is small: each round leaves a thousandth */
        there += common - clock_common(&b->map, there);
    return there - at_ns;
}

/* A clock that was set by way of another is held against those that it was not set by: it may be
 * less exact at times when the other recorded nothing, and a step may show only here. */
static void check_against(struct survey *survey, const struct pairs *pairs, size_t from, size_t to)
{
    size_t a = from < to ? from : to, b = from < to ? to : from, pair = pair_of(pairs, a, b);
    const struct feasible *feasible = &pairs->feasible[pair];
    const struct crossings *crossings = &pairs->crossings[pair];
    const struct clock *other = &survey->clocks[from];
    struct clock *clock = &survey->clocks[to];
    int64_t error;

    if (other->method == CLOCK_STEP || clock->method == CLOCK_STEP)
        return;
    if (feasible->result == FEASIBLE_STEP) {
        clock->method = CLOCK_STEP;
        note_step(clock, feasible, from < to);
        return;
    }
    if (!feasible->has_error || !other->has_error || !clock->has_error)
        return;
    error = feasible_error(crossings, feasible,
                           ahead_at(&survey->clocks[a], &survey->clocks[b], crossings->from_ns),
                           ahead_at(&survey->clocks[a], &survey->clocks[b], crossings->to_ns));
    if (error > other->error_ns + clock->error_ns)
        clock->error_ns = error - other->error_ns;
}

/* Sets clocks one after the other from those already set, by the surest join first. */
static void spread(struct survey *survey, const struct pairs *pairs)
{
    for (;;) {
        const struct feasible *best = NULL;
        size_t from = 0, to = 0;

        for (size_t a = 0; a < pairs->count; a++) {
            for (size_t b = 0; b < pairs->count; b++) {
                const struct feasible *pair = &pairs->feasible[pair_of(pairs, a, b)];

                if (!pairs->set[a] || pairs->set[b] || pair->result == FEASIBLE_UNKNOWN)
                    continue;
                if (best == NULL || badness(pair) < badness(best)) {
                    best = pair;
                    from = a;
                    to = b;
                }
            }
        }
        if (best == NULL)
            return;
        derive(&survey->clocks[from], &survey->clocks[to], best, from < to);
        for (size_t a = 0; a < pairs->count; a++)
            if (pairs->set[a] && a != from)
                check_against(survey, pairs, a, to);
        pairs->set[to] = true;
    }
}

void survey_clocks(struct survey *survey)
{
    size_t count = survey->inputs->count;
    struct pairs pairs = {
        .count = count,
        .crossings = memory_zalloc(count * count * sizeof *pairs.crossings),
        .feasible = memory_zalloc(count * count * sizeof *pairs.feasible),
        .set = memory_zalloc(count * sizeof *pairs.set),
    };

    gather_crossings(survey, pairs.crossings);
    for (size_t i = 0; i < count * count; i++)
        pairs.feasible[i] = feasible_solve(&pairs.crossings[i]);
    for (size_t i = 0; i < count; i++) {
        if (pairs.set[i])
            continue;
        pairs.set[i] = true;
        survey->clocks[i].method = i == 0 ? CLOCK_REFERENCE : CLOCK_NONE;
        survey->clocks[i].has_error = i == 0;
        spread(survey, &pairs);
    }
    for (size_t i = 0; i < count * count; i++)
        free(pairs.crossings[i].items);
    free(pairs.crossings);
    free(pairs.feasible);
    free(pairs.set);
}
