/* The methods of Mellia et al. (2008) and Jaiswal et al. (2003), and for what they do not know
 * (SACK, tail loss probes, timestamps) the sender's own rules: RFC 5681, 6298, 6675, 8985. */
#include "track/again.h"

#include <stddef.h>

/* One object each: they are compared by their address. */
static const char TIMEOUT[] = "timeout", FAST[] = "fast", SACK[] = "sack",
                  PROBE[] = "tail-loss-probe", OR_PROBE[] = "timer-or-probe";

enum {
    DUP_ACKS = 3 /* RFC 5681 §3.2 */
};

/* No stack's timer is shorter by default, and where no round trip was measured that is all there
 * is. */
static const int64_t TIMER_NS = 200000000;

/* Timers fire early by a tick, and clocks are read at another place than the timer's. */
static int64_t about(int64_t ns)
{
    return ns - ns / 10;
}

static struct verdict none(void)
{
    return (struct verdict){NULL, NULL, 0};
}

static bool has_other_stamp(const struct step *step, const struct sent_range *former)
{
    return step->tcp->opt.has_timestamps && (former->flags & SENT_HAS_TSVAL) &&
           step->tcp->opt.tsval != former->tsval;
}

static struct rtt whole_of(const struct step *step)
{
    return rtt_whole(&step->own->flow->beyond, &step->other->flow->beyond);
}

struct verdict again_duplicate(const struct step *step, const struct sent_range *former)
{
    const struct packet *packet = step->segment->packet;
    struct rtt whole = whole_of(step);

    if (has_other_stamp(step, former))
        return none();
    if (packet->has_ip_id && (former->flags & SENT_HAS_IP_ID) &&
        ip_ids_count(&step->own->flow->ids))
        return packet->ip_id == former->ip_id ? (struct verdict){"network", "ip-id", 95} : none();
    /* No sender can know so soon that it was lost. */
    if (former->copies == 0 && step->own->flow->dup_acks == 0 && whole.samples > 0 &&
        step->segment->ts_ns - former->last_ns < whole.min / 2)
        return (struct verdict){"network", "sooner-than-a-round-trip", 60};
    return none();
}

struct verdict again_reordered(const struct step *step, const struct sent_range *hole)
{
    const struct packet *packet = step->segment->packet;
    int64_t lag = step->segment->ts_ns - hole->last_ns;
    struct rtt whole = whole_of(step);

    if (has_other_stamp(step, hole))
        return (int32_t)(step->tcp->opt.tsval - hole->tsval) < 0
                   ? (struct verdict){"reordering", "tsval", 95}
                   : (struct verdict){NULL, "tsval", 95};
    if (packet->has_ip_id && (hole->flags & SENT_HAS_IP_ID) && ip_ids_count(&step->own->flow->ids))
        return ip_id_step(packet->ip_id, hole->ip_id) < 0
                   ? (struct verdict){"reordering", "ip-id", 95}
                   : (struct verdict){NULL, "ip-id", 90};
    if (whole.samples == 0)
        return lag <= STEP_REORDER_NS ? (struct verdict){"reordering", "lag", 60}
                                      : (struct verdict){NULL, "lag", 60};
    if (lag < about(whole.min))
        return (struct verdict){"reordering", "sooner-than-a-round-trip", 90};
    if (step->own->flow->dup_acks < DUP_ACKS && lag <= STEP_REORDER_NS)
        return (struct verdict){"reordering", "lag", 60};
    return (struct verdict){NULL, "lag", 70};
}

/* What the sender's timer ran from: its last transmission, or the last ACK that freed something. */
static int64_t waited(const struct step *step, const struct sent_range *former, bool is_lowest)
{
    int64_t since = former->last_ns;

    if (is_lowest && step->own->flow->advance_ns > since)
        since = step->own->flow->advance_ns;
    return step->segment->ts_ns - since;
}

/* The third duplicate ACK, and the way to the sender and back to this point, are just over. */
static bool follows_dup_acks(const struct step *step, const struct rtt *whole)
{
    int64_t since = step->segment->ts_ns - step->own->flow->dup_ack_ns;

    return step->own->flow->dup_acks >= DUP_ACKS &&
           since <= (whole->samples > 0 ? whole->smoothed : 0) + STEP_REORDER_NS;
}

/* An ACK has just told that something sent later arrived: with RACK that is enough, however long
 * the timer has run. Such ACKs answer a probe with new bytes. */
static bool follows_sack(const struct step *step, const struct sent_range *former)
{
    const struct flow *flow = step->own->flow, *near = step->other->flow;
    int64_t since = step->segment->ts_ns - flow->dup_ack_ns;

    return flow->dup_acks > 0 && flow->sacked > sent_end(former) &&
           flow->sent.delivered_ns > former->last_ns &&
           since <= (near->beyond.samples > 0 ? near->beyond.min : 0) + STEP_REORDER_NS;
}

/* Within the loss that the sender is repairing already. */
static struct verdict within_episode(const struct step *step, const struct sent_range *former,
                                     bool is_lowest)
{
    const struct half *own = step->own;

    if (own->flow->timed_out)
        return (struct verdict){TIMEOUT, "follows-timeout", 80};
    if (own->flow->sacked > sent_end(former))
        return (struct verdict){SACK, "sacked-above", 85};
    if (own->flow->sent.delivered_ns > former->last_ns)
        return (struct verdict){FAST, "later-sent-arrived", 80}; /* RFC 8985 §6.2 */
    if (is_lowest)
        return (struct verdict){FAST, "partial-ack", 75}; /* RFC 6582 */
    return none();
}

/* Nothing but the time is left. */
static struct verdict by_time(const struct rtt *whole, int64_t wait, bool is_highest)
{
    if (wait >= about(rtt_timeout(whole)))
        return (struct verdict){TIMEOUT, "timer", 60};
    if (is_highest && whole->samples > 0 && wait >= about(rtt_probe_timeout(whole)))
        return (struct verdict){PROBE, "timer", 70};
    if (whole->samples == 0 && wait >= about(TIMER_NS))
        return (struct verdict){TIMEOUT, "longer-than-200-ms", 50};
    return (struct verdict){"unknown", whole->samples > 0 ? "no-method-fits" : "no-round-trip", 30};
}

/* A router has asked for smaller packets: what was too large is sent again at once, in smaller
 * pieces (RFC 1191 §3, tcp_simple_retransmit()). */
static bool follows_too_big(const struct step *step, const struct sent_range *former)
{
    const struct half *own = step->own;

    return own->flow->too_big_ns > former->last_ns &&
           step->segment->ts_ns - own->flow->too_big_ns < TIMER_NS;
}

/* Both ends do SACK, as far as is known. */
static bool permits_sack(const struct step *step)
{
    const struct half *own = step->own, *other = step->other;

    return own->has_syn && other->has_syn && own->syn.has_sack_permitted &&
           other->syn.has_sack_permitted;
}

struct verdict again_cause(const struct step *step, const struct sent_range *former)
{
    const struct half *own = step->own;
    struct rtt whole = whole_of(step);
    bool is_lowest = former->start <= own->acked;
    bool is_highest = step->end >= own->next;
    int64_t wait = waited(step, former, is_lowest);
    bool timer = wait >= about(rtt_timeout(&whole));
    struct verdict verdict;

    if (follows_too_big(step, former))
        return (struct verdict){"path-mtu", "icmp", 95};
    if (former->flags & SENT_SACKED)
        return (struct verdict){"spurious", "sacked-before", 80};
    if (is_lowest && timer && !follows_dup_acks(step, &whole) && !follows_sack(step, former)) {
        /* A lone segment's probe waits for a delayed ACK as well: as long as the RTO (RFC 8985
         * §7.2). It is told by nothing, and where there is SACK it comes first. */
        if (is_highest && former->copies == 0 && permits_sack(step))
            return (struct verdict){TIMEOUT, OR_PROBE, 50};
        return (struct verdict){TIMEOUT, "timer", whole.samples > 0 ? 90 : 60};
    }
    if (own->flow->episode_end > former->start) {
        verdict = within_episode(step, former, is_lowest);
        if (verdict.cause != NULL)
            return verdict;
    }
    if (is_lowest && own->flow->dup_acks >= DUP_ACKS)
        return (struct verdict){FAST, "dup-acks", follows_dup_acks(step, &whole) ? 95 : 60};
    if (own->flow->sacked > sent_end(former))
        return (struct verdict){SACK, "sacked-above", 85};
    if (own->flow->sent.delivered_ns > former->last_ns)
        return (struct verdict){FAST, "later-sent-arrived", 75}; /* RFC 8985 §6.2 */
    if (is_highest && !is_lowest && former->copies == 0)
        return (struct verdict){PROBE, "highest-before-lowest", 85};
    if (is_lowest && own->flow->dup_acks > 0 && wait < about(rtt_timeout(&whole)))
        return (struct verdict){FAST, "dup-acks", 50}; /* RFC 5827: with little in flight */
    return by_time(&whole, wait, is_highest);
}

void again_note(const struct step *step, const struct verdict *verdict)
{
    struct half *own = step->own;
    bool begins = own->flow->episode_end <= step->segment->hit->off &&
                  (verdict->cause == FAST || verdict->cause == SACK);

    if (verdict->decided_by == OR_PROBE || (!begins && verdict->cause != TIMEOUT))
        return; /* there is nothing else that a lone segment's timeout would send again */
    own->flow->episode_end = own->next;
    own->flow->timed_out = verdict->cause == TIMEOUT;
}
