/* What window scale an end may have, where its SYN was not captured: read from what it may do and
 * what the other end does (RFC 9293 §3.8.6, RFC 7323 §2.2). */
#ifndef SCALE_H
#define SCALE_H

#include <stdbool.h>
#include <stdint.h>

#include "survey/leg.h"

/* Of a leg; all zero at the start. */
struct scale_watch {
    struct {
        bool has_ack;
        uint32_t ack;  /* the newest */
        uint16_t win;  /* advertised with it, raw */
        uint8_t above; /* what `high` is below SCALE_MAX */
        uint8_t low;
    } side[DIRS];
};

/* Learns from the next segment of the leg, whatever it is.
 *
 * An end does not take back what it has allowed: where its window shrinks by more than it has
 * acknowledged meanwhile, the scale is smaller. And the other end does not send more than it was
 * allowed: where it does, the scale is larger. */
void scale_watch_add(struct scale_watch *watch, int dir, const struct segment *tcp);

/* The largest scale that the end can have: SCALE_MAX if nothing is known, or if the segments
 * contradict each other. */
uint8_t scale_watch_most(const struct scale_watch *watch, int dir);

#endif
