/* What came after a RST: whether its sender went on, which it would not if it had sent it; and
 * whether its receiver did. */
#include <string.h>

#include "track/steps.h"

static const int64_t PATIENCE_NS = 1000000000;
static const int64_t RACE_NS = 2000000000;

static int32_t newer(const struct step *step, uint32_t than)
{
    return (int32_t)(step->tcp->opt.tsval - than);
}

static bool is_data(const struct step *step)
{
    return step->tcp->len > 0;
}

/* Sent after the RST, not overtaken by it. */
static bool is_later(const struct step *step, const struct reset *reset)
{
    if (step->tcp->opt.has_timestamps && reset->has_own_tsval && newer(step, reset->own_tsval) != 0)
        return newer(step, reset->own_tsval) > 0;
    return step->segment->ts_ns - reset->ts_ns >= STEP_REORDER_NS;
}

static void follow_sender(const struct step *step, struct reset *reset)
{
    int64_t off = step->segment->hit->off;

    reset->sent_since = true;
    if ((off < reset->off && step->end <= reset->own_next) || !is_later(step, reset))
        return;
    if (is_data(step) && off >= reset->off && !reset->sender_fin && !reset->receiver_fin &&
        step->segment->ts_ns - reset->ts_ns < RACE_NS)
        reset->weaver |= WEAVER_DATA_SEQ_RST;
    if (reset->sender_after != 0)
        return;
    reset->sender_after = step->segment->id;
    step_emit(step, EVENT_DATA_AFTER_RST, true, step->end - reset->off, true,
              (int64_t)reset->segment_id);
}

/* The time after which what the receiver sends was sent when the RST had reached it. */
static int64_t patience(const struct step *step, const struct reset *reset)
{
    int64_t trips = 4 * step->track->half[reset->dir].flow->beyond.smoothed;

    return trips > PATIENCE_NS ? trips : PATIENCE_NS;
}

/* Why this segment of the receiver was sent when it had got the RST; NULL: it may be older. The
 * path keeps packets in order, but for a late one. */
static const char *proof(const struct step *step, const struct reset *reset)
{
    const struct leg_hit *hit = step->segment->hit;
    const struct tcp_options *opt = &step->tcp->opt;

    if (hit->has_ack && opt->has_timestamps && reset->has_own_tsval &&
        (int32_t)(opt->tsecr - reset->own_tsval) > 0 && reset->sent_since)
        return "echo";
    if (hit->has_ack && reset->sent_since && hit->ack_off > reset->own_next &&
        hit->ack_off <= step->other->next)
        return "ack";
    if (step->segment->ts_ns - reset->ts_ns < patience(step, reset))
        return NULL;
    if (opt->has_timestamps && reset->has_other_tsval)
        return newer(step, reset->other_tsval) > 0 ? "time" : NULL;
    return step->end > reset->other_next || (hit->has_ack && hit->ack_off > reset->own_acked)
               ? "time"
               : NULL;
}

static void follow_receiver(const struct step *step, struct reset *reset)
{
    if (reset->receiver_after != 0 || (reset->proof = proof(step, reset)) == NULL)
        return;
    reset->receiver_after = step->segment->id;
    if (strcmp(reset->proof, "time") != 0) /* its sender may be gone all the same, the RST lost */
        life_rst_ignored(&step->track->life, reset->segment_id);
    step_emit_event(step, (struct event){.kind = EVENT_RST_IGNORED,
                                         .has_a = true,
                                         .has_b = true,
                                         .a = step->segment->ts_ns - reset->ts_ns,
                                         .b = (int64_t)reset->segment_id,
                                         .decided_by = reset->proof,
                                         .confidence = 90});
}

void step_follow_after(const struct step *step)
{
    struct resets *resets = step->track->resets;

    for (uint32_t i = 0; i < resets->count; i++) {
        struct reset *reset = &resets->items[i];

        if (reset->again != 0)
            continue; /* what comes now is of another try */
        if ((step->tcp->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN) {
            reset->again = step->segment->id;
        } else if (reset->dir == step->segment->hit->dir) {
            follow_sender(step, reset);
        } else {
            follow_receiver(step, reset);
        }
    }
}

void step_note_challenge(const struct step *step, uint64_t rst_id)
{
    struct resets *resets = step->track->resets;

    for (uint32_t i = 0; resets != NULL && i < resets->count; i++)
        if (resets->items[i].segment_id == rst_id)
            resets->items[i].challenge = step->segment->id;
}
