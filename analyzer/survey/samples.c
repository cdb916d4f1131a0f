#include "survey/samples.h"

static bool same_copy(const struct handshake_sample *a, const struct handshake_sample *b)
{
    if (a->copies == 0 || b->copies == 0)
        return false;
    if (a->has_tsval && b->has_tsval)
        return a->tsval == b->tsval;
    /* One may have been stripped of its timestamps, or cut before them. */
    return a->copies == 1 && b->copies == 1;
}

struct sample_pair sample_pair(const struct leg_record *a, const struct leg_record *b)
{
    static const int dirs[SAMPLES] = {
        [SAMPLE_SYN] = DIR_CLIENT, [SAMPLE_SYNACK] = DIR_SERVER, [SAMPLE_ACK] = DIR_CLIENT};
    struct sample_pair pair = {0};

    for (int which = 0; which < SAMPLES; which++) {
        const struct handshake_sample *x = &a->samples[which], *y = &b->samples[which];
        int dir = dirs[which];

        if (pair.has[dir] || !same_copy(x, y))
            continue;
        pair.has[dir] = true;
        pair.at_ns[dir] = x->ts_ns;
        pair.apart_ns[dir] = y->ts_ns - x->ts_ns;
    }
    return pair;
}

int sample_nearer_by_ttl(const struct leg_record *a, const struct leg_record *b)
{
    int votes = 0;

    for (int dir = 0; dir < DIRS; dir++) {
        int before = (a->ttl[dir] < b->ttl[dir]) - (a->ttl[dir] > b->ttl[dir]);

        if (a->ttl[dir] != 0 && b->ttl[dir] != 0)
            votes += dir == DIR_CLIENT ? before : -before;
    }
    return (votes > 0) - (votes < 0);
}

int sample_nearer_by_time(const struct leg_record *a, const struct leg_record *b)
{
    struct sample_pair pair = sample_pair(a, b);
    int64_t client = pair.apart_ns[DIR_CLIENT], server = pair.apart_ns[DIR_SERVER];

    if (!pair.has[DIR_CLIENT] || !pair.has[DIR_SERVER])
        return 0;
    return (client < server) - (client > server);
}
