/* Why bytes came again, or out of order. */
#ifndef AGAIN_H
#define AGAIN_H

#include "track/steps.h"

struct verdict {
    const char *cause, *decided_by; /* static */
    uint8_t confidence;             /* percent */
};

/* The same packet as `former`, which this point has seen, and which had exactly its bytes: the
 * network sent it twice. `cause` is NULL if it is none, or if nothing tells. */
struct verdict again_duplicate(const struct step *step, const struct sent_range *former);

/* Bytes that were skipped come. Whether the segment is an original that others have overtaken: then
 * `cause` is "reordering". NULL: it was sent again, and `decided_by` is what says so. */
struct verdict again_reordered(const struct step *step, const struct sent_range *hole);

/* Why its sender sent it again. `former` is what is known of its first bytes: the segment that
 * carried them last, or the hole that they fill. */
struct verdict again_cause(const struct step *step, const struct sent_range *former);

/* Notes that a segment was sent again for that reason: what follows it may have the same. */
void again_note(const struct step *step, const struct verdict *verdict);

#endif
