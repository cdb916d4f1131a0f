/* Two legs of one connection compared by the handshake that both saw. */
#ifndef SAMPLES_H
#define SAMPLES_H

#include "survey/found.h"

struct sample_pair {
    bool has[DIRS];
    int64_t at_ns[DIRS];    /* raw time at a */
    int64_t apart_ns[DIRS]; /* raw time at b less raw time at a, of the same segment */
};

/* Compares only what is surely the same copy of a segment: equal TSvals, or none and no copies. */
struct sample_pair sample_pair(const struct leg_record *a, const struct leg_record *b);

/* By TTL, which falls along the path: -1 if `a` is nearer to the client, 1 if `b` is, 0 if it can't
 * be told. */
int sample_nearer_by_ttl(const struct leg_record *a, const struct leg_record *b);

/* By the time between the points in both directions, whatever their clocks say: the same. */
int sample_nearer_by_time(const struct leg_record *a, const struct leg_record *b);

#endif
