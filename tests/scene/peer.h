/* One end of a connection: a small TCP. It opens, sends, acknowledges, repeats what was lost, and
 * closes. It knows no congestion, no SACK and no closed window: nothing here asks for them.
 *
 * Offsets count from the ISN as in the analyzer: the SYN is 0, the first byte 1. */
#ifndef PEER_H
#define PEER_H

#include "scene/path.h"
#include "scene/queue.h"

enum peer_state {
    PEER_LISTENS, /* or is about to connect */
    PEER_SYN_SENT,
    PEER_SYN_RECEIVED,
    PEER_OPEN,
    PEER_GONE, /* reset, refused, or given up */
};

enum {
    PEER_EARLY = 64
};

struct peer_range {
    int64_t from, to;
};

struct peer {
    const struct scene_connection *connection; /* borrowed */
    struct path *path;                         /* borrowed, as is the queue */
    struct queue *queue;
    enum scene_dir dir; /* in which it sends */
    enum peer_state state;
    int64_t acked, next, written; /* what the other has; what was sent; what the program gave */
    int64_t received;             /* the next offset expected */
    struct peer_range early[PEER_EARLY]; /* what came before its turn, in order */
    unsigned early_count;
    struct peer_range latest;   /* what came last out of its turn, or again: the first SACK block */
    bool closing, fin_received; /* the program has closed; the other side's has */
    int64_t recover;            /* until this is acknowledged, repeat what is missing */
    int64_t repeated;           /* the last that was, without a timer */
    unsigned repeats, dup_acks, unanswered, resets;
    uint32_t generation;
    uint32_t ts_recent;
    uint16_t ip_id;
};

/* A peer that has done nothing yet. `ip_id` is where its counter starts. */
void peer_begin(struct peer *peer, enum scene_dir dir, const struct scene_connection *connection,
                struct path *path, struct queue *queue, uint16_t ip_id);

void peer_connect(struct peer *peer, int64_t now_ns);

/* The program writes so many bytes; closes; or aborts the connection. */
void peer_write(struct peer *peer, uint32_t bytes, int64_t now_ns);
void peer_close(struct peer *peer, int64_t now_ns);
void peer_abort(struct peer *peer, int64_t now_ns);

/* What has happened to it. */
void peer_take(struct peer *peer, const struct scene_packet *packet, uint32_t from, uint32_t to,
               int64_t now_ns);
void peer_timer(struct peer *peer, uint32_t generation, int64_t now_ns);

#endif
