/* conntrack on one leg: its segments before several kernels side by side, and which of them no
 * kernel takes for the connection's since the machine itself sent them. */
#ifndef CONNTRACK_LEG_H
#define CONNTRACK_LEG_H

#include "track/conntrack.h"
#include "track/conntrack_config.h"

enum {
    REFUSED = 16 /* INVALID segments of a direction that a RST may still answer */
};

/* All zero at the start, with as many entries as there are cases. Directions are 0 and 1, whatever
 * they mean to the caller, and the same for a tuple as long as it lives: an entry may outlive its
 * connection. */
struct conntrack_leg {
    struct {
        bool waits[REFUSED];
        uint32_t ack[REFUSED];
        uint8_t at;
    } refused[2]; /* rings, by direction */
    bool has_ttl[2];
    uint8_t ttl[2]; /* of what the ends sent themselves */
    struct conntrack_entry entries[];
};

/* Begins the entries of a leg that is older than the capture: see conntrack_assume(). */
void conntrack_leg_assume(struct conntrack_leg *leg, const struct conntrack_cases *cases,
                          int original, const uint8_t scale[2], const struct segment *first,
                          int64_t ts_ns);

/* Judges the next segment of the leg by all cases. Returns whether all of them accept it.
 *
 * An INVALID segment is not translated, so it reaches the machine itself, which knows nothing of
 * it and answers with a RST (RFC 9293 §3.10.7.1: without ACK, at the number that the segment
 * acknowledges). That RST goes out under the tuple of the leg, but no entry has its tuple: it is
 * INVALID itself and changes nothing. It is recognised by its number and by a TTL that differs from
 * that of the end which it speaks for: that end is at least one hop away. */
bool conntrack_leg_segment(struct conntrack_leg *leg, const struct conntrack_cases *cases, int dir,
                           const struct packet *packet, int64_t ts_ns,
                           struct conntrack_result results[CONNTRACK_CASES_MAX]);

#endif
