/* Where a segment's bytes lie in the stream of its sender: new, again, out of order, or late. */
#include "base/memory.h"
#include "track/again.h"

static struct sent_range range_of(const struct step *step, int64_t start, int64_t end)
{
    const struct packet *packet = step->segment->packet;
    struct sent_range range = {
        .start = start,
        .last_ns = step->segment->ts_ns,
        .id = step->segment->id,
        .len = (uint32_t)(end - start),
        .tsval = step->tcp->opt.tsval,
        .ip_id = packet->ip_id,
    };

    if (step->tcp->opt.has_timestamps)
        range.flags |= SENT_HAS_TSVAL;
    if (packet->has_ip_id)
        range.flags |= SENT_HAS_IP_ID;
    return range;
}

/* The segment's bytes from `start` on are new. Returns where they end. */
static int64_t append(const struct step *step, int64_t start)
{
    struct sent_range range;

    if (start < step->end) {
        range = range_of(step, start, step->end);
        sent_append(&step->own->flow->sent, &range);
    }
    return step->end;
}

void step_open_hole(struct half *half, struct sent_range hole)
{
    hole.flags |= SENT_UNSEEN;
    sent_append(&half->flow->sent, &hole);
}

static void note_resent(const struct step *step)
{
    struct half *own = step->own;

    if (own->flow->resent == NULL)
        own->flow->resent = memory_zalloc(sizeof *own->flow->resent);
    resent_add(own->flow->resent, step->segment->hit->off, step->end, step->segment->id);
}

static void emit_verdict(const struct step *step, enum event_kind kind, int64_t bytes,
                         const struct sent_range *former, const struct verdict *verdict)
{
    step_emit_event(step,
                    (struct event){.kind = kind,
                                   .has_a = true,
                                   .a = bytes,
                                   .has_b = former != NULL,
                                   .b = former != NULL ? step->segment->ts_ns - former->last_ns : 0,
                                   .cause = verdict->cause,
                                   .decided_by = verdict->decided_by,
                                   .confidence = verdict->confidence});
}

static unsigned emit_duplicate(const struct step *step, const struct sent_range *former,
                               const struct verdict *verdict)
{
    step_emit_event(step, (struct event){.kind = EVENT_NETWORK_DUPLICATE,
                                         .has_a = true,
                                         .a = step->segment->ts_ns - former->last_ns,
                                         .has_b = true,
                                         .b = (int64_t)former->id,
                                         .cause = verdict->cause,
                                         .decided_by = verdict->decided_by,
                                         .confidence = verdict->confidence});
    return MARK_DUPLICATE;
}

/* What was known of the bytes [start, end) before this segment. */
struct former {
    int64_t seen, unseen; /* bytes of it; the rest was forgotten */
    bool has_range;
    bool same;               /* and one segment that was seen carried exactly these */
    struct sent_range range; /* of the first; a hole rather than what was seen */
};

/* Looks up [start, end) and takes the segment for what carried it last. */
static struct former take_again(const struct step *step, int64_t start, int64_t end)
{
    struct sent *sent = &step->own->flow->sent;
    struct former former = {0};
    uint32_t lowest = sent_search(sent, start);

    if (lowest < sent->count)
        former.same = sent_at(sent, lowest)->start == start && end == step->end &&
                      sent_end(sent_at(sent, lowest)) == end &&
                      !(sent_at(sent, lowest)->flags & SENT_UNSEEN);
    for (uint32_t i = sent_cut(sent, start, end); i < sent->count; i++) {
        struct sent_range *range = sent_at(sent, i), now;
        bool is_hole = (range->flags & SENT_UNSEEN) != 0;

        if (range->start >= end)
            break;
        if (!former.has_range || (is_hole && !(former.range.flags & SENT_UNSEEN)))
            former.range = *range;
        former.has_range = true;
        *(is_hole ? &former.unseen : &former.seen) += range->len;
        now = range_of(step, range->start, sent_end(range));
        now.flags |= SENT_AGAIN | (range->flags & SENT_SACKED);
        now.copies = (uint8_t)(range->copies + (!is_hole && range->copies < UINT8_MAX));
        *range = now;
    }
    return former;
}

/* Whether the segment is a packet that was seen, once more. */
static struct verdict why_duplicate(const struct step *step, const struct former *former)
{
    return former->same ? again_duplicate(step, &former->range) : (struct verdict){NULL, NULL, 0};
}

static bool is_older(const struct step *step)
{
    return step->tcp->opt.has_timestamps && step->own->has_tsval &&
           (int32_t)(step->tcp->opt.tsval - step->own->tsval) < 0;
}

/* Points of the stream whose time is noted, a few in each round trip. */
static void note_stamp(const struct step *step)
{
    static const int64_t shortest_ns = 1000000; /* of a timestamp's tick, in most stacks */
    int64_t spacing_ns;

    if (!step->tcp->opt.has_timestamps)
        return;
    spacing_ns = rtt_whole(&step->own->flow->beyond, &step->other->flow->beyond).smoothed / 4;
    stamps_add(&step->own->flow->stamps, step->end, step->tcp->opt.tsval, step->segment->ts_ns,
               spacing_ns > shortest_ns ? spacing_ns : shortest_ns);
}

/* It was sent after the copy of its bytes that this point saw before, or after others above it: it
 * is no original. */
static bool is_newer_than(const struct step *step, const struct sent_range *range)
{
    if (stamps_are_older(&step->own->flow->stamps, step->end, step->tcp->opt.tsval))
        return true;
    return range != NULL && (range->flags & (SENT_UNSEEN | SENT_HAS_TSVAL)) == SENT_HAS_TSVAL &&
           (int32_t)(step->tcp->opt.tsval - range->tsval) > 0;
}

/* What makes a late segment late: a copy that this point has seen before, or the original, held up
 * somewhere, of bytes that were sent again. */
static struct verdict why_late(const struct step *step, const struct former *former, uint64_t copy)
{
    struct verdict duplicate = why_duplicate(step, former);
    const char *decided_by = is_older(step) ? "tsval" : "below-window";

    if (duplicate.cause != NULL)
        return duplicate;
    if (copy != 0)
        return (struct verdict){"overtaken", decided_by, is_older(step) ? 95 : 70};
    return (struct verdict){"unknown", decided_by, is_older(step) ? 80 : 50};
}

/* Bytes that the receiver allows at one time. Where the scale of its window is not known it has
 * allowed at least what was in flight. */
static int64_t window_of_receiver(const struct step *step)
{
    int64_t win = step->other->flow->win, flight = step->own->flow->flight;

    return step_knows_scales(step) || win > flight ? win : flight;
}

/* Wholly below what the other end has acknowledged: an original that was overtaken by its own
 * repetition, or a repetition that was not needed. */
static unsigned follow_acked(const struct step *step, const struct former *former)
{
    const struct sent_range *range = former->has_range ? &former->range : NULL;
    struct half *own = step->own;
    int64_t behind = own->acked - step->end;
    bool late = step->tcp->opt.has_timestamps && own->has_tsval
                    ? is_older(step) && !is_newer_than(step, range)
                    : step->other->flow->has_win && behind > window_of_receiver(step);
    struct verdict verdict = {NULL, NULL, 0};
    uint64_t copy;

    if (!late) {
        verdict = why_duplicate(step, former);
        if (verdict.cause != NULL)
            return emit_duplicate(step, &former->range, &verdict);
        emit_verdict(step, EVENT_RETRANSMISSION, step->end - step->segment->hit->off, range,
                     &(struct verdict){"spurious", "acked-before", 90});
        note_resent(step);
        return MARK_RETRANSMISSION;
    }
    copy = resent_find(own->flow->resent, step->segment->hit->off);
    verdict = why_late(step, former, copy);
    step_emit_event(step, (struct event){.kind = EVENT_LATE_SEGMENT,
                                         .has_a = true,
                                         .a = behind,
                                         .has_b = copy != 0,
                                         .b = (int64_t)copy,
                                         .cause = verdict.cause,
                                         .decided_by = verdict.decided_by,
                                         .confidence = verdict.confidence});
    own->flow->late_id = step->segment->id;
    own->flow->late_start = step->segment->hit->off;
    own->flow->late_end = step->end;
    own->flow->late_ns = step->segment->ts_ns;
    own->flow->late_ack_off = step->segment->hit->has_ack ? step->segment->hit->ack_off : -1;
    return MARK_LATE;
}

/* RFC 9293 §3.8.4: a keep-alive repeats the last byte, or sends none, one below what is next. */
static bool is_keep_alive(const struct step *step)
{
    return step->tcp->len <= 1 && !(step->tcp->flags & (TCP_SYN | TCP_FIN)) &&
           step->own->next > 0 && step->segment->hit->off == step->own->next - 1 &&
           step->own->acked == step->own->next;
}

/* §3.8.6.1: what is sent into a window of 0 asks whether it has opened: the next byte, the same
 * once more, or (Linux) none, one below it. */
static bool is_window_probe(const struct step *step)
{
    int64_t ahead = step->segment->hit->off - step->own->next;

    return step->other->flow->has_win && step->other->flow->win == 0 &&
           (step->other->flow->zero_since_ns != 0 || !step->other->has_syn) &&
           !(step->tcp->flags & (TCP_SYN | TCP_FIN)) &&
           (ahead == -1 ? step->tcp->len <= 1 : ahead == 0 && step->tcp->len == 1);
}

/* Nothing of the segment is new at the top: it fills a hole, or comes again. */
static unsigned follow_again(const struct step *step, int64_t end)
{
    int64_t start = step->segment->hit->off;
    struct former former = take_again(step, start, end);
    const struct sent_range *range = former.has_range ? &former.range : NULL;
    struct verdict verdict = {NULL, NULL, 0};

    if (former.unseen > 0 && former.unseen == step->end - start)
        verdict = again_reordered(step, range);
    if (verdict.cause != NULL) {
        emit_verdict(step, EVENT_OUT_OF_ORDER, step->own->next - step->end, range, &verdict);
        return MARK_OUT_OF_ORDER;
    }
    if (former.unseen == 0) {
        if (step->end <= step->own->acked)
            return follow_acked(step, &former);
        verdict = why_duplicate(step, &former);
        if (verdict.cause != NULL)
            return emit_duplicate(step, &former.range, &verdict);
    }
    verdict =
        range != NULL ? again_cause(step, range) : (struct verdict){"unknown", "forgotten", 30};
    emit_verdict(step, EVENT_RETRANSMISSION, end - start - former.unseen, range, &verdict);
    again_note(step, &verdict);
    note_resent(step);
    return MARK_RETRANSMISSION;
}

/* New at the top: bytes may have been skipped, or part of it is not new. */
static unsigned follow_new(const struct step *step)
{
    struct half *own = step->own;
    int64_t start = step->segment->hit->off;
    unsigned marks = 0;

    if (start > own->next) {
        step_emit(step, EVENT_GAP, true, start - own->next, true, own->next);
        step_open_hole(own, range_of(step, own->next, start));
    } else if (start < own->next) {
        marks = follow_again(step, own->next);
        start = own->next;
    }
    own->next = append(step, start);
    note_stamp(step);
    if (own->next - own->acked > own->flow->flight)
        own->flow->flight = own->next - own->acked;
    return marks;
}

unsigned step_follow_data(const struct step *step)
{
    struct half *own = step->own;

    if (!own->begun) {
        /* The stream begins here, whatever was guessed of it from ACKs. */
        own->next = append(step, step->segment->hit->off + ((step->tcp->flags & TCP_SYN) != 0));
        own->begun = true;
        return 0;
    }
    if (step->tcp->flags & TCP_SYN) {
        /* It may bring data that its first copy had not. A stray one moves nothing. */
        if (step->segment->hit->off == 0 && step->end > own->next)
            own->next = append(step, own->next > 0 ? own->next : 1);
        return 0;
    }
    if (is_window_probe(step)) {
        int64_t since_ns = step->other->flow->zero_since_ns;

        step_emit(step, EVENT_WINDOW_PROBE, true, step->tcp->len, since_ns != 0,
                  since_ns != 0 ? step->segment->ts_ns - since_ns : 0);
        if (step->end > own->next)
            own->next = append(step, step->segment->hit->off);
        return 0;
    }
    if (is_keep_alive(step)) {
        step_emit(step, EVENT_KEEP_ALIVE, true, step->tcp->len, false, 0);
        return 0;
    }
    if (step->end == step->segment->hit->off)
        return 0;
    step_follow_edge(step);
    return step->end > own->next ? follow_new(step) : follow_again(step, step->end);
}
