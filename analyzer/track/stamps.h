/* When bytes can have been sent first, by the timestamps of their sender: a few of the points that
 * its stream has passed. It keeps the order of its stream, so nothing below such a point was sent
 * for the first time with a newer timestamp (RFC 7323 §3.2). */
#ifndef STAMPS_H
#define STAMPS_H

#include <stdbool.h>
#include <stdint.h>

enum {
    STAMPS_MAX = 16
};

/* Zeroed at the start but for the items. */
struct stamps {
    uint32_t at;     /* how many there were */
    int64_t last_ns; /* when the newest was noted */
    struct {
        int64_t end;
        uint32_t tsval;
    } items[STAMPS_MAX]; /* a ring */
};

/* A segment with this timestamp is the first that ends at `end`, and none did above. It is noted
 * if the last one was `spacing_ns` before. */
void stamps_add(struct stamps *stamps, int64_t end, uint32_t tsval, int64_t ts_ns,
                int64_t spacing_ns);

/* Whether what ends at `end` and has this timestamp was surely sent before. */
bool stamps_are_older(const struct stamps *stamps, int64_t end, uint32_t tsval);

#endif
