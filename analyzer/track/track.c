#include "track/track.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "track/reuse.h"
#include "track/steps.h"

static void emit_plain(const struct step *step, enum event_kind kind)
{
    step_emit(step, kind, false, 0, false, 0);
}

static void follow_ttl(const struct step *step)
{
    struct half *own = step->own;
    uint8_t ttl = step->segment->packet->ttl;

    if (step->tcp->flags & TCP_RST)
        return; /* other machines send those, with a TTL of their own */
    if (!own->has_ttl) {
        own->has_ttl = true;
        own->ttl = own->ttl_min = own->ttl_max = ttl;
        return;
    }
    if (ttl == own->ttl)
        return;
    step_emit(step, EVENT_TTL_CHANGE, true, ttl, true, own->ttl);
    own->ttl = ttl;
    if (ttl < own->ttl_min)
        own->ttl_min = ttl;
    if (ttl > own->ttl_max)
        own->ttl_max = ttl;
}

/* In a simultaneous open one end sends both: a SYN, and a SYN-ACK that repeats it. */
static void follow_syn(const struct step *step)
{
    const struct tcp_options *opt = &step->tcp->opt;
    struct half *own = step->own;
    bool answer = (step->tcp->flags & TCP_ACK) != 0;
    uint32_t copies = answer ? ++own->synacks : ++own->syns;
    int64_t *first_ns = answer ? &own->synack_ns : &own->syn_ns;
    int64_t now = step->segment->ts_ns;

    if (copies > 1 && answer && step->tcp->seq != own->synack_seq)
        return; /* another answer, which says nothing of the first */
    if (copies > 1)
        step_emit(step, answer ? EVENT_SYNACK_RETRANSMISSION : EVENT_SYN_RETRANSMISSION, true,
                  copies - 1, true, now - *first_ns);
    else
        *first_ns = now;
    if (answer && copies == 1)
        own->synack_seq = step->tcp->seq;
    if (own->has_syn)
        return;
    own->has_syn = true;
    own->syn = (struct offer){
        .has_mss = opt->has_mss,
        .mss = opt->mss,
        .has_wscale = opt->has_wscale,
        .wscale = opt->wscale,
        .has_sack_permitted = opt->has_sack_permitted,
        .has_timestamps = opt->has_timestamps,
    };
    own->lacks_wscale = opt->cut && !opt->has_wscale;
    own->has_wscale = own->syn.has_wscale;
    own->wscale = own->syn.wscale > SCALE_MAX ? SCALE_MAX : own->syn.wscale;
}

/* The handshake measures both halves of the round trip, if nothing of it was sent twice. */
static void measure_handshake(const struct step *step)
{
    struct half *client = step->own, *server = step->other;

    if (client->syns != 1 || server->synacks != 1 || server->synack_ns < client->syn_ns)
        return;
    rtt_add(&client->flow->beyond, server->synack_ns - client->syn_ns);
    rtt_add(&server->flow->beyond, step->segment->ts_ns - server->synack_ns);
}

static void follow_handshake(const struct step *step)
{
    struct track *track = step->track;
    const struct half *client = &track->half[DIR_CLIENT], *server = &track->half[DIR_SERVER];

    if (track->handshake_ns == 0 && step->segment->hit->dir == DIR_CLIENT && client->has_syn &&
        server->has_syn && step->segment->hit->has_ack && step->segment->hit->ack_off >= 1) {
        track->handshake_ns = step->segment->ts_ns - client->syn_ns;
        measure_handshake(step);
    }
}

static void follow_timestamps(const struct step *step)
{
    struct half *own = step->own;
    uint32_t tsval = step->tcp->opt.tsval;

    if (!step->tcp->opt.has_timestamps)
        return;
    if (!own->has_tsval || (int32_t)(tsval - own->tsval) > 0)
        own->tsval = tsval;
    own->has_tsval = true;
}

static void remember(const struct step *step)
{
    struct flow *flow = step->own->flow;
    struct recent *recent = &flow->recent[flow->recents++ % RECENT];

    recent->id = step->segment->id;
    recent->ts_ns = step->segment->ts_ns;
    recent->has_ack = step->segment->hit->has_ack;
    recent->ack_off = step->segment->hit->ack_off;
    recent->end = step->end;
}

static void count(struct track *track, const struct tracked_segment *segment)
{
    struct half *own = &track->half[segment->hit->dir];

    if (track->first_segment == 0)
        track->first_segment = segment->id;
    track->last_segment = segment->id;
    own->segments++;
    own->bytes += segment->packet->tcp.len;
}

static void begin_flows(struct tracker *tracker, struct track *track)
{
    struct flows *flows = slab_take(&tracker->flows);

    for (int dir = 0; dir < DIRS; dir++) {
        struct flow *flow = &flows->of[dir];

        memset(flow, 0, offsetof(struct flow, stamps.items));
        flow->sent.few = flow->few;
        track->half[dir].flow = flow;
    }
}

static unsigned marks_of_packet(const struct packet *packet)
{
    return (packet->fragments > 0 ? MARK_FRAGMENTED : 0) | (packet->tcp.opt.cut ? MARK_CUT : 0);
}

void tracker_init(struct tracker *tracker, event_fn *emit, void *context)
{
    *tracker = (struct tracker){.emit = emit, .context = context};
    slab_init(&tracker->flows, sizeof(struct flows));
}

void tracker_done(struct tracker *tracker)
{
    slab_done(&tracker->flows);
}

unsigned track_segment(struct tracker *tracker, struct track *track,
                       const struct tracked_segment *segment)
{
    const struct segment *tcp = &segment->packet->tcp;
    struct step step = {
        .track = track,
        .segment = segment,
        .tcp = tcp,
        .own = &track->half[segment->hit->dir],
        .other = &track->half[!segment->hit->dir],
        .emit = tracker->emit,
        .context = tracker->context,
    };
    unsigned marks = marks_of_packet(segment->packet);

    if (track->half[0].flow == NULL)
        begin_flows(tracker, track);
    step.end = segment->hit->off + tcp->len + ((tcp->flags & TCP_SYN) != 0) +
               ((tcp->flags & TCP_FIN) != 0);
    if (segment->packet->fragments > 0)
        step_emit(&step, EVENT_FRAGMENTED, true, segment->packet->fragments, false, 0);
    follow_ttl(&step);
    step.stale = step_is_stale(&step);
    step_follow_reuse(&step);
    step_follow_life(&step);
    if (tcp->flags & TCP_RST) {
        step_follow_reset(&step);
    } else if (!step.stale) {
        if (tcp->flags & TCP_SYN)
            follow_syn(&step);
        if ((tcp->flags & TCP_FIN) && step.own->fins == 0)
            emit_plain(&step, EVENT_FIN);
        marks |= step_follow_data(&step);
        if (segment->hit->has_ack)
            step_follow_ack(&step);
        follow_handshake(&step);
    }
    if (!step.stale) {
        step_follow_window(&step);
        follow_timestamps(&step);
    }
    if (!(tcp->flags & TCP_RST))
        ip_ids_follow(&step.own->flow->ids, segment->packet);
    if (track->resets != NULL && !(tcp->flags & TCP_RST))
        step_follow_after(&step);
    remember(&step);
    step.own->rsts += (tcp->flags & TCP_RST) != 0;
    step.own->fins += (tcp->flags & TCP_FIN) != 0;
    count(track, segment);
    return marks;
}

unsigned track_sighting(struct track *track, const struct tracked_segment *segment)
{
    struct half *own = &track->half[segment->hit->dir];
    unsigned flags = segment->packet->tcp.flags;

    own->sightings++;
    if ((flags & (TCP_SYN | TCP_RST)) == TCP_SYN) {
        if (flags & TCP_ACK)
            own->again.synacks++;
        else
            own->again.syns++;
    }
    own->again.rsts += (flags & TCP_RST) != 0;
    own->again.fins += (flags & TCP_FIN) != 0;
    count(track, segment);
    return MARK_SIGHTING | marks_of_packet(segment->packet);
}

void track_too_big(struct track *track, int dir, int64_t ts_ns)
{
    if (track->half[dir].flow != NULL)
        track->half[dir].flow->too_big_ns = ts_ns;
}

void track_quiet(struct tracker *tracker, struct track *track)
{
    struct flow *first = track->half[0].flow;

    if (first == NULL)
        return;
    for (int dir = 0; dir < DIRS; dir++) {
        sent_free(&track->half[dir].flow->sent);
        free(track->half[dir].flow->resent);
        track->half[dir].flow = NULL;
    }
    slab_give(&tracker->flows, first); /* the first of its struct flows */
}

void track_done(struct tracker *tracker, struct track *track)
{
    track_quiet(tracker, track);
    free(track->reuse);
    track->reuse = NULL;
    free(track->resets);
    track->resets = NULL;
}
