/* Ranges of a stream that were skipped, or sent again: bounded lists, in offsets. */
#ifndef HOLES_H
#define HOLES_H

#include <stdbool.h>
#include <stdint.h>

enum {
    HOLES_MAX = 32,
    RESENT_MAX = 64
};

/* Bytes that were not seen, though later ones were, or an ACK of them. */
struct hole {
    int64_t start, end;
    int64_t opened_ns;
    bool has_tsval;
    uint32_t tsval; /* of the segment that opened it */
};

struct holes {
    struct hole items[HOLES_MAX]; /* in order of start */
    uint32_t count;
    uint32_t given_up; /* too many at one time: the lowest was forgotten */
};

void holes_open(struct holes *holes, const struct hole *hole);

/* Takes [start, end) out of the holes. Returns how many bytes of it were in one; `*first` is set
 * to the first hole that it touched. `holes` may be NULL. */
int64_t holes_fill(struct holes *holes, int64_t start, int64_t end, struct hole *first);

/* The newest segments that carried bytes again: a late original is recognised by them. */
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
