/* What an ACK tells: what arrived, what did not, and what arrived twice. */
#include "decode/sequence.h"
#include "track/steps.h"

/* A SACK block of the segment, as offsets of what the other end sent. */
static void block_of(const struct step *step, int i, int64_t *start, int64_t *end)
{
    const struct leg *leg = step->segment->hit->leg;
    const struct sack_block *block = &step->tcp->opt.sack[i];
    int dir = !step->segment->hit->dir;

    *start = seq_unwrap(block->left, leg->base[dir], step->segment->hit->ack_off);
    *end = seq_unwrap(block->right, leg->base[dir], step->segment->hit->ack_off);
}

/* RFC 2883 §4: the first block tells of bytes that came twice, if it lies below the ACK, or within
 * the second block. */
static bool is_dsack(const struct step *step, const char **decided_by)
{
    const struct leg *leg = step->segment->hit->leg;
    int64_t start, end, outer_start, outer_end;

    block_of(step, 0, &start, &end);
    /* Nothing lies below the SYN: the numbers of a SACK option that a NAT forgot to change. */
    if (start >= end || (start < 0 && leg->has_isn[!step->segment->hit->dir]))
        return false;
    *decided_by = "below-ack";
    if (end <= step->segment->hit->ack_off)
        return true;
    if (step->tcp->opt.sack_blocks < 2)
        return false;
    block_of(step, 1, &outer_start, &outer_end);
    *decided_by = "inside-second-block";
    return outer_start <= start && end <= outer_end;
}

/* The segment that brought the bytes for the second time; 0 if none is known. */
static uint64_t came_twice(const struct step *step, int64_t start, int64_t end, const char **cause)
{
    const struct half *other = step->other;
    uint64_t copy = resent_find(other->flow->resent, start);

    *cause = "retransmission";
    if (other->flow->late_id != 0 && other->flow->late_end >= end &&
        other->flow->late_start <= start) {
        *cause = "late-segment";
        return other->flow->late_id;
    }
    if (copy == 0)
        *cause = end <= 1 && other->has_syn ? "syn" : "unknown";
    return copy;
}

static bool follow_dsack(const struct step *step)
{
    const char *decided_by;
    int64_t start, end;
    const char *cause;
    uint64_t copy;

    if (step->tcp->opt.sack_blocks == 0 || !is_dsack(step, &decided_by))
        return false;
    block_of(step, 0, &start, &end);
    copy = came_twice(step, start, end, &cause);
    step_emit_event(step, (struct event){.kind = EVENT_DSACK,
                                         .has_a = true,
                                         .a = end - start,
                                         .has_b = copy != 0,
                                         .b = (int64_t)copy,
                                         .cause = cause,
                                         .decided_by = decided_by,
                                         .confidence = copy != 0 ? 90 : 50});
    return true;
}

/* Returns how many bytes the blocks acknowledge that were not before. */
static int64_t follow_sack(const struct step *step, int first)
{
    struct half *other = step->other;
    int64_t bytes = 0;

    for (int i = first; i < step->tcp->opt.sack_blocks; i++) {
        int64_t start, end, more;

        block_of(step, i, &start, &end);
        if (start >= end || start < step->segment->hit->ack_off || end > other->next)
            continue; /* of nothing that was sent */
        more = sent_sack(&other->flow->sent, start, end);
        if (more > 0)
            step_emit(step, EVENT_SACK, true, start, true, end);
        bytes += more;
        if (end > other->flow->sacked)
            other->flow->sacked = end;
    }
    return bytes;
}

/* RFC 5681 §2, and RFC 6675 §2 where there is SACK: then new blocks count, whatever the window.
 * What answers a probe of a closed window is no sign of loss. */
static void follow_repeated(const struct step *step, int64_t sacked_bytes, bool dsack)
{
    const struct half *own = step->own;
    struct half *other = step->other;
    bool same_window = own->flow->has_win && own->flow->win == step_window(step);

    if (step->tcp->len > 0 || (step->tcp->flags & (TCP_SYN | TCP_FIN)) || own->flow->win == 0 ||
        step->segment->hit->ack_off != other->acked || other->next <= other->acked)
        return;
    if (sacked_bytes == 0 && (!same_window || dsack || step->tcp->opt.sack_blocks > 0))
        return;
    if (other->flow->dup_acks++ < 3)
        other->flow->dup_ack_ns = step->segment->ts_ns;
    step_emit(step, EVENT_DUP_ACK, true, other->flow->dup_acks, sacked_bytes > 0, sacked_bytes);
}

static void follow_advance(const struct step *step)
{
    struct half *other = step->other;
    int64_t ack = step->segment->hit->ack_off, now = step->segment->ts_ns;
    const struct sent_range *newest = sent_acknowledge(&other->flow->sent, ack);

    if (newest != NULL)
        rtt_add(&other->flow->beyond, now - newest->last_ns);
    other->acked = ack;
    other->flow->advance_ns = now;
    other->flow->dup_acks = 0;
}

void step_follow_ack(const struct step *step)
{
    struct half *other = step->other;
    int64_t ack = step->segment->hit->ack_off, sacked_bytes;
    bool dsack;

    if (ack > other->next && other->begun) {
        struct sent_range hole = {.start = other->next,
                                  .len = (uint32_t)(ack - other->next),
                                  .last_ns = step->segment->ts_ns,
                                  .id = step->segment->id};

        /* An ACK of what the receiver never allowed is a stray, or a lie. */
        if (step->own->flow->has_edge && ack > step->own->flow->edge)
            return;
        step_emit(step, EVENT_ACK_UNSEEN, true, ack - other->next, false, 0);
        step_open_hole(other, hole);
        other->unseen += (uint64_t)(ack - other->next);
        other->next = ack;
    }
    dsack = follow_dsack(step);
    sacked_bytes = follow_sack(step, dsack);
    if (ack > other->acked)
        follow_advance(step);
    else
        follow_repeated(step, sacked_bytes, dsack);
}
