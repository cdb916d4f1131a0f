/* Matches a segment with those that wait for it at a neighbouring point, by its numbers, or by its
 * bytes where segmentation offload has cut them otherwise. */
#ifndef MATCH_H
#define MATCH_H

#include <stddef.h>
#include <stdint.h>

#include "merge/waiting.h"

enum {
    PIECES_MAX = 8 /* of one segment, left over by matching */
};

/* Parts of a segment's range that have found no sighting yet. */
struct pieces {
    struct print items[PIECES_MAX];
    size_t count;
};

/* How a match is kept. Between neighbours the segment has arrived, and waits no more. Further on it
 * is only excused: the stop between may still come to have seen it. */
enum match_kind {
    MATCH_ARRIVED,
    MATCH_EXCUSED
};

struct match {
    uint64_t segment_id;        /* the sighting of the first byte that found one; 0: none */
    int64_t ts_ns;              /* its time */
    const struct wait *partner; /* the same packet, whole: what else differs was written anew;
                                 * NULL: not certain. Borrowed until the queue changes. */
};

/* Matches what is left of a segment. `pieces` is left with what found no match. */
struct match match_segment(struct waiting *waiting, struct pieces *pieces, enum match_kind kind);

#endif
