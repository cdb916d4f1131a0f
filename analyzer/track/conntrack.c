/* The life of an entry: how it begins (tcp_new()), what a segment does to it, and how long it stays
 * (nf_conntrack_tcp_packet(), after the window). */
#include "track/conntrack_steps.h"

static const int64_t NS = 1000000000;

/* tcp_new(): what an entry begins with. False if it can't. */
static bool begin_entry(const struct conntrack_step *step)
{
    struct conntrack_entry *entry = step->entry;
    struct conntrack_side *own;

    *entry = (struct conntrack_entry){.original = step->dir, .last_class = CONNTRACK_CLASS_NONE};
    own = &entry->sides[step->dir];
    own->end = own->max_end = step->end;
    own->max_win = step->tcp->win == 0 ? 1 : step->tcp->win;
    if (step->class == CONNTRACK_CLASS_SYN) {
        conntrack_read_options(own, &step->tcp->opt);
    } else if (step->class == CONNTRACK_CLASS_ACK && step->config->loose) {
        own->max_end += own->max_win;
        for (int dir = 0; dir < 2; dir++)
            entry->sides[dir].sack_permitted = entry->sides[dir].liberal = true;
    } else {
        return false;
    }
    entry->live = true;
    return true;
}

void conntrack_assume(struct conntrack_entry *entry, const struct conntrack_config *config,
                      int original, const uint8_t scale[2], const struct segment *first,
                      int64_t ts_ns)
{
    bool answer = conntrack_class_of(first->flags) == CONNTRACK_CLASS_SYNACK;

    *entry = (struct conntrack_entry){
        .state = answer ? CONNTRACK_SYN_SENT : CONNTRACK_ESTABLISHED,
        .live = true,
        .older = true,
        .seen_reply = !answer,
        .assured = !answer,
        .original = original,
        .expires_ns = ts_ns + (int64_t)config->timeout_s[CONNTRACK_SYN_SENT] * NS,
        .last_class = CONNTRACK_CLASS_NONE,
    };
    for (int dir = 0; dir < 2; dir++)
        entry->sides[dir].scale = scale[dir];
    for (int dir = 0; dir < 2; dir++)
        entry->sides[dir].has_scale = entry->sides[dir].sack_permitted = true;
    if (answer) { /* it acknowledges what the SYN had */
        entry->sides[original].end = entry->sides[original].max_end = first->ack;
        entry->sides[original].max_win = UINT16_MAX;
    }
}

/* For how long it may be silent now. */
static uint32_t timeout_of(const struct conntrack_step *step, enum conntrack_state next)
{
    const struct conntrack_entry *entry = step->entry;
    const struct conntrack_config *config = step->config;
    uint32_t normal = config->timeout_s[next];

    if (entry->retrans >= config->max_retrans && normal > config->timeout_max_retrans_s)
        return config->timeout_max_retrans_s;
    if (step->class == CONNTRACK_CLASS_RST)
        return config->timeout_s[CONNTRACK_CLOSE];
    if ((entry->sides[0].unacknowledged || entry->sides[1].unacknowledged) &&
        normal > config->timeout_unacknowledged_s)
        return config->timeout_unacknowledged_s;
    if (entry->last_win == 0 && normal > config->timeout_max_retrans_s)
        return config->timeout_max_retrans_s;
    return normal;
}

static void refresh(const struct conntrack_step *step, uint32_t seconds)
{
    step->entry->expires_ns = step->ts_ns + (int64_t)seconds * NS;
}

/* The segment is of the connection. */
static void accept(const struct conntrack_step *step, const struct conntrack_move *move)
{
    enum conntrack_state former = move->former, next = move->next;
    struct conntrack_entry *entry = step->entry;
    uint32_t timeout;

    entry->last_class = step->class;
    entry->last_dir = step->dir;
    entry->state = next;
    if (former != next && next == CONNTRACK_FIN_WAIT)
        entry->sides[step->dir].close_init = true;
    timeout = timeout_of(step, next);
    if (!entry->seen_reply) {
        if (step->class == CONNTRACK_CLASS_RST) {
            entry->live = false; /* a refusal */
            return;
        }
        if (step->class == CONNTRACK_CLASS_SYN && former == CONNTRACK_SYN_SENT)
            return;
        if (next == CONNTRACK_ESTABLISHED && timeout > step->config->timeout_unacknowledged_s)
            timeout = step->config->timeout_unacknowledged_s;
    } else if ((former == CONNTRACK_SYN_RECV || former == CONNTRACK_ESTABLISHED) &&
               next == CONNTRACK_ESTABLISHED) {
        entry->assured = true;
    }
    refresh(step, timeout);
}

/* 6.1: an end that is refused twice does not keep the entry for days. */
static void shorten(const struct conntrack_step *step)
{
    struct conntrack_entry *entry = step->entry;
    bool ends = step->class == CONNTRACK_CLASS_RST || step->class == CONNTRACK_CLASS_FIN;
    bool ended =
        entry->last_class == CONNTRACK_CLASS_RST || entry->last_class == CONNTRACK_CLASS_FIN;
    int64_t limit_ns = (int64_t)step->config->timeout_unacknowledged_s * NS;

    if (step->config->kernel == CONNTRACK_5_10 || !entry->assured || !ends)
        return;
    if (entry->last_dir == step->dir || !ended) {
        entry->last_class = step->class;
        entry->last_dir = step->dir;
    } else if (entry->expires_ns - step->ts_ns > limit_ns) {
        refresh(step, step->config->timeout_unacknowledged_s);
    }
}

static enum conntrack_verdict judge(const struct conntrack_step *step)
{
    struct conntrack_move move;
    enum conntrack_todo todo = conntrack_find_next(step, &move);
    enum conntrack_verdict verdict;

    if (todo == CONNTRACK_BEGIN_AGAIN) {
        begin_entry(step); /* a SYN always can */
        todo = conntrack_find_next(step, &move);
    }
    if (todo == CONNTRACK_STOP)
        return step->result->verdict;
    if (todo == CONNTRACK_TEST_WINDOW) {
        verdict = conntrack_in_window(step);
        if (verdict == CONNTRACK_INVALID)
            shorten(step);
        if (verdict != CONNTRACK_ACCEPT)
            return verdict;
    }
    accept(step, &move);
    return CONNTRACK_ACCEPT;
}

void conntrack_segment(struct conntrack_entry *entry, const struct conntrack_config *config,
                       int dir, const struct segment *tcp, int64_t ts_ns,
                       struct conntrack_result *result)
{
    struct conntrack_step step = {
        .entry = entry,
        .config = config,
        .tcp = tcp,
        .result = result,
        .class = conntrack_class_of(tcp->flags),
        .dir = dir,
        .end = tcp->seq + tcp->len + ((tcp->flags & TCP_SYN) != 0) + ((tcp->flags & TCP_FIN) != 0),
        .ts_ns = ts_ns,
    };
    enum conntrack_verdict verdict = CONNTRACK_INVALID;

    *result = (struct conntrack_result){.verdict = CONNTRACK_ACCEPT};
    if (entry->live && ts_ns >= entry->expires_ns)
        entry->live = false;
    if (!conntrack_are_sane(tcp->flags))
        result->reason = CONNTRACK_BAD_FLAGS;
    else if (!entry->live && !begin_entry(&step))
        result->reason = CONNTRACK_NO_ENTRY;
    else
        verdict = judge(&step);
    result->verdict = verdict;
    /* Set after the verdict: a first reply is judged without it. */
    if (result->verdict != CONNTRACK_INVALID && dir != entry->original)
        entry->seen_reply = true;
    result->state = entry->live ? entry->state : CONNTRACK_NONE;
}

const char *conntrack_verdict_name(enum conntrack_verdict verdict)
{
    static const char *const names[] = {
        [CONNTRACK_ACCEPT] = "accept",
        [CONNTRACK_IGNORE] = "ignore",
        [CONNTRACK_INVALID] = "invalid",
    };

    return names[verdict];
}

const char *conntrack_reason_name(enum conntrack_reason reason)
{
    static const char *const names[CONNTRACK_REASONS] = {
        [CONNTRACK_PASSED] = "passed",       [CONNTRACK_BAD_FLAGS] = "bad-flags",
        [CONNTRACK_NO_ENTRY] = "no-entry",   [CONNTRACK_BAD_STATE] = "bad-state",
        [CONNTRACK_SYN_OPEN] = "syn-open",   [CONNTRACK_CHALLENGE] = "challenge",
        [CONNTRACK_RST_BELOW] = "rst-below", [CONNTRACK_SEQ_OVER] = "seq-over",
        [CONNTRACK_SEQ_UNDER] = "seq-under", [CONNTRACK_ACK_OVER] = "ack-over",
        [CONNTRACK_ACK_UNDER] = "ack-under", [CONNTRACK_OVERSHOT] = "overshot",
    };

    return names[reason];
}
