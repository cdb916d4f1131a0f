/* What one end has sent and the other has not acknowledged yet, as ranges of its stream: what the
 * sender keeps in its retransmission queue, as far as this point can tell. A short tail of what was
 * acknowledged stays, for copies that come after the ACK.
 *
 * Ranges lie side by side, in the order of the stream. Bytes that were skipped are a range as well:
 * a hole. Memory grows with the bytes in flight, up to a bound; beyond it the lowest are forgotten
 * and counted. */
#ifndef SENT_H
#define SENT_H

#include <stdint.h>

enum {
    SENT_MAX = 4096, /* ranges of a direction: 6 MB in flight in full segments */
    SENT_TOLD = 4,   /* as many blocks as an ACK has room for */
    SENT_FEW = 4     /* ranges to begin with; a power of two */
};

enum sent_flag {
    SENT_UNSEEN = 1, /* a hole: later bytes were seen, or an ACK of these */
    SENT_SACKED = 2,
    SENT_AGAIN = 4, /* more than once, or out of order: its ACK measures nothing (Karn) */
    SENT_HAS_TSVAL = 8,
    SENT_HAS_IP_ID = 16,
};

struct sent_range {
    int64_t start;
    int64_t last_ns; /* when it was seen last; of a hole, when it was skipped */
    uint64_t id;     /* the segment that carried it last; of a hole, the one that skipped it */
    uint32_t len;
    uint32_t tsval; /* of that segment */
    uint16_t ip_id;
    uint8_t flags;
    uint8_t copies; /* how often it was sent again, as far as seen; stops at 255 */
};

/* Zeroed at the start but for `few`. */
struct sent {
    struct sent_range *items; /* a ring */
    struct sent_range *few;   /* borrowed: room for SENT_FEW to begin with; NULL: none */
    uint32_t capacity;        /* a power of two, or 0 */
    uint32_t first;           /* where the lowest range is */
    uint32_t count;
    uint32_t acked;    /* how many of them, from the lowest, are acknowledged */
    uint32_t given_up; /* forgotten before they were */
    int64_t acked_off; /* up to here the other end has acknowledged: perhaps a part of the next */
    int64_t delivered_ns; /* the latest time at which something was sent that has arrived */
    struct sent_told {
        int64_t start, end;
    } told[SENT_TOLD]; /* what SACK has told of late: all in there is marked. None overlap */
    uint32_t told_at;
};

static inline int64_t sent_end(const struct sent_range *range)
{
    return range->start + range->len;
}

/* The range with that number, from 0 (the lowest) to count - 1. Valid until the next call that adds
 * or cuts. */
static inline struct sent_range *sent_at(const struct sent *sent, uint32_t i)
{
    return &sent->items[(sent->first + i) & (sent->capacity - 1)];
}

/* Adds a range that begins where the highest ends, or above it. */
void sent_append(struct sent *sent, const struct sent_range *range);

/* The number of the first range that ends above `off`; `count` if there is none. */
uint32_t sent_search(const struct sent *sent, int64_t off);

/* Cuts ranges so that one begins at `start` and one ends at `end`, as far as there are ranges.
 * Returns the number of the first that begins at or above `start`; those that begin below `end` are
 * what was asked for. */
uint32_t sent_cut(struct sent *sent, int64_t start, int64_t end);

/* Everything below `off` is acknowledged. Returns the newest range that is now acknowledged whole
 * and measures a round trip; NULL if there is none, or if this ACK waited for bytes that were sent
 * again: without SACK all above them waited as well. */
const struct sent_range *sent_acknowledge(struct sent *sent, int64_t off);

/* Marks [start, end) as acknowledged by SACK. Returns how many bytes were not before. */
int64_t sent_sack(struct sent *sent, int64_t start, int64_t end);

void sent_free(struct sent *sent);

#endif
