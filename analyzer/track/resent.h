/* Ranges that were sent again: a late original is recognised by them, and what a DSACK is about. */
#ifndef RESENT_H
#define RESENT_H

#include <stdint.h>

enum {
    RESENT_MAX = 64
};

/* The newest segments that carried bytes again, in offsets. */
struct resent {
    struct {
        int64_t start, end;
        uint64_t id;
    } items[RESENT_MAX]; /* a ring */
    uint32_t at;
};

void resent_add(struct resent *resent, int64_t start, int64_t end, uint64_t id);

/* The newest that carried the byte at `off`; 0 if none is known. `resent` may be NULL. */
uint64_t resent_find(const struct resent *resent, int64_t off);

#endif
