/* conntrack's idea of the windows of a connection (Linux: tcp_in_window()). */
#include "decode/sequence.h"
#include "track/conntrack_steps.h"

/* How far an ACK may lag behind, at least. */
static const uint32_t ACK_LAG = 66000;

/* The segment's numbers, with what the kernel fills in where they mean nothing. */
struct numbers {
    uint32_t seq, end;
    uint32_t ack, sack; /* sack: the highest byte that it acknowledges in any way */
    uint32_t win;
};

static bool seq_after(uint32_t a, uint32_t b)
{
    return seq_before(b, a);
}

static uint32_t at_least_one(uint32_t win)
{
    return win == 0 ? 1 : win;
}

void conntrack_read_options(struct conntrack_side *side, const struct tcp_options *options)
{
    side->has_scale = options->has_wscale;
    side->scale = 0;
    if (options->has_wscale)
        side->scale = options->wscale > SCALE_MAX ? SCALE_MAX : options->wscale;
    side->sack_permitted = options->has_sack_permitted;
    side->close_init = side->unacknowledged = side->has_max_ack = false;
}

void conntrack_note_bound(struct conntrack_result *result, enum conntrack_reason reason,
                          uint32_t bound, uint32_t value)
{
    int32_t distance = (int32_t)(value - bound);

    result->reason = reason;
    result->has_bound = true;
    result->bound = bound;
    result->margin = distance < 0 ? -(int64_t)distance : distance;
}

static struct numbers numbers_of(const struct conntrack_step *step,
                                 const struct conntrack_side *receiver)
{
    const struct segment *tcp = step->tcp;
    struct numbers n = {
        .seq = tcp->seq, .end = step->end, .ack = tcp->ack, .sack = tcp->ack, .win = tcp->win};

    if (!receiver->sack_permitted)
        return n;
    for (int i = 0; i < tcp->opt.sack_blocks; i++)
        if (seq_after(tcp->opt.sack[i].right, n.sack))
            n.sack = tcp->opt.sack[i].right;
    return n;
}

static void begin_with_syn(const struct conntrack_step *step, struct conntrack_side *sender,
                           struct conntrack_side *receiver, bool needs_both)
{
    sender->end = sender->max_end = step->end;
    sender->max_win = at_least_one(step->tcp->win);
    conntrack_read_options(sender, &step->tcp->opt);
    /* RFC 7323 §2.2: scaling needs both ends. */
    if (needs_both && !(sender->has_scale && receiver->has_scale))
        sender->scale = receiver->scale = 0;
}

/* A side that was not seen before, in a connection whose beginning was not seen. */
static void begin_in_the_middle(struct conntrack_side *sender, struct conntrack_side *receiver,
                                const struct numbers *n)
{
    sender->end = n->end;
    sender->max_win = at_least_one(n->win << sender->scale);
    sender->max_end = n->end + sender->max_win;
    if (receiver->max_win == 0)
        receiver->end = receiver->max_end = n->sack;
    else if (n->sack == receiver->end + 1)
        receiver->end++; /* answers a keep-alive, it seems */
}

/* A SYN with a new number where the handshake is not over. 5.10 does not look whether it is a
 * SYN, but at who sends. */
static bool begins_again(const struct conntrack_step *step, const struct conntrack_side *sender)
{
    enum conntrack_state state = step->entry->state;
    bool original = step->dir == step->entry->original;

    if (!seq_after(step->end, sender->end))
        return false;
    if (step->config->kernel == CONNTRACK_5_10)
        return (state == CONNTRACK_SYN_SENT && original) ||
               (state == CONNTRACK_SYN_RECV && !original);
    return (step->tcp->flags & TCP_SYN) &&
           (state == CONNTRACK_SYN_SENT || state == CONNTRACK_SYN_RECV);
}

/* Parts B and C. True if that is all that is to be said of the segment. */
static bool begin_sender(const struct conntrack_step *step, struct conntrack_side *sender,
                         struct conntrack_side *receiver, const struct numbers *n)
{
    bool old_kernel = step->config->kernel == CONNTRACK_5_10;
    bool reply = step->dir != step->entry->original;
    bool has_ack = (step->tcp->flags & TCP_ACK) != 0;

    if (sender->max_win == 0) {
        if (!(step->tcp->flags & TCP_SYN)) {
            begin_in_the_middle(sender, receiver, n);
            return false;
        }
        begin_with_syn(step, sender, receiver, old_kernel || reply);
        return !has_ack;
    }
    if (!begins_again(step, sender))
        return false;
    begin_with_syn(step, sender, receiver, !old_kernel && reply);
    return !old_kernel && reply && !has_ack;
}

/* Part D: numbers that mean nothing are taken for good. */
static void fill_in(const struct conntrack_step *step, const struct conntrack_side *sender,
                    const struct conntrack_side *receiver, struct numbers *n)
{
    uint8_t flags = step->tcp->flags;

    if (!(flags & TCP_ACK) || ((flags & TCP_RST) && n->ack == 0))
        n->ack = n->sack = receiver->end;
    if ((flags & TCP_RST) && n->seq == 0 && step->entry->state == CONNTRACK_SYN_SENT)
        n->seq = n->end = sender->end;
}

/* What was sent or allowed before the capture began: see conntrack_assume(). */
static void allow_for_the_past(struct conntrack_side *sender, struct conntrack_side *receiver,
                               const struct numbers *n)
{
    uint32_t over = n->sack - receiver->end;

    if (receiver->max_win == 0 && seq_after(n->end, sender->max_end))
        sender->max_end = n->end;
    if (seq_after(n->sack, receiver->end) && over <= sender->max_win)
        receiver->end = n->sack;
}

/* What the tests compare with: the last numbers that pass. */
struct bounds {
    uint32_t seq_high, end_low, ack_high, ack_low;
    bool has_end_low;
};

static struct bounds bounds_of(const struct conntrack_side *sender,
                               const struct conntrack_side *receiver)
{
    uint32_t lag = sender->max_win > ACK_LAG ? sender->max_win : ACK_LAG;

    return (struct bounds){
        .seq_high = sender->max_end,
        .has_end_low = receiver->max_win != 0,
        .end_low = sender->end - receiver->max_win,
        .ack_high = receiver->end,
        .ack_low = receiver->end - lag,
    };
}

/* Data above the window is data all the same: if the receiver acknowledges it, the sender was
 * right. Only 6.1 allows for that, and by no more than another window. */
static bool is_overshot(const struct conntrack_step *step, const struct conntrack_side *sender,
                        const struct conntrack_side *receiver, const struct numbers *n,
                        const struct bounds *b)
{
    return step->config->kernel != CONNTRACK_5_10 && receiver->max_win != 0 &&
           !seq_before(n->end, b->end_low) && !seq_before(n->sack, b->ack_low) &&
           !seq_after(n->sack, b->ack_high) && n->end - sender->max_end + 1 <= receiver->max_win;
}

/* Part E. The kernels ask in different orders, and so name different reasons. */
static enum conntrack_verdict test(const struct conntrack_step *step, struct conntrack_side *sender,
                                   const struct conntrack_side *receiver, const struct numbers *n)
{
    bool old_kernel = step->config->kernel == CONNTRACK_5_10;
    struct bounds b = bounds_of(sender, receiver);
    bool seq_under = b.has_end_low && seq_before(n->end, b.end_low);
    bool ack_over = seq_after(n->sack, b.ack_high);

    if (seq_after(n->seq, b.seq_high)) {
        if (!is_overshot(step, sender, receiver, n, &b)) {
            conntrack_note_bound(step->result, CONNTRACK_SEQ_OVER, b.seq_high, n->seq);
            return CONNTRACK_INVALID;
        }
        conntrack_note_bound(step->result, CONNTRACK_OVERSHOT, b.seq_high, n->end);
        sender->end = n->end;
        sender->unacknowledged = true;
        return CONNTRACK_IGNORE;
    }
    if (ack_over && !(old_kernel && seq_under)) {
        conntrack_note_bound(step->result, CONNTRACK_ACK_OVER, b.ack_high, n->sack);
        return CONNTRACK_INVALID;
    }
    if (seq_under) {
        conntrack_note_bound(step->result, CONNTRACK_SEQ_UNDER, b.end_low, n->end);
        return old_kernel ? CONNTRACK_INVALID : CONNTRACK_IGNORE;
    }
    if (seq_before(n->sack, b.ack_low)) {
        conntrack_note_bound(step->result, CONNTRACK_ACK_UNDER, b.ack_low, n->sack);
        return old_kernel ? CONNTRACK_INVALID : CONNTRACK_IGNORE;
    }
    return CONNTRACK_ACCEPT;
}

static void move_sender(const struct conntrack_step *step, struct conntrack_side *sender,
                        const struct numbers *n)
{
    uint32_t reach = n->win + (n->sack - n->ack);

    if (sender->max_win < reach)
        sender->max_win = reach;
    if (seq_after(n->end, sender->end)) {
        sender->end = n->end;
        sender->unacknowledged = true;
    }
    if ((step->tcp->flags & TCP_ACK) &&
        (!sender->has_max_ack || seq_after(n->ack, sender->max_ack))) {
        sender->max_ack = n->ack;
        sender->has_max_ack = true;
    }
}

static void move_receiver(const struct conntrack_side *sender, struct conntrack_side *receiver,
                          const struct numbers *n)
{
    if (receiver->max_win != 0 && seq_after(n->end, sender->max_end))
        receiver->max_win += n->end - sender->max_end;
    if (!seq_before(n->sack + n->win, receiver->max_end))
        receiver->max_end = n->sack + at_least_one(n->win);
    if (n->ack == receiver->end)
        receiver->unacknowledged = false;
}

/* The same segment time and again: the other side is silent. */
static void count_copies(const struct conntrack_step *step, const struct numbers *n)
{
    struct conntrack_entry *entry = step->entry;

    if (step->class != CONNTRACK_CLASS_ACK)
        return;
    if (entry->last_dir == step->dir && entry->last_seq == n->seq && entry->last_ack == n->ack &&
        entry->last_end == n->end && entry->last_win == step->tcp->win) {
        entry->retrans++;
        return;
    }
    entry->last_dir = step->dir;
    entry->last_seq = n->seq;
    entry->last_ack = n->ack;
    entry->last_end = n->end;
    entry->last_win = step->tcp->win;
    entry->retrans = 0;
}

enum conntrack_verdict conntrack_in_window(const struct conntrack_step *step)
{
    struct conntrack_side *sender = &step->entry->sides[step->dir];
    struct conntrack_side *receiver = &step->entry->sides[!step->dir];
    struct numbers n = numbers_of(step, receiver);
    enum conntrack_verdict verdict;

    if (begin_sender(step, sender, receiver, &n))
        return CONNTRACK_ACCEPT;
    fill_in(step, sender, receiver, &n);
    if (step->entry->older)
        allow_for_the_past(sender, receiver, &n);
    verdict = test(step, sender, receiver, &n);
    if (step->result->reason != CONNTRACK_PASSED)
        return step->config->be_liberal || sender->liberal ? CONNTRACK_ACCEPT : verdict;
    if (!(step->tcp->flags & TCP_SYN))
        n.win <<= sender->scale;
    move_sender(step, sender, &n);
    move_receiver(sender, receiver, &n);
    count_copies(step, &n);
    return verdict;
}
