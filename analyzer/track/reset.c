/* Resets: where a RST lies in its sender's stream, and what it answers. */
#include "track/steps.h"

/* event.a of EVENT_RST */
enum {
    RST_EXACT,
    RST_IN_WINDOW,
    RST_BELOW,
    RST_ABOVE,
    RST_UNKNOWN
};

/* RFC 5961 §3.2, from what passed here: the receiver expects what it acknowledged last, or what it
 * has got since. */
static int place_of(const struct step *step)
{
    const struct half *own = step->own, *other = step->other;
    int64_t off = step->segment->hit->off;

    /* A refusal has no number of its own: it counts by what it acknowledges (RFC 9293
     * §3.10.7.3). */
    if (!own->begun)
        return step->segment->hit->has_ack && step->segment->hit->ack_off == other->next
                   ? RST_EXACT
                   : RST_UNKNOWN;
    if (off == own->next || off == own->acked)
        return RST_EXACT;
    if (off < own->acked)
        return RST_BELOW;
    if (other->has_edge)
        return off <= other->edge ? RST_IN_WINDOW : RST_ABOVE;
    return off < own->next ? RST_IN_WINDOW : RST_UNKNOWN;
}

/* RFC 9293 §3.10.7.1: a reset of a segment with ACK takes that number for its own sequence
 * number; of one without, it acknowledges that segment. An abort answers nothing: it has both.
 * Of several segments with the same number, one that came late is the likeliest to be answered,
 * and else the newest. */
static uint64_t answered(const struct step *step)
{
    const struct half *other = step->other;
    int64_t off = step->segment->hit->off;
    uint64_t newest = 0;

    if (step->segment->hit->has_ack && step->own->begun)
        return 0;
    if (!step->segment->hit->has_ack && other->late_id != 0 && other->late_ack_off == off)
        return other->late_id;
    for (int i = 0; i < RECENT; i++) {
        const struct recent *recent = &other->recent[i];
        bool copies = step->segment->hit->has_ack ? recent->end == step->segment->hit->ack_off
                                                  : recent->ack_off == off;

        if (recent->id > newest && copies)
            newest = recent->id;
    }
    return newest;
}

void step_follow_reset(const struct step *step)
{
    uint64_t id = answered(step);

    step_emit(step, EVENT_RST, true, place_of(step), id != 0, (int64_t)id);
    if (id == step->other->late_id)
        step->other->late_id = 0; /* one answer each */
}
