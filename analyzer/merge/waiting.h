/* Segments that wait for their sighting at a neighbouring point: a queue in order of time, bounded.
 */
#ifndef WAITING_H
#define WAITING_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/packet.h"

/* What of a segment is the same at every point. */
struct print {
    uint32_t seq, end; /* the range in sequence space; equal for an ACK without data and a RST */
    uint32_t ack;
    bool has_ack, is_rst, has_tsval, has_ip_id;
    uint16_t ip_id;
    uint32_t tsval, tsecr;
};

struct print print_of(const struct packet *packet);

/* Whether the segments can be one: the same kind, no timestamp that differs. Their ranges are not
 * looked at. */
bool print_agrees(const struct print *a, const struct print *b);

/* One that waits. */
struct wait {
    struct print print; /* seq and end: what was not matched yet */
    uint64_t segment_id;
    int64_t ts_ns;
    bool done;    /* all of it was matched */
    bool excused; /* it was seen further on: that it is missing here says nothing */
};

struct waiting {
    struct wait *items; /* a ring */
    size_t capacity, first, count;
    uint64_t given_up;
};

/* Adds one at the end. If too many wait, the oldest is given up and counted. */
void waiting_add(struct waiting *waiting, const struct wait *wait);

/* The i-th, 0 is the oldest. */
static inline struct wait *waiting_at(const struct waiting *waiting, size_t i)
{
    return &waiting->items[(waiting->first + i) & (waiting->capacity - 1)];
}

/* Removes the oldest. */
void waiting_pop(struct waiting *waiting);

void waiting_done(struct waiting *waiting);

#endif
