/* A tuple that is used again: what the connection before left behind at either end, and what came
 * of it. */
#ifndef REUSE_H
#define REUSE_H

#include "track/state.h"

/* What one end of the former connection was left with, as raw numbers. */
struct former_end {
    enum tcp_state state;
    int64_t since_ns;
    bool has_numbers;
    uint32_t next;  /* the next that it would send */
    uint32_t acked; /* the next that the other end expects of it */
    bool has_tsval;
    uint32_t tsval; /* the newest that it sent */
};

struct former {
    uint32_t leg_id;
    bool client_is_low;
    struct former_end end[DIRS];
    bool reset;
    uint64_t time_wait_rst_id; /* a RST that an end in TIME-WAIT got; 0: none */
    int64_t time_wait_rst_ns;
};

/* Kept with the leg that uses the tuple again; its ends are named as that leg names them. */
struct reuse {
    struct former former;
    uint32_t syn_seq;
    bool has_tsval;
    uint32_t syn_tsval;
    uint64_t rst_id; /* the client's RST to an ACK with the former numbers; 0: none */
    int64_t rst_ns;
    bool is_silence_told, is_ack_told;
};

/* What a leg leaves behind that is over now. */
struct former reuse_former(const struct track *track, const struct leg *leg, uint32_t leg_id);

/* `leg` begins with its SYN, or SYN-ACK, on the tuple of `former`, which is another leg of its
 * point. Gives the event; what comes of it is told later, by track_segment(). */
struct event reuse_begin(struct track *track, const struct former *former, const struct leg *leg,
                         const struct tracked_segment *segment);

/* Whether a segment of the server has the numbers that the former connection's end would send now.
 * `reuse` may be NULL. */
bool reuse_has_numbers(const struct reuse *reuse, const struct segment *tcp);

#endif
