/* Segments that wait for their sighting at a neighbouring point: a queue in order of time, bounded,
 * in which one that has the same numbers is found at once. */
#ifndef WAITING_H
#define WAITING_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/packet.h"
#include "merge/rewrite.h"

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

/* Whether segments that were matched are the same packet, and not one a copy of the other that was
 * sent again: nothing cut, and an IP-ID or a timestamp that says so. `a` and `b` agree. */
bool print_is_same(const struct print *a, const struct print *b);

/* One that waits. */
struct wait {
    struct print print; /* seq and end: what was not matched yet */
    struct fields fields;
    uint64_t segment_id;
    int64_t ts_ns;
    uint32_t next; /* the queue's own: in the chain of those with the same hash */
    bool linked;   /* it is in a chain: still whole */
    bool done;     /* all of it was matched */
    bool excused;  /* it was seen further on: that it is missing here says nothing */
};

struct chain;

struct waiting {
    struct wait *items;   /* a ring */
    struct chain *chains; /* by hash of the numbers, oldest first; as many as the ring has places */
    uint32_t capacity, first, count;
    uint32_t live;   /* of these, not done */
    uint32_t cursor; /* where the last was matched: those before were overtaken, or lost */
    uint32_t top;    /* no byte at or above it waits; only if live > 0 */
    uint64_t given_up;
};

/* Adds a copy at the end. If too many wait, the oldest is given up and counted. Addresses and
 * indices of others are void afterwards. */
void waiting_add(struct waiting *waiting, const struct wait *wait);

/* The i-th, 0 is the oldest. */
static inline struct wait *waiting_at(const struct waiting *waiting, uint32_t i)
{
    return &waiting->items[(waiting->first + i) & (waiting->capacity - 1)];
}

/* The oldest with the same numbers that agrees, NULL if there is none. One with the same IP-ID goes
 * before all others; then one that is not excused, since the other can do without. */
struct wait *waiting_find(const struct waiting *waiting, const struct print *print);

/* Says that all of one was matched. */
void waiting_settle(struct waiting *waiting, struct wait *wait);

/* Says that a part of one was matched: its `print` is about to change. */
void waiting_narrow(struct waiting *waiting, struct wait *wait);

/* Removes the oldest. */
void waiting_pop(struct waiting *waiting);

/* Gives the places back if nothing waits; the next one takes new ones. */
void waiting_rest(struct waiting *waiting);

void waiting_done(struct waiting *waiting);

#endif
