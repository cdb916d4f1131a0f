/* What is kept of a leg while it is open, and what is told of each of its segments. */
#ifndef STATE_H
#define STATE_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/packet.h"
#include "survey/leg.h"
#include "track/ip_id.h"
#include "track/life.h"
#include "track/resent.h"
#include "track/reset.h"
#include "track/rtt.h"
#include "track/sent.h"
#include "track/stamps.h"

/* segment.marks */
enum {
    MARK_RETRANSMISSION = 1,
    MARK_OUT_OF_ORDER = 2,
    MARK_LATE = 4,
    MARK_FRAGMENTED = 8,
    MARK_CUT = 16,
    MARK_DUPLICATE = 64, /* of a packet, by the network */
    MARK_SIGHTING = 32,  /* this point has seen it already: nothing happened */
};

enum {
    RECENT = 8 /* last segments of a direction that a RST may answer */
};

struct recent {
    uint64_t id;
    int64_t ts_ns;
    int64_t ack_off;
    int64_t end;
    bool has_ack;
};

/* What one end has under way, as seen at this point: what its next segments are compared with. It
 * goes when the leg is over and quiet. Offsets count from its ISN. Zeroed at the start but for the
 * arrays at its end, two thirds of it: most legs are too short to fill them. */
struct flow {
    int64_t advance_ns;  /* when the other end's ACK advanced last */
    int64_t sacked;      /* the highest that it acknowledged by SACK */
    uint32_t dup_acks;   /* duplicates of its highest ACK */
    int64_t dup_ack_ns;  /* the time of the third of them, or of the last before that */
    int64_t episode_end; /* bytes below it belong to the loss that is being repaired */
    bool timed_out;      /* it began with a timeout */
    int64_t flight;      /* the most bytes that waited for their ACK at one time */
    struct sent sent;
    struct rtt beyond; /* from this point to the other end and back */
    bool has_edge;
    int64_t edge;      /* the other end's data may come up to here: ACK + window of this end */
    int64_t edge_now;  /* the same, as its last ACK said: lower if the window was shrunk */
    int64_t edge_full; /* the edge up to which the other end has filled it */
    bool has_win;
    uint32_t win;          /* last advertised, scaled */
    int64_t zero_since_ns; /* win is 0 since then */
    struct ip_ids ids;     /* of all but RSTs */
    struct resent *resent; /* NULL: none yet */
    uint64_t late_id;      /* its last late segment; 0: none */
    int64_t late_start, late_end, late_ack_off, late_ns;
    int64_t too_big_ns; /* when an ICMP error said that its packets are too big; 0: never */
    uint32_t recents;   /* how many there were */
    struct stamps stamps;
    struct recent recent[RECENT];    /* a ring */
    struct sent_range few[SENT_FEW]; /* the first that `sent` takes */
};

static inline uint32_t flow_recents(const struct flow *flow)
{
    return flow->recents < RECENT ? flow->recents : RECENT;
}

/* What a SYN offered, as it is told of a leg. */
struct offer {
    bool has_mss, has_wscale, has_sack_permitted, has_timestamps;
    uint8_t wscale; /* as offered: it may be more than SCALE_MAX */
    uint16_t mss;
};

/* Those of a leg, which come and go together. */
struct flows {
    struct flow of[DIRS];
};

/* What one end sent, as seen at this point. */
struct half {
    struct flow *flow; /* NULL: nothing yet, or no more */
    int64_t next;      /* one past the highest byte */
    int64_t acked;     /* the highest that the other end acknowledged */
    bool begun;        /* something but a RST was seen */
    bool has_win_max;  /* it advertised a window */
    uint32_t win_max;  /* the largest, scaled */
    bool has_wscale;   /* as its SYN offered; counts only if both did */
    uint8_t wscale;
    bool lacks_wscale; /* the options of its SYN were captured in part, and there is none in it */
    bool has_tsval;
    uint32_t tsval; /* the newest */
    bool has_ttl;
    uint8_t ttl, ttl_min, ttl_max; /* of all but RSTs */
    bool has_syn;
    struct offer syn;
    uint32_t syns, synacks, rsts, fins;
    uint32_t synack_seq; /* of the first */
    struct {
        uint32_t syns, synacks, rsts, fins;
    } again; /* further sightings, which are not in those */
    uint64_t segments, bytes;
    uint64_t sightings; /* how many of these segments this point had seen before */
    uint64_t unseen;    /* bytes that were acknowledged here and never seen: a gap of the capture */
    int64_t syn_ns, synack_ns; /* of the first of each */
};

/* The state of a leg. Zeroed at the start but for `leg`. */
struct track {
    struct half half[DIRS];
    int64_t handshake_ns; /* SYN to the client's ACK; 0: not seen whole */
    uint64_t first_segment, last_segment;
    struct life life;
    struct reuse *reuse;   /* NULL: nobody had the tuple before, as far as is known */
    struct resets *resets; /* NULL: no RST yet */
};

/* One segment of a leg, and what is known of it already. */
struct tracked_segment {
    const struct packet *packet;
    const struct leg_hit *hit;
    uint64_t id;
    uint32_t leg_id;
    int64_t ts_ns;
};

#endif
