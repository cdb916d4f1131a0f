/* What many scenes together have shown, and whether that is good enough. */
#ifndef TALLY_H
#define TALLY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* So many cases, and how many of them were wrong. */
struct score {
    size_t cases, wrong;
};

enum tally_kind {
    TALLY_LINKS,      /* that join two connections */
    TALLY_LINKS_LURE, /* the same where connections share ISNs or bytes */
    TALLY_SURE,       /* links that are missing: both saw SYN and SYN-ACK, and no other has these
                       * numbers */
    TALLY_SYN,       /* both saw the SYN, and one no answer, or there are others with its numbers */
    TALLY_MIDSTREAM, /* one did not see the SYN */
    TALLY_RENUMBERED,  /* a device between them changed the sequence numbers; no storms,
                        * whose connections are too short */
    TALLY_ONE_POINT,   /* at one point, before and after NAT */
    TALLY_BESIDE,      /* one of them at a point that sees it twice */
    TALLY_STEADY,      /* clocks outside of their error, where no clock drifts */
    TALLY_STEADY_PART, /* the same where a capture missed something */
    TALLY_DRIFTING,    /* where one does */
    TALLY_STEPPED,     /* where one was set: neither told nor covered by the error */
    TALLY_UNBOUNDED,   /* that do not know their error, though packets crossed both ways */
    TALLY_ORDER, /* neighbours in the wrong order, though a router between them took of the TTL */
    TALLY_ORDER_TIME,   /* though both saw the handshake */
    TALLY_LOST,         /* `not-forwarded` of what was forwarded */
    TALLY_LOST_DOUBLED, /* the same where the network sends some packets twice */
    TALLY_LOST_EDGE,    /* the same, when the next capture had not begun, or was over */
    TALLY_LOST_SAID,    /* lost, provably, and not told */
    TALLY_MADE,         /* `injected` of what came from where it should */
    TALLY_MADE_DOUBLED, /* the same where the network sends some packets twice */
    TALLY_MADE_EDGE,    /* the same, when the capture before had not begun, or was over */
    TALLY_MADE_SAID,    /* made on the way, provably, and not told */
    TALLY_REPEATED,     /* scenes that were not the same when they were made again */
    TALLY_KINDS
};

struct tally {
    struct score scores[TALLY_KINDS];
    size_t scenes;
    FILE *details; /* what is wrong goes here; NULL: nowhere */
};

/* One case more. Returns whether it is to be described: it is wrong, and someone listens. */
bool tally_add(struct tally *tally, enum tally_kind kind, bool is_wrong);

/* What is asked of a kind, in words; static. */
const char *tally_name(enum tally_kind kind);

/* Prints a test in TAP for each kind. Returns whether all are good enough. */
bool tally_print(const struct tally *tally, FILE *out);

#endif
