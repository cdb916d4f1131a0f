/* Windows: what each end allows the other, and how much of it that takes. */
#include "track/steps.h"

bool step_knows_scales(const struct step *step)
{
    const struct half *own = step->own, *other = step->other;

    return own->has_syn && other->has_syn && !own->lacks_wscale && !other->lacks_wscale;
}

/* RFC 7323 §2.2: the windows of SYNs are not scaled, and scaling needs both ends. */
uint32_t step_window(const struct step *step)
{
    if ((step->tcp->flags & TCP_SYN) || !step->own->has_wscale || !step->other->has_wscale)
        return step->tcp->win;
    return (uint32_t)step->tcp->win << step->own->wscale;
}

/* Whether the segment was sent after all ACKs of its end that have passed: what came out of order
 * tells an old window. */
static bool is_newest(const struct step *step)
{
    const struct half *own = step->own;

    return step->segment->hit->ack_off >= step->other->acked && step->end >= own->next &&
           !(step->tcp->opt.has_timestamps && own->has_tsval &&
             (int32_t)(step->tcp->opt.tsval - own->tsval) < 0);
}

/* RFC 9293 §3.8.6: what was allowed should not be taken back. A scaled window is told in units,
 * whose rounding is no shrinking (RFC 7323 §2.4). */
static void follow_shrinking(const struct step *step, int64_t edge)
{
    struct half *own = step->own;
    int64_t unit = (int64_t)1 << (step->other->has_wscale && own->has_wscale ? own->wscale : 0);

    if (!is_newest(step))
        return;
    if (own->flow->has_edge && edge <= own->flow->edge_now - unit)
        step_emit(step, EVENT_WINDOW_SHRUNK, true, own->flow->edge_now - edge, true,
                  step_window(step));
    own->flow->edge_now = edge;
}

void step_follow_window(const struct step *step)
{
    struct half *own = step->own;
    uint32_t win = step_window(step);

    if (step->tcp->flags & TCP_RST)
        return; /* its window means nothing */
    if (win == 0 && !(step->tcp->flags & TCP_SYN) && own->flow->has_win && own->flow->win > 0) {
        step_emit(step, EVENT_ZERO_WINDOW, true, own->flow->win, false, 0);
        own->flow->zero_since_ns = step->segment->ts_ns;
    }
    own->flow->has_win = own->has_win_max = true;
    own->flow->win = win;
    if (win > own->win_max)
        own->win_max = win;
    /* Without both SYNs the scale is not known, and no edge. */
    if (step->segment->hit->has_ack && step_knows_scales(step)) {
        int64_t edge = step->segment->hit->ack_off + win;

        follow_shrinking(step, edge);
        if (!own->flow->has_edge || edge > own->flow->edge)
            own->flow->edge = edge;
        own->flow->has_edge = true;
    }
}

void step_follow_edge(const struct step *step)
{
    struct half *other = step->other;

    if (!other->flow->has_edge || step->end < other->flow->edge)
        return;
    if (step->end > other->flow->edge) {
        step_emit(step, EVENT_OUT_OF_WINDOW, true, step->end - other->flow->edge, true,
                  other->flow->win);
    } else if (other->flow->edge_full != other->flow->edge) {
        step_emit(step, EVENT_WINDOW_FULL, true, other->flow->win, false, 0);
        other->flow->edge_full = other->flow->edge;
    }
}
