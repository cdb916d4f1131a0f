/* What is known of a RST: where it lies, what it answers, what speaks for its sender, and what came
 * after it. */
#ifndef RESET_H
#define RESET_H

#include <stdbool.h>
#include <stdint.h>

/* event.a of EVENT_RST. */
enum reset_place {
    RESET_EXACT,
    RESET_IN_WINDOW,
    RESET_BELOW,
    RESET_ABOVE,
    RESET_PLACE_UNKNOWN,
    RESET_PLACES
};

/* How the segment was found that it answers. */
enum reset_match {
    RESET_UNMATCHED,    /* it has the form of an answer, to none that is known */
    RESET_COPIED,       /* its number is the ACK number of that segment */
    RESET_LATE,         /* likewise, and that segment came late */
    RESET_ACKNOWLEDGED, /* it has no number of its own, and acknowledges that segment */
    RESET_OWN,          /* ACK and a number of its own, as an abort: it answers nothing by number */
    RESET_MATCHES
};

/* What came of it, the strongest first but for the last. */
enum reset_after {
    RESET_IGNORED,    /* its receiver went on */
    RESET_CHALLENGED, /* its receiver asked whether it is meant (RFC 5961 §3.2) */
    RESET_ANSWERED,   /* its receiver sent a RST */
    RESET_AGAIN,      /* a SYN of this connection was sent after it */
    RESET_CONTINUED,  /* its sender went on */
    RESET_REUSED,     /* another connection took the tuple */
    RESET_NOTHING,
    RESET_GIVEN_UP, /* too many RSTs: it was not watched to the end */
    RESET_AFTERS
};

/* Marks of forged RSTs (Weaver, Sommer, Paxson, NDSS 2009). */
enum {
    WEAVER_RST_SEQ_CHANGE = 1,
    WEAVER_RST_SEQ_DATA = 2,
    WEAVER_DATA_SEQ_RST = 4,
    WEAVER_RST_ACK_CHANGE = 8,
};

struct reset {
    uint64_t segment_id;
    uint64_t answers;        /* 0: none known */
    uint64_t sender_after;   /* the first segment with which its sender went on; 0: none */
    uint64_t receiver_after; /* the one that shows that its receiver went on; 0: none */
    uint64_t challenge, answer, again;
    const char *proof; /* of receiver_after: "echo", "ack", "time"; static */
    int64_t ts_ns, answer_ns;
    int64_t off, ack_off;
    int64_t distance;  /* from the exact number */
    int64_t own_next;  /* what its sender had sent, before it */
    int64_t own_acked; /* what its receiver had acknowledged */
    int64_t other_next;
    uint32_t own_tsval, other_tsval; /* the newest until then, its own too */
    uint32_t leg_id, len;
    int ttl_step, id_step;
    uint16_t win;
    uint8_t dir, place, match, weaver;
    uint8_t after;     /* enum reset_after, set when it is taken */
    uint64_t after_id; /* the segment that tells; 0: none */
    bool has_distance, has_ttl_step, has_id_step, has_ack;
    bool has_ts;                         /* timestamps */
    bool has_own_tsval, has_other_tsval; /* the directions carried them before */
    bool sender_fin, receiver_fin;       /* seen before */
    bool sent_since;                     /* its sender sent something else after it */
};

enum {
    RESETS_MAX = 64 /* of a leg, watched at one time */
};

/* In the order in which they came. */
struct resets {
    uint32_t count, capacity;
    struct reset items[];
};

enum reset_when {
    RESET_NOW,             /* only if there are too many */
    RESET_WHEN_ENDED,      /* the leg is over */
    RESET_WHEN_TUPLE_TAKEN /* and another has its tuple */
};

struct track;

/* Takes a RST that is watched no longer. False: none. */
bool track_take_reset(struct track *track, enum reset_when when, struct reset *reset);

/* Their names in the database; static. Of RESET_UNMATCHED and RESET_NOTHING too. */
const char *reset_place_name(enum reset_place place);
const char *reset_match_name(enum reset_match match);
const char *reset_after_name(enum reset_after after);

#endif
