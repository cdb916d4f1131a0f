/* Plays the segments of one connection to the tracker, as seen at one point, and keeps the events;
 * and of those that have its tuple after it, with the events of that. The way there is the real
 * one: built frames, decoder, leg table. */
#ifndef TRACKING_H
#define TRACKING_H

#include "packet/frame.h"
#include "track/reuse.h"
#include "track/track.h"

enum {
    TRACKING_EVENTS = 256
};

struct tracking {
    struct leg_table *legs;
    struct leg *leg; /* of the last segment */
    struct tracker tracker;
    struct track track;
    uint32_t captured;    /* bytes of each frame; 0: all */
    struct former former; /* the connection before, if there was one */
    uint64_t last_id;     /* segments have the ids 1, 2, 3, … */
    unsigned marks;       /* of the last segment */
    struct event events[TRACKING_EVENTS];
    size_t events_count;
    size_t events_before; /* how many there were before the last segment */
};

/* Caller frees with tracking_free(). */
struct tracking *tracking_new(void);
void tracking_free(struct tracking *tracking);

/* The next segment, at a time in microseconds from any begin on; returns its id. */
uint64_t tracking_add(struct tracking *tracking, int64_t at_us, const struct frame_spec *spec);

/* How many events of a kind there were. */
size_t tracking_count(const struct tracking *tracking, enum event_kind kind);

/* The one event of that kind that the last segment caused; NULL unless there is exactly one. */
const struct event *tracking_last(const struct tracking *tracking, enum event_kind kind);

#endif
