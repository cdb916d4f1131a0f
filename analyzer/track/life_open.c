/* How a connection opens: SYNs, what they carry, and what answers them. */
#include <string.h>

#include "track/reuse.h"
#include "track/steps.h"

/* The client's SYN is out, and nothing of this connection has come back. */
static bool is_waiting(const struct life *life)
{
    return life->end[DIR_CLIENT].syn && !life->end[DIR_CLIENT].got_syn &&
           !life->end[DIR_SERVER].syn;
}

static bool acknowledges_syn(const struct step *step)
{
    const struct leg_hit *hit = step->segment->hit;

    return hit->has_ack && hit->ack_off >= 1 &&
           (!step->other->begun || hit->ack_off <= step->other->next);
}

bool step_is_stale(const struct step *step)
{
    return step->segment->hit->dir == DIR_SERVER && step->segment->hit->has_ack &&
           !(step->tcp->flags & (TCP_SYN | TCP_RST)) && is_waiting(&step->track->life) &&
           !acknowledges_syn(step);
}

/* RFC 9293 §3.10.7.4 and RFC 5961 §4: a synchronised end answers any SYN with what it expects. */
void step_follow_stale(const struct step *step)
{
    struct life *life = &step->track->life;
    bool former = reuse_has_numbers(step->track->reuse, step->tcp);

    life->stale_id = step->segment->id;
    life->stale_ack_off = step->segment->hit->ack_off;
    if (step->end != step->segment->hit->off)
        return; /* data or FIN that was under way */
    life_note_answer(life, SYN_ANSWER_CHALLENGE_ACK);
    step_emit_event(step, (struct event){.kind = EVENT_CHALLENGE_ACK,
                                         .has_a = true,
                                         .a = (int64_t)life->syn_id,
                                         .has_b = true,
                                         .b = step->segment->ts_ns - life->syn_last_ns,
                                         .cause = "syn",
                                         .decided_by = former ? "old-numbers" : "not-acceptable",
                                         .confidence = former ? 98 : 80});
}

/* RFC 7413 §2: an empty option asks for a cookie. */
static void note_syn_data(const struct step *step)
{
    struct life *life = &step->track->life;
    const struct tcp_options *opt = &step->tcp->opt;

    if (life->syn_data_cause != NULL || (step->tcp->len == 0 && !opt->has_fast_open))
        return;
    life->syn_data_id = step->segment->id;
    life->syn_data = step->tcp->len;
    if (!opt->has_fast_open)
        life->syn_data_cause = "data";
    else
        life->syn_data_cause = opt->fast_open_cookie > 0 ? "cookie" : "cookie-request";
}

static struct event syn_data_event(const struct life *life)
{
    return (struct event){.kind = EVENT_SYN_DATA,
                          .has_a = true,
                          .a = life->syn_data,
                          .cause = life->syn_data_cause,
                          .decided_by =
                              strcmp(life->syn_data_cause, "data") == 0 ? "payload" : "option",
                          .confidence = 99};
}

static void tell_syn_data(const struct step *step)
{
    struct life *life = &step->track->life;
    struct event event;

    if (life->syn_data_id == 0)
        return;
    event = syn_data_event(life);
    event.segment_id = life->syn_data_id;
    event.leg_id = step->segment->leg_id;
    event.has_b = true;
    event.b = step->segment->hit->ack_off - 1;
    life->syn_data_id = 0;
    step->emit(step->context, &event);
}

void life_finish(struct track *track, uint32_t leg_id, event_fn *emit, void *context)
{
    struct life *life = &track->life;
    struct event event;

    if (life->syn_data_id == 0)
        return;
    event = syn_data_event(life);
    event.segment_id = life->syn_data_id;
    event.leg_id = leg_id;
    life->syn_data_id = 0;
    emit(context, &event);
}

void step_follow_syn(const struct step *step)
{
    struct life *life = &step->track->life;
    int dir = step->segment->hit->dir;
    struct life_end *own = &life->end[dir];

    own->syn = own->shown = true;
    if (dir == DIR_CLIENT) {
        life->syn_id = step->segment->id;
        life->syn_last_ns = step->segment->ts_ns;
        note_syn_data(step);
        if (life->end[DIR_SERVER].got_syn)
            life_note_answer(life, SYN_ANSWER_SYN_ACK); /* captured in the wrong order */
    } else if (life->crossed_id == 0) {
        life->crossed_id = step->segment->id;
        life->crossed_ns = step->segment->ts_ns - step->track->half[DIR_CLIENT].syn_ns;
        own->got_syn = false;
        if (life->syn_answer == SYN_ANSWER_UNSEEN)
            life->syn_answer = SYN_ANSWER_SYN;
        life_note_answer(life, SYN_ANSWER_SYN);
    }
}

static void take_first_answer(const struct step *step)
{
    struct life *life = &step->track->life;

    life_note_answer(life, SYN_ANSWER_SYN_ACK);
    tell_syn_data(step);
    life->fast_open = life->syn_data > 0 && step->segment->hit->ack_off > 1;
    if (life->crossed_id == 0)
        return;
    life->simultaneous = true;
    step_emit(step, EVENT_SIMULTANEOUS_OPEN, true, (int64_t)life->crossed_id, true,
              life->crossed_ns);
}

void step_follow_synack(const struct step *step)
{
    struct life *life = &step->track->life;
    int dir = step->segment->hit->dir;
    struct life_end *own = &life->end[dir], *other = &life->end[!dir];

    if (!acknowledges_syn(step))
        return;
    if (own->got_syn) {
        own->syn_acked = false; /* it has not got the ACK */
        return;
    }
    if (dir == DIR_SERVER)
        take_first_answer(step);
    own->syn = own->got_syn = own->shown = true;
    other->syn = other->syn_acked = other->shown = true;
}

static enum opening opening_of(const struct life *life)
{
    if (life->simultaneous)
        return OPENING_SIMULTANEOUS;
    if (life->crossed_id != 0)
        return OPENING_SPLIT;
    return life->fast_open ? OPENING_FAST_OPEN : OPENING_HANDSHAKE;
}

static bool is_open(const struct life_end *end)
{
    return end->syn_acked && end->got_syn;
}

/* Data or FIN of a server that had the client's SYN. */
static bool is_server_at_work(const struct step *step)
{
    return step->segment->hit->dir == DIR_SERVER && step->end != step->segment->hit->off &&
           !(step->tcp->flags & TCP_SYN) && step->track->life.end[DIR_SERVER].got_syn;
}

void step_follow_opening_ack(const struct step *step)
{
    struct life *life = &step->track->life;
    int dir = step->segment->hit->dir;
    struct life_end *own = &life->end[dir], *other = &life->end[!dir];

    if (!own->syn && !other->syn) {
        life->opening = OPENING_MIDSTREAM;
        life->opened = true;
    }
    if (!(step->tcp->flags & TCP_SYN)) {
        own->sent_more = true;
        if (life->opening != OPENING_MIDSTREAM && acknowledges_syn(step)) {
            if (!own->syn || !other->syn)
                life_note_answer(life, SYN_ANSWER_UNSEEN);
            own->syn = own->shown = own->got_syn = true;
            other->syn = other->shown = other->syn_acked = true;
            other->got_syn |= dir == DIR_CLIENT && !life->crossed_id;
            own->syn_acked |= dir == DIR_CLIENT && !life->crossed_id;
        }
    }
    if (is_server_at_work(step) && life->syn_data_cause == NULL) {
        /* It had the ACK of its SYN then, seen or not; only Fast Open lets it begin before (RFC
         * 7413 §4.2). */
        own->syn_acked = true;
        other->got_syn = true;
    }
    if (!life->opened && ((is_open(own) && is_open(other)) || is_server_at_work(step))) {
        life->opened = true;
        life->opening = opening_of(life);
    }
}
