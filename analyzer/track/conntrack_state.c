/* conntrack's states: where a segment takes an entry, and what never gets to the window (Linux:
 * tcp_error(), tcp_new(), tcp_conntracks[] and nf_conntrack_tcp_packet()). */
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

enum conntrack_class conntrack_class_of(uint8_t flags)
{
    if (flags & TCP_RST)
        return CONNTRACK_CLASS_RST;
    if (flags & TCP_SYN)
        return flags & TCP_ACK ? CONNTRACK_CLASS_SYNACK : CONNTRACK_CLASS_SYN;
    if (flags & TCP_FIN)
        return CONNTRACK_CLASS_FIN;
    return flags & TCP_ACK ? CONNTRACK_CLASS_ACK : CONNTRACK_CLASS_NONE;
}

bool conntrack_are_sane(uint8_t flags)
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
static enum conntrack_todo fail(const struct conntrack_step *step, enum conntrack_reason reason,
                                enum conntrack_verdict verdict)
{
    step->result->reason = reason;
    step->result->verdict = verdict;
    return CONNTRACK_STOP;
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

/* Let through, and remembered for what answers it. */
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

static bool is_closing(enum conntrack_state state)
{
    return state >= CONNTRACK_FIN_WAIT && state <= CONNTRACK_CLOSE;
}

/* The RST answers a segment that was let through though the entry knew nothing of it. */
static bool answers_ignored(const struct conntrack_step *step)
{
    const struct conntrack_entry *entry = step->entry;
    bool answers_syn = entry->seen_reply && entry->last_class == CONNTRACK_CLASS_SYN &&
                       (entry->last_dir != step->dir || step->config->kernel != CONNTRACK_5_10);
    bool answers_ack = !entry->assured && entry->last_class == CONNTRACK_CLASS_ACK;

    return (answers_syn || answers_ack) && step->tcp->ack == entry->last_end;
}

/* A RST that the receiver may not take for one changes nothing but the time left. */
static enum conntrack_todo close_by_rst(const struct conntrack_step *step,
                                        enum conntrack_state *next)
{
    const struct conntrack_entry *entry = step->entry;
    const struct conntrack_side *other = &entry->sides[!step->dir];
    bool newer = step->config->kernel != CONNTRACK_5_10;
    bool established = entry->state == CONNTRACK_ESTABLISHED && entry->assured;
    uint32_t seq = step->tcp->seq;

    if (newer && is_closing(entry->state))
        return CONNTRACK_SKIP_WINDOW;
    if (other->has_max_ack && !(newer && entry->last_class == CONNTRACK_CLASS_SYN)) {
        if (newer && seq == 0 && !established)
            return CONNTRACK_TEST_WINDOW;
        if (seq_before(seq, other->max_ack) && !step->config->ignore_invalid_rst) {
            conntrack_note_bound(step->result, CONNTRACK_RST_BELOW, other->max_ack, seq);
            step->result->verdict = CONNTRACK_INVALID;
            return CONNTRACK_STOP;
        }
        if (!established || seq == other->max_ack)
            return CONNTRACK_TEST_WINDOW;
        if (entry->last_class == CONNTRACK_CLASS_ACK && entry->last_dir == step->dir &&
            seq == entry->last_end)
            return CONNTRACK_TEST_WINDOW;
        *next = entry->state;
    }
    if (answers_ignored(step))
        return CONNTRACK_SKIP_WINDOW;
    if (newer && entry->state == CONNTRACK_SYN_SENT && entry->last_class == CONNTRACK_CLASS_ACK &&
        entry->last_dir != entry->original && seq == entry->last_ack)
        return CONNTRACK_SKIP_WINDOW;
    return CONNTRACK_TEST_WINDOW;
}

/* By the state that the table wants. */
static enum conntrack_todo prepare(const struct conntrack_step *step, enum conntrack_state *next)
{
    struct conntrack_entry *entry = step->entry;

    switch (*next) {
    case CONNTRACK_TIME_WAIT:
        if (entry->state == CONNTRACK_LAST_ACK && step->class == CONNTRACK_CLASS_ACK &&
            entry->last_dir != step->dir && entry->last_class == CONNTRACK_CLASS_SYN &&
            entry->expects_challenge) {
            entry->expects_challenge = false;
            return fail(step, CONNTRACK_CHALLENGE, CONNTRACK_IGNORE);
        }
        return CONNTRACK_TEST_WINDOW;
    case CONNTRACK_SYN_SENT2:
        entry->simultaneous = true;
        return CONNTRACK_TEST_WINDOW;
    case CONNTRACK_SYN_RECV:
        if (step->dir != entry->original && step->class == CONNTRACK_CLASS_ACK &&
            entry->simultaneous)
            *next = CONNTRACK_ESTABLISHED;
        return CONNTRACK_TEST_WINDOW;
    case CONNTRACK_CLOSE:
        return step->class == CONNTRACK_CLASS_RST ? close_by_rst(step, next)
                                                  : CONNTRACK_TEST_WINDOW;
    default:
        return CONNTRACK_TEST_WINDOW;
    }
}

enum conntrack_todo conntrack_find_next(const struct conntrack_step *step,
                                        struct conntrack_move *move)
{
    const struct conntrack_entry *entry = step->entry;
    unsigned to = NEXT[step->dir != entry->original][step->class][entry->state];

    if (to == TO_INVALID)
        return fail(step, CONNTRACK_BAD_STATE, CONNTRACK_INVALID);
    if (to == CONNTRACK_SYN_SENT && entry->state >= CONNTRACK_TIME_WAIT) {
        if (is_reopened(step))
            return CONNTRACK_BEGIN_AGAIN;
        to = TO_IGNORE;
    }
    if (to == TO_IGNORE && resynchronises(step)) {
        resynchronise(step);
        move->former = CONNTRACK_SYN_SENT;
        move->next = CONNTRACK_SYN_RECV;
        return CONNTRACK_TEST_WINDOW;
    }
    if (to == TO_IGNORE) {
        remember_ignored(step);
        return fail(step, CONNTRACK_SYN_OPEN, CONNTRACK_IGNORE);
    }
    move->former = entry->state;
    move->next = (enum conntrack_state)to;
    return prepare(step, &move->next);
}
