/* One segment on its way through the tracker: for the files of this folder. */
#ifndef STEPS_H
#define STEPS_H

#include "track/state.h"

enum {
    /* Packets that overtake each other come so near, where no round trip was measured: Wireshark's
     * bound. */
    STEP_REORDER_NS = 3000000
};

struct step {
    struct track *track;
    const struct tracked_segment *segment;
    const struct segment *tcp;
    struct half *own, *other; /* the sender's half and the receiver's */
    int64_t end;              /* one past the segment's last byte; SYN and FIN count */
    bool stale; /* of a connection that had the tuple before: its numbers say nothing */
    event_fn *emit;
    void *context;
};

void step_emit(const struct step *step, enum event_kind kind, bool has_a, int64_t a, bool has_b,
               int64_t b);

/* The same for an event with a cause; segment and leg are filled in. */
void step_emit_event(const struct step *step, struct event event);

/* Data, and FIN: where it lies in the stream, and whether it was there before. Returns marks. */
unsigned step_follow_data(const struct step *step);

/* An ACK: what it acknowledges, again or for the first time, and what its SACK blocks tell. Before
 * the window of the same segment. */
void step_follow_ack(const struct step *step);

/* The window that the segment advertises. */
void step_follow_window(const struct step *step);

/* How much of the other end's window its data take. */
void step_follow_edge(const struct step *step);

/* Whether both SYNs told how windows are scaled. */
bool step_knows_scales(const struct step *step);

/* The window of the segment in bytes; in units where the scales are not known. */
uint32_t step_window(const struct step *step);

/* A RST: where it lies, and what it answers. */
void step_follow_reset(const struct step *step);

/* The conditions of forged RSTs that show when it comes. `former` is the one before it in its
 * direction, or NULL. */
void step_follow_forged(const struct step *step, struct reset *reset, const struct reset *former);

/* Any other segment, once RSTs were seen: what it says of them. */
void step_follow_after(const struct step *step);

/* The segment is the challenge ACK that a RST has drawn. */
void step_note_challenge(const struct step *step, uint64_t rst_id);

/* Whether the segment answers the SYN with the numbers of a former connection. */
bool step_is_stale(const struct step *step);

/* The states of both ends. To be called before what the segment changes in the halves. */
void step_follow_life(const struct step *step);

/* The way to an open connection: SYNs, and what answers them. For life_follow.c. */
void step_follow_syn(const struct step *step);
void step_follow_synack(const struct step *step);
void step_follow_opening_ack(const struct step *step);
void step_follow_stale(const struct step *step);

/* What the segment says of the connection that had the tuple before; see reuse.h. */
void step_follow_reuse(const struct step *step);

/* Bytes above all that was seen of this end are missing. */
void step_open_hole(struct half *half, struct sent_range hole);

#endif
