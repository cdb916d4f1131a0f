#include "survey/samples.h"

static bool same_copy(const struct handshake_sample *a, const struct handshake_sample *b)
{
    if (a->copies == 0 || b->copies == 0)
        return false;
    if (a->has_tsval && b->has_tsval)
        return a->tsval == b->tsval;
    if (a->ip_id != 0 && b->ip_id != 0)
        return a->ip_id == b->ip_id;
    /* One may have been stripped of its timestamps, or cut before them. */
    return a->copies == 1 && b->copies == 1;
}

struct sample_pair sample_pair(const struct leg_record *a, const struct leg_record *b)
{
    struct sample_pair pair = {0};

    for (int dir = 0; dir < DIRS; dir++) {
        int which = dir == DIR_CLIENT ? SAMPLE_SYN : SAMPLE_SYNACK;
        const struct handshake_sample *x = &a->samples[which], *y = &b->samples[which];

        if (!same_copy(x, y))
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
