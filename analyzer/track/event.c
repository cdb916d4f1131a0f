#include "track/event.h"

const char *event_kind_name(enum event_kind kind)
{
    static const char *const names[EVENT_KINDS] = {
        [EVENT_SYN_RETRANSMISSION] = "syn-retransmission",
        [EVENT_SYNACK_RETRANSMISSION] = "synack-retransmission",
        [EVENT_RETRANSMISSION] = "retransmission",
        [EVENT_OUT_OF_ORDER] = "out-of-order",
        [EVENT_GAP] = "gap",
        [EVENT_LATE_SEGMENT] = "late-segment",
        [EVENT_NETWORK_DUPLICATE] = "network-duplicate",
        [EVENT_DUP_ACK] = "dup-ack",
        [EVENT_DSACK] = "dsack",
        [EVENT_SACK] = "sack",
        [EVENT_WINDOW_FULL] = "window-full",
        [EVENT_WINDOW_SHRUNK] = "window-shrunk",
        [EVENT_SYN_DATA] = "syn-data",
        [EVENT_SIMULTANEOUS_OPEN] = "simultaneous-open",
        [EVENT_CHALLENGE_ACK] = "challenge-ack",
        [EVENT_RST_IGNORED] = "rst-ignored",
        [EVENT_DATA_AFTER_RST] = "data-after-rst",
        [EVENT_TIME_WAIT_REUSE] = "time-wait-reuse",
        [EVENT_TIME_WAIT_REFUSED] = "time-wait-refused",
        [EVENT_TIME_WAIT_ASSASSINATED] = "time-wait-assassinated",
        [EVENT_SYN_SWALLOWED] = "syn-swallowed",
        [EVENT_OUT_OF_WINDOW] = "out-of-window",
        [EVENT_KEEP_ALIVE] = "keep-alive",
        [EVENT_WINDOW_PROBE] = "window-probe",
        [EVENT_ZERO_WINDOW] = "zero-window",
        [EVENT_ACK_UNSEEN] = "ack-unseen",
        [EVENT_RST] = "rst",
        [EVENT_FIN] = "fin",
        [EVENT_TTL_CHANGE] = "ttl-change",
        [EVENT_FRAGMENTED] = "fragmented",
        [EVENT_TUPLE_REUSE] = "tuple-reuse",
        [EVENT_NOT_FORWARDED] = "not-forwarded",
        [EVENT_INJECTED] = "injected",
        [EVENT_REWRITTEN] = "rewritten",
        [EVENT_CT_INVALID] = "ct-invalid",
        [EVENT_CT_IGNORED] = "ct-ignored",
    };

    return names[kind];
}
