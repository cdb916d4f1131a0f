/* The life of a connection as one point saw it: how it opened, the states of its two ends, how it
 * ended. */
#ifndef LIFE_H
#define LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "survey/leg.h"
#include "track/event.h"

struct track;

/* RFC 9293 §3.3.2. The state that an end was in when it sent what was seen here, and that what
 * passed here towards it has put it into. */
enum tcp_state {
    STATE_UNKNOWN,
    STATE_SYN_SENT,
    STATE_SYN_RECEIVED,
    STATE_ESTABLISHED,
    STATE_FIN_WAIT_1,
    STATE_FIN_WAIT_2,
    STATE_CLOSE_WAIT,
    STATE_CLOSING,
    STATE_LAST_ACK,
    STATE_TIME_WAIT,
    STATE_CLOSED,
};

/* How it opened. */
enum opening {
    OPENING_NONE,      /* a SYN or SYN-ACK, and no handshake that came to its end */
    OPENING_MIDSTREAM, /* before the capture began */
    OPENING_HANDSHAKE,
    OPENING_SIMULTANEOUS, /* both ends sent a SYN (RFC 9293 §3.5) */
    OPENING_SPLIT,        /* the SYN was answered by a SYN, and that by the client's SYN-ACK */
    OPENING_FAST_OPEN,    /* the SYN-ACK acknowledged data of the SYN (RFC 7413) */
};

/* What came first after the client's SYN. */
enum syn_answer {
    SYN_ANSWER_NONE,
    SYN_ANSWER_SYN_ACK,
    SYN_ANSWER_SYN,
    SYN_ANSWER_RST,
    SYN_ANSWER_CHALLENGE_ACK,
    SYN_ANSWER_ICMP,
    SYN_ANSWER_UNSEEN, /* none was seen, but the connection went on */
};

/* What is known of one end. */
struct life_end {
    bool syn;       /* it sent a SYN or SYN-ACK, or what followed says so */
    bool got_syn;   /* it acknowledged the other's SYN */
    bool syn_acked; /* an ACK of its SYN passed */
    bool crossed;   /* its SYN without ACK answers another SYN */
    bool sent_more; /* segments after its SYN */
    bool seen;      /* any segment of it */
    bool shown;     /* its SYN, data or FIN were seen: what it sends has not ended before */
    bool fin, got_fin, fin_acked;
    bool fin_first; /* its FIN was sent before it had got the other's */
    int64_t fin_end;
    enum tcp_state state;
    int64_t since_ns; /* in that state */
    /* What passed towards it that is answered by a challenge ACK (RFC 5961). */
    uint64_t provoked_by; /* 0: nothing */
    int64_t provoked_ns;
    bool provoked_by_rst; /* else by a SYN */
};

struct life {
    struct life_end end[DIRS];
    enum opening opening;
    bool opened, refused, fast_open, simultaneous;
    enum syn_answer syn_answer;
    bool has_icmp;
    uint8_t icmp_type, icmp_code; /* of the first error that quotes the SYN */
    uint64_t syn_id;              /* the client's last SYN; 0: none */
    int64_t syn_last_ns;          /* its time */
    uint64_t crossed_id;          /* the server's SYN without ACK; 0: none */
    int64_t crossed_ns;           /* how long after the client's */
    uint64_t syn_data_id;         /* a SYN with data or cookie whose event is due; 0: none */
    uint32_t syn_data;
    const char *syn_data_cause; /* NULL: there was none */
    uint64_t stale_id;          /* the server's last segment of a former connection; 0: none */
    int64_t stale_ack_off;      /* what it acknowledges */
    bool reset;                 /* by a RST, and nothing went on */
    bool rst_in_time_wait;      /* the last RST reached an end in TIME-WAIT, at its number */
    bool synack_at_rst;         /* SYN-ACK seen by then */
    uint64_t rst_id;            /* that RST, or the one that `reset` speaks of */
    int64_t rst_ns;
    int64_t next_at_rst[DIRS]; /* what both had sent by then */
};

/* The states when the leg ends; CLOSED for both when it was reset. */
enum tcp_state life_state(const struct life *life, int dir);

/* Since when; 0 if the state is unknown. */
int64_t life_since_ns(const struct life *life, int dir);

/* Whether it was open before the capture began. */
static inline bool life_is_midstream(const struct life *life)
{
    return life->opening == OPENING_MIDSTREAM;
}

/* Something came after the client's SYN: the first such thing is kept. */
void life_note_answer(struct life *life, enum syn_answer answer);

/* An ICMP error that quotes the client's SYN. */
void life_icmp(struct life *life, uint8_t type, uint8_t code);

/* That RST was ignored, for both ends went on after it. */
void life_rst_ignored(struct life *life, uint64_t rst_id);

/* The leg is over: tells what was not yet, because its answer never came. */
void life_finish(struct track *track, uint32_t leg_id, event_fn *emit, void *context);

/* Names as in the database; static. The cause is the state's name as events spell it. */
const char *tcp_state_name(enum tcp_state state);
const char *tcp_state_cause(enum tcp_state state);
const char *opening_name(enum opening opening);
const char *syn_answer_name(enum syn_answer answer);

enum outcome {
    OUTCOME_MIDSTREAM,
    OUTCOME_UNANSWERED,
    OUTCOME_REFUSED,
    OUTCOME_ESTABLISHED,
    OUTCOME_HALF_CLOSED,
    OUTCOME_RESET,
    OUTCOME_CLOSED,
};

/* How the connection ended, as far as this leg shows. Of several legs the highest value holds:
 * who sees more of a life knows more. */
enum outcome track_outcome(const struct track *track);

const char *outcome_name(enum outcome outcome); /* static */

#endif
