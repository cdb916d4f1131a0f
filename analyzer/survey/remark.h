/* What the analysis has to say about itself: where it could not know, and what it had to give up.
 */
#ifndef REMARK_H
#define REMARK_H

#include <stddef.h>

struct remark {
    const char *kind; /* static: "ambiguous-link", "clock", "nat-map", … */
    char *text;       /* one sentence */
};

struct remarks {
    struct remark *items;
    size_t count, capacity;
};

/* Adds one. `kind` is static. */
void remark_add(struct remarks *remarks, const char *kind, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

void remarks_done(struct remarks *remarks);

#endif
