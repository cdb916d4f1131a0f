/* How long the other end takes to answer: the round trip from this point to it and back, by the
 * estimator of RFC 6298. Where the point lies between the ends, what a sender measures is the sum
 * of the two halves. */
#ifndef RTT_H
#define RTT_H

#include <stdint.h>

/* In ns. Zeroed at the start; nothing is known before the first sample. */
struct rtt {
    int64_t smoothed, variation, min;
    uint32_t samples;
};

/* Takes the time from a segment to its ACK; the segment must have been sent once (Karn). A time
 * below 0 (the clock was set) or of more than an hour is none. */
void rtt_add(struct rtt *rtt, int64_t ns);

/* The round trip of a sender: what lies beyond this point, and what lies on its own side of it. Of
 * that the least counts: the rest is time that the sender itself took to answer. */
struct rtt rtt_whole(const struct rtt *beyond, const struct rtt *near);

/* The retransmission timeout: RFC 6298 §2 with the floor of Linux, 200 ms above the smoothed round
 * trip (tcp_rto_min, __tcp_set_rto()); 1 s where nothing was measured. */
int64_t rtt_timeout(const struct rtt *whole);

/* After what time without an ACK a tail loss probe is sent at the earliest: two smoothed round
 * trips (RFC 8985 §7.2); 0 where nothing was measured. */
int64_t rtt_probe_timeout(const struct rtt *whole);

#endif
