/* The part of a connection that a picture shows. */
#ifndef TIME_RANGE_H
#define TIME_RANGE_H

#include <stdint.h>

#include "base/error.h"

/* Seconds as the user gives them: "1.5" after the start, "-0.02" before the end. */
struct time_range {
    const char *from, *to; /* NULL: from the start, to the end; borrowed */
};

/* STATUS_USAGE if `from` or `to` is no such number. */
enum status time_range_check(const struct time_range *range, struct error *err)
    __attribute__((warn_unused_result));

/* Applies a checked range to what lasted from `first_ns` to `last_ns`. The result is never
 * longer than that, and empty (`*from_ns` > `*to_ns`) if the two have nothing in common. */
void time_range_apply(const struct time_range *range, int64_t first_ns, int64_t last_ns,
                      int64_t *from_ns, int64_t *to_ns);

#endif
