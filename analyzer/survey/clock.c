/* Puts the clocks of the inputs on one: the first input's, as far as connections join them. */
#include <stdlib.h>

#include "base/memory.h"
#include "survey/feasible.h"
#include "survey/samples.h"
#include "survey/sketch.h"
#include "survey/survey.h"

/* Of one pair of inputs more would not make the interval narrower by anything. */
enum {
    CROSSINGS_MAX = 65536
};

const char *clock_method_name(enum clock_method method)
{
    static const char *const names[] = {
        [CLOCK_NONE] = "none",     [CLOCK_REFERENCE] = "reference", [CLOCK_AGREES] = "agrees",
        [CLOCK_OFFSET] = "offset", [CLOCK_DRIFT] = "drift",         [CLOCK_STEP] = "step",
    };

    return names[method];
}

/* The crossings of two legs of one connection, before it is known which lies nearer to the
 * client. */
struct shared {
    struct crossings dirs[DIRS]; /* from_a is not set yet */
};

static void note_shared(void *context, enum sketch_class class, int dir_a, int dir_b,
                        const struct fingerprint *a, const struct fingerprint *b)
{
    struct shared *shared = context;

    if (dir_a == dir_b && class != SKETCH_CONTENT && !a->repeated && !b->repeated)
        crossings_add(&shared->dirs[dir_a], a->ts_ns, b->ts_ns - a->ts_ns, false);
}

static void note_handshake(struct shared *shared, const struct leg_record *a,
                           const struct leg_record *b)
{
    struct sample_pair pair = sample_pair(a, b);

    for (int dir = 0; dir < DIRS; dir++)
        if (pair.has[dir])
            crossings_add(&shared->dirs[dir], pair.at_ns[dir], pair.apart_ns[dir], false);
}

/* Whether the SYN-ACK answers this copy of the SYN: it sends its timestamp back. */
static bool is_answer(const struct handshake_sample *syn, const struct handshake_sample *synack)
{
    if (syn->copies == 0 || synack->copies == 0)
        return false;
    if (syn->has_tsval && synack->has_tsval)
        return syn->tsval == synack->tsecr;
    return syn->copies == 1 && synack->copies == 1;
}

/* A SYN passes any point before its answer passes any other, whether or not a point saw both: that
 * bounds clocks also where the two directions take different routes. */
static void note_answer(struct crossings *crossings, const struct leg_record *a,
                        const struct leg_record *b)
{
    const struct handshake_sample *syn_a = &a->samples[SAMPLE_SYN];
    const struct handshake_sample *syn_b = &b->samples[SAMPLE_SYN];
    const struct handshake_sample *synack_a = &a->samples[SAMPLE_SYNACK];
    const struct handshake_sample *synack_b = &b->samples[SAMPLE_SYNACK];

    if (is_answer(syn_a, synack_b))
        crossings_add(crossings, syn_a->ts_ns, synack_b->ts_ns - syn_a->ts_ns, true);
    if (is_answer(syn_b, synack_a))
        crossings_add(crossings, synack_a->ts_ns, syn_b->ts_ns - synack_a->ts_ns, false);
}

/* Which leg the client's segments pass first, by times that are near to each other, so that a drift
 * does not matter: -1 the first, 1 the second, 0 not known. */
static int nearer_by_crossings(const struct shared *shared)
{
    const struct crossings *client = &shared->dirs[DIR_CLIENT];
    const struct crossings *server = &shared->dirs[DIR_SERVER];
    int64_t votes = 0;

    for (size_t i = 0; i < client->count; i++) {
        const struct crossing *nearest = NULL;
        int64_t best = INT64_MAX;

        for (size_t k = 0; k < server->count; k++) {
            int64_t away = llabs(server->items[k].at_ns - client->items[i].at_ns);

            if (away < best) {
                best = away;
                nearest = &server->items[k];
            }
        }
        if (nearest != NULL)
            votes += (nearest->apart_ns > client->items[i].apart_ns) -
                     (nearest->apart_ns < client->items[i].apart_ns);
    }
    return (votes > 0) - (votes < 0);
}

static void note_pair(struct crossings *crossings, const struct leg_record *a,
                      const struct leg_record *b)
{
    struct shared shared = {0};
    int nearer = sample_nearer_by_ttl(a, b);
    bool together;

    note_answer(crossings, a, b);
    note_handshake(&shared, a, b);
    if (a->sketch != NULL && b->sketch != NULL)
        sketch_compare(a->sketch, b->sketch, note_shared, &shared);
    if (nearer == 0)
        nearer = nearer_by_crossings(&shared);
    /* Neither comes first in both directions: two taps of one place, which bound each other from
     * both sides. */
    together =
        nearer == 0 && shared.dirs[DIR_CLIENT].count > 0 && shared.dirs[DIR_SERVER].count > 0;
    for (int dir = 0; dir < DIRS; dir++) {
        for (size_t i = 0; i < shared.dirs[dir].count && crossings->count < CROSSINGS_MAX; i++) {
            const struct crossing *crossing = &shared.dirs[dir].items[i];
            bool from_a = (nearer < 0) == (dir == DIR_CLIENT);

            if (nearer != 0 || together)
                crossings_add(crossings, crossing->at_ns, crossing->apart_ns, from_a);
            if (together)
                crossings_add(crossings, crossing->at_ns, crossing->apart_ns, !from_a);
        }
        free(shared.dirs[dir].items);
    }
}

/* All pairs of inputs: of [a * inputs + b] with a < b, what connections say of b's clock less
 * a's. */
static void gather(const struct survey *survey, struct crossings *pairs)
{
    size_t inputs = survey->inputs->count;

    for (size_t i = 0; i < survey->links_count; i++) {
        const struct link *link = &survey->links[i];

        for (size_t k = 0; k < link->legs; k++) {
            for (size_t m = k + 1; m < link->legs; m++) {
                const struct leg_record *a = survey->members[link->first + k];
                const struct leg_record *b = survey->members[link->first + m];
                size_t from = survey->points[a->point].input, to = survey->points[b->point].input;

                if (from < to)
                    note_pair(&pairs[from * inputs + to], a, b);
                else if (from > to)
                    note_pair(&pairs[to * inputs + from], b, a);
            }
        }
    }
}

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
    to->step_at_ns = feasible->step_at_ns;
    to->step_ns = sign * feasible->step_ns;
}

/* How good a join between two clocks is: less is better. */
static int64_t badness(const struct feasible *feasible)
{
    int64_t error = feasible->has_error ? feasible->error_ns : INT64_MAX / 4;

    return error + (feasible->result == FEASIBLE_STEP ? INT64_MAX / 4 : 0);
}

/* Sets clocks one after the other from those already set, by the surest join first. */
static void spread(struct survey *survey, const struct feasible *pairs, bool *set)
{
    size_t count = survey->inputs->count;

    for (;;) {
        const struct feasible *best = NULL;
        size_t from = 0, to = 0;

        for (size_t a = 0; a < count; a++) {
            for (size_t b = 0; b < count; b++) {
                const struct feasible *pair = a < b ? &pairs[a * count + b] : &pairs[b * count + a];

                if (!set[a] || set[b] || pair->result == FEASIBLE_UNKNOWN)
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
        set[to] = true;
        derive(&survey->clocks[from], &survey->clocks[to], best, from < to);
    }
}

void survey_clocks(struct survey *survey)
{
    size_t count = survey->inputs->count;
    struct crossings *crossings = memory_zalloc(count * count * sizeof *crossings);
    struct feasible *pairs = memory_zalloc(count * count * sizeof *pairs);
    bool *set = memory_zalloc(count * sizeof *set);

    gather(survey, crossings);
    for (size_t i = 0; i < count * count; i++) {
        pairs[i] = feasible_solve(&crossings[i]);
        free(crossings[i].items);
    }
    for (size_t i = 0; i < count; i++) {
        if (set[i])
            continue;
        set[i] = true;
        survey->clocks[i].method = i == 0 ? CLOCK_REFERENCE : CLOCK_NONE;
        survey->clocks[i].has_error = i == 0;
        spread(survey, pairs, set);
    }
    free(crossings);
    free(pairs);
    free(set);
}
