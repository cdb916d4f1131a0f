/* Legs that wait until nothing more of their connection can come: 2MSL (RFC 9293 §3.4.2).
 *
 * A leg knows whether it waits, so that it can be taken out at any time, and as often as anyone
 * likes. A queue whose entries do not know that they have left it puts them back when they are
 * taken out twice. */
#ifndef LEG_QUEUE_H
#define LEG_QUEUE_H

#include "survey/leg.h"

/* Twice the maximum segment lifetime, which is two minutes. */
static const int64_t LEG_2MSL_NS = INT64_C(240) * 1000000000;

/* After so long without a segment, a leg that waits is hardly ever heard of again: what was kept to
 * understand its segments may go. Linux has forgotten a retransmitted FIN by then. */
static const int64_t LEG_QUIET_NS = INT64_C(10) * 1000000000;

struct leg_queue {
    struct leg *first, *last; /* in the order in which they were put in */
    struct leg *fresh;        /* the first that was not told to be quiet */
};

/* Puts a leg at the end. Nothing happens if it waits already. */
void leg_queue_add(struct leg_queue *queue, struct leg *leg, int64_t now_ns);

/* Takes a leg out. Nothing happens if it does not wait. */
void leg_queue_remove(struct leg_queue *queue, struct leg *leg);

/* A leg that has waited for LEG_QUIET_NS at `now_ns`; each is given once, and goes on waiting. NULL
 * if there is none. */
struct leg *leg_queue_quiet(struct leg_queue *queue, int64_t now_ns);

/* The first leg if it has waited for 2MSL at `now_ns`, taken out; NULL if there is none. */
struct leg *leg_queue_due(struct leg_queue *queue, int64_t now_ns);

#endif
