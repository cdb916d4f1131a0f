/* The words of a life, as they stand in the database. */
#include "track/life.h"

static const struct {
    const char *name, *cause;
} states[] = {
    [STATE_UNKNOWN] = {"unknown",      "unknown"     },
    [STATE_SYN_SENT] = {"SYN-SENT",     "syn-sent"    },
    [STATE_SYN_RECEIVED] = {"SYN-RECEIVED", "syn-received"},
    [STATE_ESTABLISHED] = {"ESTABLISHED",  "established" },
    [STATE_FIN_WAIT_1] = {"FIN-WAIT-1",   "fin-wait-1"  },
    [STATE_FIN_WAIT_2] = {"FIN-WAIT-2",   "fin-wait-2"  },
    [STATE_CLOSE_WAIT] = {"CLOSE-WAIT",   "close-wait"  },
    [STATE_CLOSING] = {"CLOSING",      "closing"     },
    [STATE_LAST_ACK] = {"LAST-ACK",     "last-ack"    },
    [STATE_TIME_WAIT] = {"TIME-WAIT",    "time-wait"   },
    [STATE_CLOSED] = {"CLOSED",       "closed"      },
};

const char *tcp_state_name(enum tcp_state state)
{
    return states[state].name;
}

const char *tcp_state_cause(enum tcp_state state)
{
    return states[state].cause;
}

const char *opening_name(enum opening opening)
{
    static const char *const names[] = {
        [OPENING_NONE] = "none",           [OPENING_MIDSTREAM] = "midstream",
        [OPENING_HANDSHAKE] = "handshake", [OPENING_SIMULTANEOUS] = "simultaneous",
        [OPENING_SPLIT] = "split",         [OPENING_FAST_OPEN] = "fast-open",
    };

    return names[opening];
}

const char *syn_answer_name(enum syn_answer answer)
{
    static const char *const names[] = {
        [SYN_ANSWER_NONE] = "none",
        [SYN_ANSWER_SYN_ACK] = "syn-ack",
        [SYN_ANSWER_SYN] = "syn",
        [SYN_ANSWER_RST] = "rst",
        [SYN_ANSWER_CHALLENGE_ACK] = "challenge-ack",
        [SYN_ANSWER_ICMP] = "icmp",
        [SYN_ANSWER_UNSEEN] = "unseen",
    };

    return names[answer];
}

const char *outcome_name(enum outcome outcome)
{
    static const char *const names[] = {
        [OUTCOME_MIDSTREAM] = "midstream",     [OUTCOME_UNANSWERED] = "unanswered",
        [OUTCOME_REFUSED] = "refused",         [OUTCOME_ESTABLISHED] = "established",
        [OUTCOME_HALF_CLOSED] = "half-closed", [OUTCOME_RESET] = "reset",
        [OUTCOME_CLOSED] = "closed",
    };

    return names[outcome];
}
