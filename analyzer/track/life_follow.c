/* The states of both ends, as each segment changes them. */
#include "track/steps.h"

/* What answers is sent at once (RFC 5961 §3.2); the longest way to a point and back is shorter. */
static const int64_t CHALLENGE_NS = 1000000000;

/* RFC 9293 §3.6, from what was sent and acknowledged. */
static enum tcp_state closing_state(const struct life_end *own)
{
    if (!own->fin)
        return STATE_CLOSE_WAIT;
    if (!own->got_fin)
        return own->fin_acked ? STATE_FIN_WAIT_2 : STATE_FIN_WAIT_1;
    if (own->fin_first)
        return own->fin_acked ? STATE_TIME_WAIT : STATE_CLOSING;
    return own->fin_acked ? STATE_CLOSED : STATE_LAST_ACK;
}

static enum tcp_state state_of(const struct life *life, int dir)
{
    const struct life_end *own = &life->end[dir];

    if (life->refused && !life->opened)
        return STATE_CLOSED;
    /* Either end may have sent its FIN before the capture began. */
    if (life_is_midstream(life) && !(own->shown && life->end[!dir].shown))
        return STATE_UNKNOWN;
    /* Of an end that was never seen nothing tells whether it has got a FIN, or sent its own. */
    if ((own->fin || life->end[!dir].fin) && !(own->seen && life->end[!dir].seen))
        return STATE_UNKNOWN;
    if (own->fin || own->got_fin)
        return closing_state(own);
    if (life_is_midstream(life))
        return STATE_ESTABLISHED;
    if (!own->syn)
        return STATE_UNKNOWN;
    if (!own->got_syn)
        return STATE_SYN_SENT;
    return own->syn_acked ? STATE_ESTABLISHED : STATE_SYN_RECEIVED;
}

static void settle(struct life *life, int64_t ts_ns)
{
    for (int dir = 0; dir < DIRS; dir++) {
        enum tcp_state state = state_of(life, dir);

        if (state == life->end[dir].state)
            continue;
        life->end[dir].state = state;
        life->end[dir].since_ns = ts_ns;
    }
}

static void provoke(const struct step *step, bool by_rst)
{
    struct life_end *target = &step->track->life.end[!step->segment->hit->dir];

    target->provoked_by = step->segment->id;
    target->provoked_ns = step->segment->ts_ns;
    target->provoked_by_rst = by_rst;
}

/* RFC 5961 §3.2: in the window, but not exactly what the receiver expects. */
static bool is_inexact(const struct step *step)
{
    const struct half *own = step->own;
    int64_t off = step->segment->hit->off;

    return own->begun && off != own->next && off > own->acked && step->other->flow->has_edge &&
           off <= step->other->flow->edge;
}

static bool is_exact(const struct step *step)
{
    int64_t off = step->segment->hit->off;

    return off == step->own->acked || off == step->own->next;
}

static void note_rst(const struct step *step)
{
    step->track->life.rst_id = step->segment->id;
    step->track->life.rst_ns = step->segment->ts_ns;
}

static void begin_reset(const struct step *step)
{
    struct life *life = &step->track->life;

    if (life->reset)
        return;
    note_rst(step);
    life->reset = true;
    life->synack_at_rst = life->end[DIR_SERVER].syn;
    for (int dir = 0; dir < DIRS; dir++) {
        const struct half *half = &step->track->half[dir];

        life->next_at_rst[dir] = half->begun ? half->next : INT64_MAX;
    }
}

/* A RST while the client waits for an answer: RFC 9293 §3.10.7.3. One that answers the numbers of a
 * former connection is that one's. */
static void take_rst_in_syn_sent(const struct step *step)
{
    struct life *life = &step->track->life;
    const struct leg_hit *hit = step->segment->hit;

    if (hit->dir == DIR_CLIENT) {
        if (life->stale_id == 0 || hit->off != life->stale_ack_off)
            begin_reset(step);
    } else if (hit->has_ack && hit->ack_off >= 1 && hit->ack_off <= step->other->next) {
        life->refused = true;
        note_rst(step);
        life_note_answer(life, SYN_ANSWER_RST);
    }
}

static void take_rst(const struct step *step)
{
    struct life *life = &step->track->life;
    const struct life_end *target = &life->end[!step->segment->hit->dir];

    if (life->end[DIR_CLIENT].state == STATE_SYN_SENT && !life->end[DIR_SERVER].syn) {
        take_rst_in_syn_sent(step);
        return;
    }
    if (!life->end[DIR_CLIENT].syn && !life->end[DIR_SERVER].syn && !life->opened) {
        life->opening = OPENING_MIDSTREAM;
        life->opened = true;
    }
    if (target->state == STATE_TIME_WAIT || target->state == STATE_CLOSED) {
        life->rst_in_time_wait = target->state == STATE_TIME_WAIT && is_exact(step);
        note_rst(step);
        return;
    }
    if (is_inexact(step))
        provoke(step, true);
    begin_reset(step);
}

/* Who acknowledges what was sent after a RST is there, and so is who sent it: nobody believed the
 * RST. What was under way when it came acknowledges nothing newer. */
static void take_survival(const struct step *step)
{
    struct life *life = &step->track->life;
    const struct leg_hit *hit = step->segment->hit;

    if (!life->reset)
        return;
    if ((hit->has_ack && hit->ack_off > life->next_at_rst[!hit->dir]) ||
        (!life->synack_at_rst && life->opened && !life_is_midstream(life)))
        life->reset = false;
}

/* An ACK that says nothing new right after what RFC 5961 answers so. */
static void take_provoked(const struct step *step)
{
    struct life *life = &step->track->life;
    const struct leg_hit *hit = step->segment->hit;
    struct life_end *own = &life->end[hit->dir];
    uint64_t by = own->provoked_by;

    own->provoked_by = 0;
    if (by == 0 || step->segment->ts_ns - own->provoked_ns > CHALLENGE_NS ||
        step->end != hit->off || hit->off != step->own->next || !hit->has_ack ||
        hit->ack_off != step->other->acked)
        return;
    step_emit_event(step, (struct event){.kind = EVENT_CHALLENGE_ACK,
                                         .has_a = true,
                                         .a = (int64_t)by,
                                         .has_b = true,
                                         .b = step->segment->ts_ns - own->provoked_ns,
                                         .cause = own->provoked_by_rst ? "rst" : "syn",
                                         .decided_by = "next-segment",
                                         .confidence = 70});
    if (own->provoked_by_rst) {
        life->reset = false; /* it is still there */
        step_note_challenge(step, by);
    }
}

static void take_fin(const struct step *step)
{
    struct life *life = &step->track->life;
    const struct leg_hit *hit = step->segment->hit;
    struct life_end *own = &life->end[hit->dir], *other = &life->end[!hit->dir];

    if (hit->has_ack && other->fin && hit->ack_off >= other->fin_end)
        other->fin_acked = own->got_fin = true;
    if (!(step->tcp->flags & TCP_FIN))
        return;
    if (!own->fin) {
        own->fin = own->shown = true;
        own->fin_first = !own->got_fin;
        own->fin_end = step->end;
    } else if (step->end == own->fin_end) {
        own->fin_acked = false; /* it has not got the ACK */
    }
}

static void take_data(const struct step *step)
{
    const struct half *own = step->own;

    /* A keep-alive may carry a byte that is not new. */
    if (step->tcp->len > (own->begun ? 0 : 1) && (!own->begun || step->end > own->next))
        step->track->life.end[step->segment->hit->dir].shown = true;
}

void step_follow_life(const struct step *step)
{
    struct life *life = &step->track->life;
    const struct life_end *own = &life->end[step->segment->hit->dir];
    unsigned flags = step->tcp->flags;

    if (flags & TCP_RST) {
        take_rst(step);
    } else if (step->stale) {
        step_follow_stale(step);
    } else {
        life->end[step->segment->hit->dir].seen = true;
        if ((flags & TCP_SYN) && own->sent_more && life->opened)
            provoke(step, false); /* RFC 5961 §4.2 */
        else if ((flags & TCP_SYN) && (flags & TCP_ACK))
            step_follow_synack(step);
        else if (flags & TCP_SYN)
            step_follow_syn(step);
        else
            take_provoked(step);
        step_follow_opening_ack(step);
        take_data(step);
        take_fin(step);
        take_survival(step);
    }
    settle(life, step->segment->ts_ns);
}
