/* nf_conntrack's TCP tracking: what the kernel would have said of a segment, and why. A model of
 * one entry of its table, after net/netfilter/nf_conntrack_proto_tcp.c; the functions named beside
 * the parts are that file's. It allocates nothing and asks nobody, so that several kernels and
 * settings can be run side by side over the same segments. */
#ifndef CONNTRACK_H
#define CONNTRACK_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/packet.h"

/* Versions that judge differently. */
enum conntrack_kernel {
    CONNTRACK_5_10, /* any test that fails is INVALID */
    CONNTRACK_6_1,  /* and later: old data and old ACKs are ignored */
};

enum conntrack_state {
    CONNTRACK_NONE, /* no entry, or one that has just begun */
    CONNTRACK_SYN_SENT,
    CONNTRACK_SYN_RECV,
    CONNTRACK_ESTABLISHED,
    CONNTRACK_FIN_WAIT,
    CONNTRACK_CLOSE_WAIT,
    CONNTRACK_LAST_ACK,
    CONNTRACK_TIME_WAIT,
    CONNTRACK_CLOSE,
    CONNTRACK_SYN_SENT2, /* SYNs from both sides */
    CONNTRACK_STATES
};

/* The sysctls nf_conntrack_tcp_*. */
struct conntrack_config {
    enum conntrack_kernel kernel;
    bool be_liberal;
    bool ignore_invalid_rst; /* from 5.14 on */
    bool loose;              /* connections may be picked up in the middle */
    uint32_t max_retrans;
    uint32_t timeout_s[CONNTRACK_STATES]; /* how long an entry lives in each state */
    uint32_t timeout_max_retrans_s, timeout_unacknowledged_s;
};

/* The defaults of a kernel. */
struct conntrack_config conntrack_defaults(enum conntrack_kernel kernel);

/* What one side has sent and allowed: struct ip_ct_tcp_state. Sequence numbers are raw. */
struct conntrack_side {
    uint32_t end;     /* one past the highest byte it sent */
    uint32_t max_end; /* up to where the other side has allowed it to send */
    uint32_t max_win; /* largest window it advertised; 0: not seen yet */
    uint32_t max_ack; /* highest it acknowledged */
    uint8_t scale;    /* of its windows */
    bool has_scale, sack_permitted, close_init, liberal, unacknowledged, has_max_ack;
};

/* What kind of a segment it is, by the first of these flags that is set: get_conntrack_index(). */
enum conntrack_class {
    CONNTRACK_CLASS_SYN,
    CONNTRACK_CLASS_SYNACK,
    CONNTRACK_CLASS_FIN,
    CONNTRACK_CLASS_ACK,
    CONNTRACK_CLASS_RST,
    CONNTRACK_CLASS_NONE,
};

/* An entry of the table. All zero: none. */
struct conntrack_entry {
    enum conntrack_state state;
    bool live;
    bool older; /* it began before the capture did: see conntrack_assume() */
    bool seen_reply, assured;
    int original;                   /* the direction of the segment that it began with */
    int64_t expires_ns;             /* it is gone then */
    struct conntrack_side sides[2]; /* by direction */

    /* The segment before, as far as it was let through. */
    int last_dir;
    enum conntrack_class last_class;
    uint32_t last_seq, last_ack, last_end;
    uint16_t last_win; /* raw */
    uint8_t last_scale;
    bool last_has_scale, last_sack_permitted;
    bool expects_challenge; /* an ACK that answers a SYN which was let through */
    bool simultaneous;
    uint32_t retrans; /* copies of that segment */
};

enum conntrack_verdict {
    CONNTRACK_ACCEPT,
    CONNTRACK_IGNORE, /* let through and translated, but believed in nothing */
    CONNTRACK_INVALID /* belongs to no entry: not translated */
};

/* The test that failed. The values stand in the database. */
enum conntrack_reason {
    CONNTRACK_PASSED = 0,
    CONNTRACK_BAD_FLAGS = 1,  /* a combination that no stack sends: tcp_error() */
    CONNTRACK_NO_ENTRY = 2,   /* there is none, and it can't begin one: tcp_new() */
    CONNTRACK_BAD_STATE = 3,  /* has no place in the state of the entry: tcp_conntracks[] */
    CONNTRACK_SYN_OPEN = 4,   /* a SYN, or an answer to one, for a connection that is open */
    CONNTRACK_CHALLENGE = 5,  /* answers such a SYN, not the FIN */
    CONNTRACK_RST_BELOW = 6,  /* a RST below what the other side has acknowledged */
    CONNTRACK_SEQ_OVER = 7,   /* I: above the window of the receiver; tcp_in_window() */
    CONNTRACK_SEQ_UNDER = 8,  /* II: more than a window below what the sender has sent */
    CONNTRACK_ACK_OVER = 9,   /* III: acknowledges what was never seen */
    CONNTRACK_ACK_UNDER = 10, /* IV: acknowledges far less than was sent */
    CONNTRACK_OVERSHOT = 11,  /* I, but by less than a window: 6.1 */
    CONNTRACK_REASONS
};

struct conntrack_result {
    enum conntrack_verdict verdict;
    enum conntrack_reason reason; /* also of what only be_liberal lets through */
    enum conntrack_state state;   /* of the entry, after it */
    bool has_bound;
    uint32_t bound; /* raw: the last number that would have passed */
    int64_t margin; /* bytes from there to what the segment has: how far it is out */
};

/* Begins an entry for a connection that is older than the capture: the kernel knows it from its
 * beginning on, so it is not picked up but as established as it can be. `first` is the first
 * segment that was captured, `original` the direction of the client, `scale` of the windows of each
 * direction.
 * What was sent and allowed before the capture is not known. So a number that is above its bound by
 * no more than a window is taken for one that was allowed then: of such an entry less is named than
 * the kernel may have said, but nothing else, as long as the scales are not too small. */
void conntrack_assume(struct conntrack_entry *entry, const struct conntrack_config *config,
                      int original, const uint8_t scale[2], const struct segment *first,
                      int64_t ts_ns);

/* Judges a segment of the entry's tuple, sent in direction `dir` (0 or 1, whatever they mean to
 * the caller) at `ts_ns`, and brings the entry up to date. An entry that is none, or whose time is
 * over, is begun anew. */
void conntrack_segment(struct conntrack_entry *entry, const struct conntrack_config *config,
                       int dir, const struct segment *tcp, int64_t ts_ns,
                       struct conntrack_result *result);

/* Names as they stand in the database: "invalid", "seq-under". Static. */
const char *conntrack_verdict_name(enum conntrack_verdict verdict);
const char *conntrack_reason_name(enum conntrack_reason reason);

#endif
