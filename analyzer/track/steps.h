/* One segment on its way through the tracker: for the files of this folder. */
#ifndef STEPS_H
#define STEPS_H

#include "track/track.h"

struct step {
    struct track *track;
    const struct tracked_segment *segment;
    const struct segment *tcp;
    struct half *own, *other; /* the sender's half and the receiver's */
    int64_t end;              /* one past the segment's last byte; SYN and FIN count */
    event_fn *emit;
    void *context;
};

void step_emit(const struct step *step, enum event_kind kind, bool has_a, int64_t a, bool has_b,
               int64_t b);

/* The same for an event with a cause; segment and leg are filled in. */
void step_emit_event(const struct step *step, struct event event);

/* Data, and FIN: where it lies in the stream, and whether it was there before. Returns marks. */
unsigned step_follow_data(const struct step *step);

/* A RST: where it lies, and what it answers. */
void step_follow_reset(const struct step *step);

void step_open_hole(struct half *half, const struct hole *hole);

#endif
