/* What is going to happen in one connection, in the order of time. */
#ifndef QUEUE_H
#define QUEUE_H

#include "scene/scene.h"

enum happening_kind {
    HAPPENS_ARRIVAL, /* a packet, or a piece of it */
    HAPPENS_TIMER,
    HAPPENS_STEP, /* a program has thought long enough */
    HAPPENS_INJECTION,
};

struct happening {
    int64_t at_ns;
    uint64_t number; /* what was added first comes first */
    enum happening_kind kind;
    enum scene_dir who;         /* a timer's or program's side: the direction that it sends in */
    uint32_t generation;        /* of a timer: an older one is void */
    struct scene_packet packet; /* of an arrival */
    uint32_t from, to;          /* the bytes of it that came */
};

struct queue {
    struct happening *items;
    size_t count, capacity;
    uint64_t added;
};

void queue_add(struct queue *queue, const struct happening *happening);

/* Takes out the next. False if there is none. */
bool queue_take(struct queue *queue, struct happening *happening);

/* Frees what the queue holds and leaves it empty. */
void queue_done(struct queue *queue);

#endif
