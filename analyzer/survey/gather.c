#include "survey/gather.h"

#include <stdlib.h>

#include "survey/samples.h"
#include "survey/sketch.h"

/* Of one pair of inputs: then they are thinned. Those of all of the time are needed, since a drift
 * shows in its length and a step anywhere. */
enum {
    CROSSINGS_MAX = 65536
};

static void add(struct crossings *crossings, int64_t at_a, int64_t at_b, bool from_a)
{
    struct crossing crossing = {.at_ns = at_a, .apart_ns = at_b - at_a, .from_a = from_a};

    crossings_add(crossings, &crossing);
}

static void add_loose(struct crossings *crossings, int64_t at_a, int64_t at_b, bool from_a)
{
    struct crossing crossing = {
        .at_ns = at_a, .apart_ns = at_b - at_a, .from_a = from_a, .loose = true};

    crossings_add(crossings, &crossing);
}

/* The crossings of two legs of one connection, before it is known which lies nearer to the
 * client. */
struct shared {
    struct crossings dirs[DIRS]; /* from_a is not set yet */
};

static void shared_done(struct shared *shared)
{
    for (int dir = 0; dir < DIRS; dir++)
        free(shared->dirs[dir].items);
}

static void note_shared(void *context, enum sketch_class kind, int dir_a, int dir_b,
                        const struct fingerprint *a, const struct fingerprint *b)
{
    struct shared *shared = context;

    if (dir_a == dir_b && kind != SKETCH_CONTENT && !a->repeated && !b->repeated)
        add(&shared->dirs[dir_a], a->ts_ns, b->ts_ns, false);
}

static void note_handshake(struct shared *shared, const struct leg_record *a,
                           const struct leg_record *b)
{
    struct sample_pair pair = sample_pair(a, b);

    for (int dir = 0; dir < DIRS; dir++)
        if (pair.has[dir])
            add(&shared->dirs[dir], pair.at_ns[dir], pair.at_ns[dir] + pair.apart_ns[dir], false);
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
        add_loose(crossings, syn_a->ts_ns, synack_b->ts_ns, true);
    if (is_answer(syn_b, synack_a))
        add_loose(crossings, synack_a->ts_ns, syn_b->ts_ns, false);
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

/* What both saw of their connection. */
static struct shared compare_legs(const struct survey *survey, const struct leg_record *a,
                                  const struct leg_record *b)
{
    struct shared shared = {0};

    note_handshake(&shared, a, b);
    if (a->sketch != 0 && b->sketch != 0)
        sketch_compare(survey_sketch(survey, a), survey_sketch(survey, b), note_shared, &shared);
    return shared;
}

int gather_nearer(const struct survey *survey, const struct leg_record *a,
                  const struct leg_record *b)
{
    struct shared shared = compare_legs(survey, a, b);
    int nearer = nearer_by_crossings(&shared);

    shared_done(&shared);
    return nearer;
}

/* The time in which both saw something of the connection, as a's clock says it. The clocks differ
 * by about what any crossing of theirs says. */
static void note_span(struct crossings *crossings, const struct leg_record *a,
                      const struct leg_record *b)
{
    int64_t from_ns = a->first_ns, to_ns = a->last_ns;

    if (crossings->count > 0) {
        int64_t apart_ns = crossings->items[0].apart_ns;

        from_ns = b->first_ns - apart_ns > from_ns ? b->first_ns - apart_ns : from_ns;
        to_ns = b->last_ns - apart_ns < to_ns ? b->last_ns - apart_ns : to_ns;
    }
    crossings_span(crossings, from_ns, to_ns);
}

static void note_pair(const struct survey *survey, struct crossings *crossings,
                      const struct leg_record *a, const struct leg_record *b)
{
    struct shared shared = compare_legs(survey, a, b);
    int nearer = sample_nearer_by_ttl(a, b);
    bool together;

    note_answer(crossings, a, b);
    if (nearer == 0)
        nearer = nearer_by_crossings(&shared);
    /* Neither comes first in both directions: two taps of one place, which bound each other from
     * both sides. */
    together =
        nearer == 0 && shared.dirs[DIR_CLIENT].count > 0 && shared.dirs[DIR_SERVER].count > 0;
    for (int dir = 0; dir < DIRS; dir++) {
        for (size_t i = 0; i < shared.dirs[dir].count; i++) {
            struct crossing crossing = shared.dirs[dir].items[i];

            crossing.from_a = (nearer < 0) == (dir == DIR_CLIENT);
            if (nearer != 0 || together)
                crossings_add(crossings, &crossing);
            crossing.from_a = !crossing.from_a;
            if (together)
                crossings_add(crossings, &crossing);
        }
    }
    shared_done(&shared);
    note_span(crossings, a, b);
    if (crossings->count >= CROSSINGS_MAX)
        crossings_thin(crossings);
}

void gather_crossings(const struct survey *survey, struct crossings *pairs)
{
    size_t inputs = survey->inputs->count;

    for (size_t i = 0; i < survey->links.count; i++) {
        const struct link *link = survey_link_at(survey, i);
        struct leg_record *const *legs = link->legs > 1 ? survey_members(survey, link) : NULL;

        for (size_t k = 0; k < link->legs; k++) {
            for (size_t m = k + 1; m < link->legs; m++) {
                const struct leg_record *a = legs[k], *b = legs[m];
                size_t from = survey->points[a->point].input, to = survey->points[b->point].input;

                if (from < to)
                    note_pair(survey, &pairs[from * inputs + to], a, b);
                else if (from > to)
                    note_pair(survey, &pairs[to * inputs + from], b, a);
            }
        }
    }
}
