/* conntrack on one leg: the same segments before several kernels side by side, and which of them
 * no kernel takes for the connection's since the machine itself sent them. */
#ifndef CONNTRACK_LEG_H
#define CONNTRACK_LEG_H

#include "track/conntrack.h"

/* The kernels and settings that are asked. */
enum conntrack_case {
    CONNTRACK_CASE_5_10,
    CONNTRACK_CASE_6_1,
    CONNTRACK_CASE_LIBERAL, /* 5.10 with nf_conntrack_tcp_be_liberal=1 */
    CONNTRACK_CASES
};

enum {
    REFUSED = 16
}; /* INVALID segments of a direction that a RST may still answer */

struct conntrack_leg {
    struct conntrack_entry entries[CONNTRACK_CASES];
    struct {
        bool waits[REFUSED];
        uint32_t ack[REFUSED];
        uint8_t at;
    } refused[2]; /* rings, by direction */
    bool has_ttl[2];
    uint8_t ttl[2]; /* of what the ends sent themselves */
};

/* The configurations of the cases. */
struct conntrack_cases {
    struct conntrack_config configs[CONNTRACK_CASES];
};

struct conntrack_cases conntrack_cases_default(void);

/* "5.10", "6.1", "5.10 be_liberal". Static. */
const char *conntrack_case_name(enum conntrack_case asked);

/* Judges the next segment of the leg by all cases. Returns whether all of them accept it.
 *
 * An INVALID segment is not translated, so it reaches the machine itself, which knows nothing of
 * it and answers with a RST (RFC 9293 §3.10.7.1: without ACK, at the number that the segment
 * acknowledges). That RST goes out under the tuple of the leg, but no entry has its tuple: it is
 * INVALID itself and changes nothing. It is recognised by its number and by a TTL that differs from
 * that of the end which it speaks for: that end is at least one hop away. */
bool conntrack_leg_segment(struct conntrack_leg *leg, const struct conntrack_cases *cases, int dir,
                           const struct packet *packet, int64_t ts_ns,
                           struct conntrack_result results[CONNTRACK_CASES]);

#endif
