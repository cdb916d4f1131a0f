/* The conditions of Weaver, Sommer and Paxson for RSTs that none of the two ends sent. They rather
 * miss one than accuse one. */
#include "track/steps.h"

static const int64_t RACE_NS = 2000000000; /* further apart, two things are not of one cause */

/* Nothing has begun to close: an end that is gone answers what still comes with RSTs of any
 * number. */
static bool is_open(const struct step *step)
{
    return step->own->begun && step->own->fins == 0 && step->other->fins == 0 &&
           step->other->rsts == 0;
}

/* When data was last sent at or above its number; 0: not lately. */
static int64_t last_above(const struct step *step)
{
    int64_t last_ns = 0;

    for (uint32_t i = 0; i < flow_recents(step->own->flow); i++) {
        const struct recent *recent = &step->own->flow->recent[i];

        if (recent->end > step->segment->hit->off && recent->ts_ns > last_ns)
            last_ns = recent->ts_ns;
    }
    return last_ns;
}

/* Its number lies below data that its sender had sent already: who sent it did not know of them. */
static bool is_behind_data(const struct step *step, const struct reset *reset)
{
    int64_t last_ns = last_above(step);

    return step->own->rsts == 0 && step->own->bytes > 0 && reset->off < reset->own_next &&
           (reset->place == RESET_BELOW || reset->place == RESET_IN_WINDOW) && last_ns != 0 &&
           reset->ts_ns - last_ns <= RACE_NS;
}

/* Two in succession, the second above all that was sent: aimed at where the sender might be by
 * then. */
static bool is_seq_change(const struct reset *reset, const struct reset *former)
{
    return reset->off > former->off + 2 && reset->off > reset->own_next &&
           reset->off > reset->own_acked + 2;
}

static bool is_ack_change(const struct reset *reset, const struct reset *former)
{
    return reset->has_ack && former->has_ack && reset->match == RESET_OWN &&
           former->match == RESET_OWN && reset->ack_off != former->ack_off;
}

void step_follow_forged(const struct step *step, struct reset *reset, const struct reset *former)
{
    if (!is_open(step))
        return;
    if (is_behind_data(step, reset))
        reset->weaver |= WEAVER_RST_SEQ_DATA;
    if (former == NULL || former->sent_since || reset->ts_ns - former->ts_ns >= RACE_NS)
        return;
    if (is_seq_change(reset, former))
        reset->weaver |= WEAVER_RST_SEQ_CHANGE;
    if (is_ack_change(reset, former))
        reset->weaver |= WEAVER_RST_ACK_CHANGE;
}
