/* Where a finding says that the segments of a connection never came: a point without a leg, and in
 * a ladder a lane all the same. */
#ifndef LADDER_MISSING_H
#define LADDER_MISSING_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "case/context.h"
#include "picture/ladder.h"

struct ladder_missing {
    char *point; /* NULL: there is none */
    int dir;     /* of the segments that never came there */
};

/* Reads `detail.never_seen` of the connection's worst finding that has one. Caller frees `point`.
 */
enum status ladder_missing_load(struct ladder_missing *missing, const struct report *report,
                                int64_t connection, struct error *err)
    __attribute__((warn_unused_result));

/* Marks the row of a segment as not forwarded, if it came to the point before. The lane of
 * `missing` is the last of `lanes` towards the receiver. */
void ladder_missing_mark(const struct ladder_missing *missing, struct ladder *ladder, size_t lanes,
                         int64_t segment);

#endif
