/* Facts worth a row of their own. Their conditions are in README.md of this folder. */
#ifndef EVENT_H
#define EVENT_H

#include <stdbool.h>
#include <stdint.h>

enum event_kind {
    EVENT_SYN_RETRANSMISSION,
    EVENT_SYNACK_RETRANSMISSION,
    EVENT_RETRANSMISSION,
    EVENT_OUT_OF_ORDER,
    EVENT_GAP,
    EVENT_LATE_SEGMENT,
    EVENT_SPURIOUS_RETRANSMISSION,
    EVENT_OUT_OF_WINDOW,
    EVENT_KEEP_ALIVE,
    EVENT_WINDOW_PROBE,
    EVENT_ZERO_WINDOW,
    EVENT_ACK_UNSEEN,
    EVENT_RST,
    EVENT_FIN,
    EVENT_TTL_CHANGE,
    EVENT_FRAGMENTED,
    EVENT_TUPLE_REUSE,
    EVENT_NOT_FORWARDED,
    EVENT_INJECTED,
    EVENT_REWRITTEN,
    EVENT_CT_INVALID,
    EVENT_CT_IGNORED,
    EVENT_KINDS
};

/* What an event's a and b are is defined by its kind; either may be absent. */
struct event {
    uint64_t segment_id;
    uint32_t leg_id;
    enum event_kind kind;
    bool has_a, has_b;
    int64_t a, b;
};

typedef void event_fn(void *context, const struct event *event);

/* Its name in the database: "late-segment". Static. */
const char *event_kind_name(enum event_kind kind);

#endif
