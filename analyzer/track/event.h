/* Facts worth a row of their own. Their conditions are in README.md of this folder. */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum event_kind {
    EVENT_SYN_RETRANSMISSION,
    EVENT_SYNACK_RETRANSMISSION,
    EVENT_RETRANSMISSION,
    EVENT_NETWORK_DUPLICATE,
    EVENT_OUT_OF_ORDER,
    EVENT_GAP,
    EVENT_LATE_SEGMENT,
    EVENT_DUP_ACK,
    EVENT_DSACK,
    EVENT_SACK,
    EVENT_ACK_UNSEEN,
    EVENT_OUT_OF_WINDOW,
    EVENT_KEEP_ALIVE,
    EVENT_WINDOW_PROBE,
    EVENT_ZERO_WINDOW,
    EVENT_WINDOW_FULL,
    EVENT_WINDOW_SHRUNK,
    EVENT_SYN_DATA,
    EVENT_SIMULTANEOUS_OPEN,
    EVENT_CHALLENGE_ACK,
    EVENT_RST,
    EVENT_RST_IGNORED,
    EVENT_DATA_AFTER_RST,
    EVENT_FIN,
    EVENT_TTL_CHANGE,
    EVENT_FRAGMENTED,
    EVENT_TUPLE_REUSE,
    EVENT_TIME_WAIT_REUSE,
    EVENT_TIME_WAIT_REFUSED,
    EVENT_TIME_WAIT_ASSASSINATED,
    EVENT_SYN_SWALLOWED,
    EVENT_NOT_FORWARDED,
    EVENT_INJECTED,
    EVENT_REWRITTEN,
    EVENT_CT_INVALID,
    EVENT_CT_IGNORED,
    EVENT_KINDS
};

/* What an event's a and b are is defined by its kind; either may be absent. So are its causes:
 * where a kind has several, `cause` names one, `decided_by` the observation that spoke for it, and
 * `confidence` how sure it is. */
struct event {
    uint64_t segment_id;
    uint32_t leg_id;
    enum event_kind kind;
    bool has_a, has_b;
    uint8_t confidence; /* percent; 0: not said */
    int64_t a, b;
    const char *cause;      /* static; NULL: none */
    const char *decided_by; /* static; NULL: none */
};

typedef void event_fn(void *context, const struct event *event);

/* Its name in the database: "late-segment". Static. */
const char *event_kind_name(enum event_kind kind);

#endif
