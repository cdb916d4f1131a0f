/* conntrack's states: where a segment takes an entry, and which never get to the window (METHODS
 * 3.2 to 3.5). */
#include "decode/sequence.h"
#include "track/conntrack_steps.h"

/* What the table says beside states. */
enum {
    TO_INVALID = CONNTRACK_STATES,
    TO_IGNORE,
};

/* Short names, for the table alone. */
enum {
    NO = CONNTRACK_NONE,
    SS = CONNTRACK_SYN_SENT,
    SR = CONNTRACK_SYN_RECV,
    ES = CONNTRACK_ESTABLISHED,
    FW = CONNTRACK_FIN_WAIT,
    CW = CONNTRACK_CLOSE_WAIT,
    LA = CONNTRACK_LAST_ACK,
    TW = CONNTRACK_TIME_WAIT,
    CL = CONNTRACK_CLOSE,
    S2 = CONNTRACK_SYN_SENT2,
    IV = TO_INVALID,
    IG = TO_IGNORE,
};

/* clang-format off */
static const uint8_t NEXT[2][CONNTRACK_CLASS_NONE + 1][CONNTRACK_STATES] = {
    /* in state                     NO  SS  SR  ES  FW  CW  LA  TW  CL  S2 */
    { /* from the original side */
        [CONNTRACK_CLASS_SYN]    = {SS, SS, IG, IG, IG, IG, IG, SS, SS, S2},
        [CONNTRACK_CLASS_SYNACK] = {IV, IV, SR, IV, IV, IV, IV, IV, IV, SR},
        [CONNTRACK_CLASS_FIN]    = {IV, IV, FW, FW, LA, LA, LA, TW, CL, IV},
        [CONNTRACK_CLASS_ACK]    = {ES, IV, ES, ES, CW, CW, TW, TW, CL, IV},
        [CONNTRACK_CLASS_RST]    = {IV, CL, CL, CL, CL, CL, CL, CL, CL, CL},
        [CONNTRACK_CLASS_NONE]   = {IV, IV, IV, IV, IV, IV, IV, IV, IV, IV},
    },
    { /* in reply */
        [CONNTRACK_CLASS_SYN]    = {IV, S2, IV, IV, IV, IV, IV, SS, IV, S2},
        [CONNTRACK_CLASS_SYNACK] = {IV, SR, IG, IG, IG, IG, IG, IG, IG, SR},
        [CONNTRACK_CLASS_FIN]    = {IV, IV, FW, FW, LA, LA, LA, TW, CL, IV},
        [CONNTRACK_CLASS_ACK]    = {IV, IG, SR, ES, CW, CW, TW, TW, CL, IG},
        [CONNTRACK_CLASS_RST]    = {IV, CL, CL, CL, CL, CL, CL, CL, CL, CL},
        [CONNTRACK_CLASS_NONE]   = {IV, IV, IV, IV, IV, IV, IV, IV, IV, IV},
    },
};
/* clang-format on */

struct conntrack_config conntrack_defaults(enum conntrack_kernel kernel)
{
    return (struct conntrack_config){
        .kernel = kernel,
        .loose = true,
        .max_retrans = 3,
        .timeout_s = {[CONNTRACK_SYN_SENT] = 120,
                      [CONNTRACK_SYN_RECV] = 60,
                      [CONNTRACK_ESTABLISHED] = 5 * 24 * 3600,
                      [CONNTRACK_FIN_WAIT] = 120,
                      [CONNTRACK_CLOSE_WAIT] = 60,
                      [CONNTRACK_LAST_ACK] = 30,
                      [CONNTRACK_TIME_WAIT] = 120,
                      [CONNTRACK_CLOSE] = 10,
                      [CONNTRACK_SYN_SENT2] = 120},
        .timeout_max_retrans_s = 300,
        .timeout_unacknowledged_s = 300,
    };
}

static enum conntrack_class class_of(uint8_t flags)
{
    if (flags & TCP_RST)
        return CONNTRACK_CLASS_RST;
    if (flags & TCP_SYN)
        return flags & TCP_ACK ? CONNTRACK_CLASS_SYNACK : CONNTRACK_CLASS_SYN;
    if (flags & TCP_FIN)
        return CONNTRACK_CLASS_FIN;
    return flags & TCP_ACK ? CONNTRACK_CLASS_ACK : CONNTRACK_CLASS_NONE;
}

static bool are_sane(uint8_t flags)
{
    switch (flags & (TCP_FIN | TCP_SYN | TCP_RST | TCP_ACK | TCP_URG)) {
    case TCP_SYN:
    case TCP_SYN | TCP_URG:
    case TCP_SYN | TCP_ACK:
    case TCP_RST:
    case TCP_RST | TCP_ACK:
    case TCP_FIN | TCP_ACK:
    case TCP_FIN | TCP_ACK | TCP_URG:
    case TCP_ACK:
    case TCP_ACK | TCP_URG:
        return true;
    default:
        return false;
    }
}

/* A segment that fails without having anything to do with a number. */
static enum conntrack_verdict fail(const struct conntrack_step *step, enum conntrack_reason reason,
                                   enum conntrack_verdict verdict)
{
    step->result->reason = reason;
    return verdict;
}

/* 3.3: what an entry begins with. False if it can't. */
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

/* A SYN on an entry that is over begins another connection, if it was seen to end. */
static bool is_reopened(const struct conntrack_step *step)
{
    const struct conntrack_entry *entry = step->entry;

    return entry->sides[0].close_init || entry->sides[1].close_init ||
           (entry->last_dir == step->dir && entry->last_class == CONNTRACK_CLASS_RST);
}

/* A SYN was let through that the entry knew nothing of, and this SYN-ACK answers it: both ends are
 * right, and the entry is not. */
static bool resynchronises(const struct conntrack_step *step)
{
    const struct conntrack_entry *entry = step->entry;

    return step->class == CONNTRACK_CLASS_SYNACK && entry->last_class == CONNTRACK_CLASS_SYN &&
           entry->last_dir != step->dir && step->tcp->ack == entry->last_end;
}

static void resynchronise(const struct conntrack_step *step)
{
    struct conntrack_entry *entry = step->entry;
    struct conntrack_side *other = &entry->sides[!step->dir], *own = &entry->sides[step->dir];

    *other = (struct conntrack_side){
        .end = entry->last_end,
        .max_end = entry->last_end,
        .max_win = entry->last_win == 0 ? 1 : entry->last_win,
        .max_ack = other->max_ack,
        .scale = entry->last_scale,
        .has_scale = entry->last_has_scale,
        .sack_permitted = entry->last_sack_permitted,
    };
    *own = (struct conntrack_side){.liberal = own->liberal};
    entry->expects_challenge = false;
}

/* 3.5.2: let through, and remembered for what answers it. */
static void remember_ignored(const struct conntrack_step *step)
{
    struct conntrack_entry *entry = step->entry;
    const struct tcp_options *options = &step->tcp->opt;

    entry->last_class = step->class;
    entry->last_dir = step->dir;
    entry->last_seq = step->tcp->seq;
    entry->last_end = step->end;
    entry->last_win = step->tcp->win;
    if (step->class == CONNTRACK_CLASS_SYN && step->dir == entry->original) {
        struct conntrack_side offered = {0};

        conntrack_read_options(&offered, options);
        entry->last_has_scale = offered.has_scale;
        entry->last_scale = offered.scale;
        entry->last_sack_permitted = offered.sack_permitted;
        entry->simultaneous = false;
        entry->expects_challenge = entry->state == CONNTRACK_LAST_ACK;
    }
    if (step->config->kernel != CONNTRACK_5_10 && entry->state == CONNTRACK_SYN_SENT &&
        step->class == CONNTRACK_CLASS_ACK && step->dir != entry->original)
        entry->last_ack = step->tcp->ack;
}

/* What is to be done with a segment that has a place in the state of the entry. */
enum next_step {
    TEST_WINDOW,
    SKIP_WINDOW,
    STOP, /* the result is there */
};

static bool is_closing(enum conntrack_state state)
{
    return state >= CONNTRACK_FIN_WAIT && state <= CONNTRACK_CLOSE;
}

/* 3.5.6: the RST answers a segment that was let through though the entry knew nothing of it. */
static bool answers_ignored(const struct conntrack_step *step)
{
    const struct conntrack_entry *entry = step->entry;
    bool answers_syn = entry->seen_reply && entry->last_class == CONNTRACK_CLASS_SYN &&
                       (entry->last_dir != step->dir || step->config->kernel != CONNTRACK_5_10);
    bool answers_ack = !entry->assured && entry->last_class == CONNTRACK_CLASS_ACK;

    return (answers_syn || answers_ack) && step->tcp->ack == entry->last_end;
}

/* 3.5.6: a RST that the receiver may not take for one changes nothing but the time left. */
static enum next_step close_by_rst(const struct conntrack_step *step, enum conntrack_state *next)
{
    const struct conntrack_entry *entry = step->entry;
    const struct conntrack_side *other = &entry->sides[!step->dir];
    bool newer = step->config->kernel != CONNTRACK_5_10;
    bool established = entry->state == CONNTRACK_ESTABLISHED && entry->assured;
    uint32_t seq = step->tcp->seq;

    if (newer && is_closing(entry->state))
        return SKIP_WINDOW;
    if (other->has_max_ack && !(newer && entry->last_class == CONNTRACK_CLASS_SYN)) {
        if (newer && seq == 0 && !established)
            return TEST_WINDOW;
        if (seq_before(seq, other->max_ack) && !step->config->ignore_invalid_rst) {
            conntrack_note_bound(step->result, CONNTRACK_RST_BELOW, other->max_ack, seq);
            step->result->verdict = CONNTRACK_INVALID;
            return STOP;
        }
        if (!established || seq == other->max_ack)
            return TEST_WINDOW;
        if (entry->last_class == CONNTRACK_CLASS_ACK && entry->last_dir == step->dir &&
            seq == entry->last_end)
            return TEST_WINDOW;
        *next = entry->state;
    }
    if (answers_ignored(step))
        return SKIP_WINDOW;
    if (newer && entry->state == CONNTRACK_SYN_SENT && entry->last_class == CONNTRACK_CLASS_ACK &&
        entry->last_dir != entry->original && seq == entry->last_ack)
        return SKIP_WINDOW;
    return TEST_WINDOW;
}

/* 3.5, by the state that the table wants. */
static enum next_step prepare(const struct conntrack_step *step, enum conntrack_state *next)
{
    struct conntrack_entry *entry = step->entry;

    switch (*next) {
    case CONNTRACK_TIME_WAIT:
        if (entry->state == CONNTRACK_LAST_ACK && step->class == CONNTRACK_CLASS_ACK &&
            entry->last_dir != step->dir && entry->last_class == CONNTRACK_CLASS_SYN &&
            entry->expects_challenge) {
            entry->expects_challenge = false;
            step->result->verdict = fail(step, CONNTRACK_CHALLENGE, CONNTRACK_IGNORE);
            return STOP;
        }
        return TEST_WINDOW;
    case CONNTRACK_SYN_SENT2:
        entry->simultaneous = true;
        return TEST_WINDOW;
    case CONNTRACK_SYN_RECV:
        if (step->dir != entry->original && step->class == CONNTRACK_CLASS_ACK &&
            entry->simultaneous)
            *next = CONNTRACK_ESTABLISHED;
        return TEST_WINDOW;
    case CONNTRACK_CLOSE:
        return step->class == CONNTRACK_CLASS_RST ? close_by_rst(step, next) : TEST_WINDOW;
    default:
        return TEST_WINDOW;
    }
}

/* 3.7: for how long it may be silent now. */
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
    step->entry->expires_ns = step->ts_ns + (int64_t)seconds * 1000000000;
}

/* 3.7: the segment is of the connection. `former` is the state before it. */
static void accept(const struct conntrack_step *step, enum conntrack_state former,
                   enum conntrack_state next)
{
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
    bool ended = entry->last_class == CONNTRACK_CLASS_RST || entry->last_class == CONNTRACK_CLASS_FIN;
    int64_t limit_ns = (int64_t)step->config->timeout_unacknowledged_s * 1000000000;

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
    struct conntrack_entry *entry = step->entry;
    enum conntrack_state former = entry->state, next;
    enum next_step todo;
    enum conntrack_verdict verdict;
    unsigned to = NEXT[step->dir != entry->original][step->class][former];

    if (to == TO_INVALID)
        return fail(step, CONNTRACK_BAD_STATE, CONNTRACK_INVALID);
    if (to == CONNTRACK_SYN_SENT && former >= CONNTRACK_TIME_WAIT) {
        if (is_reopened(step)) {
            begin_entry(step); /* a SYN always can */
            former = CONNTRACK_NONE;
        } else {
            to = TO_IGNORE;
        }
    }
    if (to == TO_IGNORE && !resynchronises(step)) {
        remember_ignored(step);
        return fail(step, CONNTRACK_SYN_OPEN, CONNTRACK_IGNORE);
    }
    if (to == TO_IGNORE) {
        resynchronise(step);
        former = CONNTRACK_SYN_SENT;
        next = CONNTRACK_SYN_RECV;
        todo = TEST_WINDOW;
    } else {
        next = (enum conntrack_state)to;
        todo = prepare(step, &next);
    }
    if (todo == STOP)
        return step->result->verdict;
    if (todo == TEST_WINDOW) {
        verdict = conntrack_in_window(step);
        if (verdict == CONNTRACK_INVALID)
            shorten(step);
        if (verdict != CONNTRACK_ACCEPT)
            return verdict;
    }
    accept(step, former, next);
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
        .class = class_of(tcp->flags),
        .dir = dir,
        .end = tcp->seq + tcp->len + ((tcp->flags & TCP_SYN) != 0) + ((tcp->flags & TCP_FIN) != 0),
        .ts_ns = ts_ns,
    };

    *result = (struct conntrack_result){.verdict = CONNTRACK_ACCEPT};
    if (entry->live && ts_ns >= entry->expires_ns)
        entry->live = false;
    if (!are_sane(tcp->flags))
        result->verdict = fail(&step, CONNTRACK_BAD_FLAGS, CONNTRACK_INVALID);
    else if (!entry->live && !begin_entry(&step))
        result->verdict = fail(&step, CONNTRACK_NO_ENTRY, CONNTRACK_INVALID);
    else
        result->verdict = judge(&step);
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
        [CONNTRACK_PASSED] = "passed",         [CONNTRACK_BAD_FLAGS] = "bad-flags",
        [CONNTRACK_NO_ENTRY] = "no-entry",     [CONNTRACK_BAD_STATE] = "bad-state",
        [CONNTRACK_SYN_OPEN] = "syn-open",     [CONNTRACK_CHALLENGE] = "challenge",
        [CONNTRACK_RST_BELOW] = "rst-below",   [CONNTRACK_SEQ_OVER] = "seq-over",
        [CONNTRACK_SEQ_UNDER] = "seq-under",   [CONNTRACK_ACK_OVER] = "ack-over",
        [CONNTRACK_ACK_UNDER] = "ack-under",   [CONNTRACK_OVERSHOT] = "overshot",
    };

    return names[reason];
}
