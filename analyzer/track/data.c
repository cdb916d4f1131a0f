/* Where a segment's bytes lie in the stream of its sender: new, again, out of order, or late. */
#include "base/memory.h"
#include "track/steps.h"

/* Reordering is shorter than a round trip; where none was measured, 3 ms (METHODS 4.4). */
static const int64_t REORDER_NS = 3000000;

void step_open_hole(struct half *half, const struct hole *hole)
{
    if (half->holes == NULL)
        half->holes = memory_zalloc(sizeof *half->holes);
    holes_open(half->holes, hole);
}

static void note_resent(const struct step *step)
{
    struct half *own = step->own;

    if (own->resent == NULL)
        own->resent = memory_zalloc(sizeof *own->resent);
    resent_add(own->resent, step->segment->hit->off, step->end, step->segment->id);
}

static bool is_older(const struct step *step)
{
    return step->tcp->opt.has_timestamps && step->own->has_tsval &&
           (int32_t)(step->tcp->opt.tsval - step->own->tsval) < 0;
}

/* Wholly below what the other end has acknowledged: an original that was overtaken by its own
 * repetition, or a repetition that was not needed. */
static unsigned follow_acked(const struct step *step)
{
    struct half *own = step->own;
    int64_t behind = own->acked - step->end;
    bool late = step->tcp->opt.has_timestamps && own->has_tsval
                    ? is_older(step)
                    : step->other->has_win && behind > step->other->win;
    uint64_t copy;

    if (!late) {
        step_emit_event(step, (struct event){.kind = EVENT_RETRANSMISSION,
                                             .has_a = true,
                                             .a = step->end - step->segment->hit->off,
                                             .cause = "spurious",
                                             .decided_by = "acked-before",
                                             .confidence = 90});
        note_resent(step);
        return MARK_RETRANSMISSION;
    }
    copy = resent_find(own->resent, step->segment->hit->off);
    step_emit(step, EVENT_LATE_SEGMENT, true, behind, copy != 0, (int64_t)copy);
    own->late_id = step->segment->id;
    own->late_ack_off = step->segment->hit->has_ack ? step->segment->hit->ack_off : -1;
    return MARK_LATE;
}

/* Fills a hole, whole or in part: an original that others have overtaken, or the repetition of one
 * that was lost before this point. Its timestamp tells: a repetition is newer than what opened the
 * hole. Within one tick of that clock, time must. */
static unsigned follow_filling(const struct step *step, const struct hole *hole, int64_t filled)
{
    int64_t lag = step->segment->ts_ns - hole->opened_ns;
    int64_t limit = step->track->handshake_ns > REORDER_NS ? step->track->handshake_ns : REORDER_NS;
    int64_t size = step->end - step->segment->hit->off;
    int32_t newer = hole->has_tsval && step->tcp->opt.has_timestamps
                        ? (int32_t)(step->tcp->opt.tsval - hole->tsval)
                        : 0;

    if (filled == size && (newer < 0 || (newer == 0 && lag <= limit))) {
        step_emit(step, EVENT_OUT_OF_ORDER, true, step->own->next - step->end, true, lag);
        return MARK_OUT_OF_ORDER;
    }
    step_emit(step, EVENT_RETRANSMISSION, true, size - filled, true, lag);
    note_resent(step);
    return MARK_RETRANSMISSION;
}

/* RFC 9293 §3.8.4: a keep-alive repeats the last byte, or sends none, one below what is next. */
static bool is_keep_alive(const struct step *step)
{
    return step->tcp->len <= 1 && !(step->tcp->flags & (TCP_SYN | TCP_FIN)) &&
           step->own->next > 1 && step->segment->hit->off == step->own->next - 1 &&
           step->own->acked == step->own->next;
}

/* §3.8.6.1: what is sent into a window of 0 asks whether it has opened. */
static bool is_window_probe(const struct step *step)
{
    return step->other->has_win && step->other->win == 0 && step->other->zero_since_ns != 0 &&
           step->tcp->len <= 1 && !(step->tcp->flags & (TCP_SYN | TCP_FIN)) &&
           (step->tcp->len == 1 || step->segment->hit->off == step->own->next - 1);
}

static void follow_edge(const struct step *step)
{
    const struct half *other = step->other;

    if (other->has_edge && step->end > other->edge)
        step_emit(step, EVENT_OUT_OF_WINDOW, true, step->end - other->edge, true, other->win);
}

static unsigned follow_new(const struct step *step)
{
    struct half *own = step->own;
    int64_t start = step->segment->hit->off;
    unsigned marks = 0;

    if (start > own->next) {
        struct hole hole = {.start = own->next,
                            .end = start,
                            .opened_ns = step->segment->ts_ns,
                            .has_tsval = step->tcp->opt.has_timestamps,
                            .tsval = step->tcp->opt.tsval};

        step_emit(step, EVENT_GAP, true, start - own->next, true, own->next);
        step_open_hole(own, &hole);
    } else if (start < own->next) {
        struct hole first;
        int64_t filled = holes_fill(own->holes, start, own->next, &first);

        step_emit(step, EVENT_RETRANSMISSION, true, own->next - start - filled, false, 0);
        note_resent(step);
        marks = MARK_RETRANSMISSION;
    }
    own->next = step->end;
    return marks;
}

unsigned step_follow_data(const struct step *step)
{
    struct half *own = step->own;
    int64_t start = step->segment->hit->off, filled;
    struct hole hole;

    if (!own->begun || (step->tcp->flags & TCP_SYN)) {
        /* The stream begins here, whatever was guessed of it from ACKs. */
        if (!own->begun || step->end > own->next)
            own->next = step->end;
        own->begun = true;
        return 0;
    }
    if (is_window_probe(step)) {
        step_emit(step, EVENT_WINDOW_PROBE, true, step->tcp->len, true,
                  step->segment->ts_ns - step->other->zero_since_ns);
        if (step->end > own->next)
            own->next = step->end;
        return 0;
    }
    if (is_keep_alive(step)) {
        step_emit(step, EVENT_KEEP_ALIVE, true, step->tcp->len, false, 0);
        return 0;
    }
    if (step->end == start)
        return 0;
    follow_edge(step);
    if (step->end > own->next)
        return follow_new(step);
    filled = holes_fill(own->holes, start, step->end, &hole);
    if (filled > 0)
        return follow_filling(step, &hole, filled);
    if (step->end <= own->acked)
        return follow_acked(step);
    step_emit(step, EVENT_RETRANSMISSION, true, step->end - start, false, 0);
    note_resent(step);
    return MARK_RETRANSMISSION;
}
