#include "track/reuse.h"

#include "base/memory.h"
#include "decode/sequence.h"
#include "track/steps.h"

/* Linux, TCP_TIMEWAIT_LEN and tcp_fin_timeout: so long it keeps TIME-WAIT and, for a program that
 * has closed its socket, FIN-WAIT-2. */
static const int64_t LINGER_NS = INT64_C(60) * 1000000000;

/* Linux, tcp_timewait_state_process() and tcp_twsk_unique(): the ISN of an end that leaves
 * TIME-WAIT for a new connection lies so far above its last number. */
static const uint32_t TIME_WAIT_STEP = 65537;

struct former reuse_former(const struct track *track, const struct leg *leg, uint32_t leg_id)
{
    struct former former = {.leg_id = leg_id, .client_is_low = leg->client_is_low};

    for (int dir = 0; dir < DIRS; dir++) {
        const struct half *half = &track->half[dir];

        former.end[dir] = (struct former_end){.state = life_state(&track->life, dir),
                                              .since_ns = life_since_ns(&track->life, dir),
                                              .has_numbers = leg->has_base[dir] && half->begun,
                                              .next = leg->base[dir] + (uint32_t)half->next,
                                              .acked = leg->base[dir] + (uint32_t)half->acked,
                                              .has_tsval = half->has_tsval,
                                              .tsval = half->tsval};
    }
    former.reset = track->life.reset || track->life.refused;
    if (track->life.rst_in_time_wait) {
        former.time_wait_rst_id = track->life.rst_id;
        former.time_wait_rst_ns = track->life.rst_ns;
    }
    return former;
}

/* What says that the end is in this state. */
static const char *observation(enum tcp_state state)
{
    switch (state) {
    case STATE_UNKNOWN:
        return NULL;
    case STATE_SYN_SENT:
    case STATE_SYN_RECEIVED:
    case STATE_ESTABLISHED:
        return "handshake";
    case STATE_FIN_WAIT_1:
    case STATE_CLOSING:
    case STATE_LAST_ACK:
        return "fin";
    default:
        return "fin-acknowledged";
    }
}

static uint8_t confidence_of(const struct former_end *end, int64_t now_ns)
{
    bool lingers = end->state == STATE_TIME_WAIT || end->state == STATE_FIN_WAIT_2;

    if (end->state == STATE_UNKNOWN)
        return 0;
    return lingers && now_ns - end->since_ns > LINGER_NS ? 40 : 90;
}

struct event reuse_begin(struct track *track, const struct former *former, const struct leg *leg,
                         const struct tracked_segment *segment)
{
    struct reuse *reuse = memory_zalloc(sizeof *reuse);
    const struct segment *tcp = &segment->packet->tcp;
    struct event event = {.kind = EVENT_TUPLE_REUSE, .segment_id = segment->id};
    const struct former_end *server = &reuse->former.end[DIR_SERVER];

    reuse->former = *former;
    if (former->client_is_low != leg->client_is_low) {
        reuse->former.end[DIR_CLIENT] = former->end[DIR_SERVER];
        reuse->former.end[DIR_SERVER] = former->end[DIR_CLIENT];
    }
    reuse->syn_seq = tcp->seq;
    reuse->has_tsval = tcp->opt.has_timestamps;
    reuse->syn_tsval = tcp->opt.tsval;
    track->reuse = reuse;
    if (former->reset && server->state == STATE_CLOSED) {
        event.cause = "reset";
        event.decided_by = "rst";
        event.confidence = 90;
    } else {
        event.cause = tcp_state_cause(server->state);
        event.decided_by = observation(server->state);
        event.confidence = confidence_of(server, segment->ts_ns);
    }
    return event;
}

bool reuse_has_numbers(const struct reuse *reuse, const struct segment *tcp)
{
    const struct former_end *client, *server;

    if (reuse == NULL)
        return false;
    client = &reuse->former.end[DIR_CLIENT];
    server = &reuse->former.end[DIR_SERVER];
    return client->has_numbers && server->has_numbers && tcp->seq == server->next &&
           (tcp->ack == client->acked || tcp->ack == client->next);
}

/* Whether an end in TIME-WAIT would take this SYN for a new connection, and by which test: RFC 9293
 * §3.10.7.4, RFC 6191 §2, Linux tcp_timewait_state_process(). */
static bool is_acceptable(const struct reuse *reuse, const char **test)
{
    const struct former_end *client = &reuse->former.end[DIR_CLIENT];
    bool has_both = reuse->has_tsval && client->has_tsval;
    int32_t newer = has_both ? (int32_t)(reuse->syn_tsval - client->tsval) : 0;

    *test = "paws";
    if (newer < 0)
        return false;
    *test = "sequence";
    if (seq_before(client->acked, reuse->syn_seq))
        return true;
    if (newer > 0)
        *test = "timestamp";
    return newer > 0;
}

static bool leaves_time_wait(const struct former_end *end, uint32_t isn)
{
    return end->state == STATE_TIME_WAIT && end->has_numbers && isn - end->next == TIME_WAIT_STEP;
}

/* The end that had closed first takes its own tuple again (Linux, net.ipv4.tcp_tw_reuse). */
static void follow_syn(const struct step *step, const struct reuse *reuse)
{
    const struct former_end *client = &reuse->former.end[DIR_CLIENT];

    if (leaves_time_wait(client, step->tcp->seq))
        step_emit_event(step, (struct event){.kind = EVENT_TIME_WAIT_REUSE,
                                             .has_a = true,
                                             .a = TIME_WAIT_STEP,
                                             .has_b = true,
                                             .b = step->segment->ts_ns - client->since_ns,
                                             .cause = "connect",
                                             .decided_by = "isn",
                                             .confidence = 99});
}

static void tell_reuse(const struct step *step, const struct former_end *server, const char *test)
{
    uint32_t isn_step = step->tcp->seq - server->next;
    bool is_sure = isn_step == TIME_WAIT_STEP;
    int64_t age = step->segment->ts_ns - server->since_ns;

    step_emit_event(step, (struct event){.kind = EVENT_TIME_WAIT_REUSE,
                                         .has_a = true,
                                         .a = isn_step,
                                         .has_b = true,
                                         .b = age,
                                         .cause = test,
                                         .decided_by = is_sure ? "isn" : "numbers",
                                         .confidence = is_sure           ? 99
                                                       : age > LINGER_NS ? 30
                                                                         : 60});
}

/* A SYN that TIME-WAIT would have refused is accepted, or it is accepted by an end that does not go
 * on from its last number: TIME-WAIT was gone. If a RST had come that ends it, it was that (RFC
 * 1337 §2). */
static void follow_synack(const struct step *step, const struct reuse *reuse)
{
    const struct former_end *server = &reuse->former.end[DIR_SERVER];
    uint64_t rst_id = reuse->rst_id != 0 ? reuse->rst_id : reuse->former.time_wait_rst_id;
    int64_t rst_ns = reuse->rst_id != 0 ? reuse->rst_ns : reuse->former.time_wait_rst_ns;
    const char *test;
    bool acceptable;

    if (server->state != STATE_TIME_WAIT || !server->has_numbers)
        return;
    acceptable = is_acceptable(reuse, &test);
    if (leaves_time_wait(server, step->tcp->seq) || (acceptable && rst_id == 0)) {
        tell_reuse(step, server, test);
    } else if (rst_id != 0) {
        step_emit_event(step, (struct event){.kind = EVENT_TIME_WAIT_ASSASSINATED,
                                             .has_a = true,
                                             .a = (int64_t)rst_id,
                                             .has_b = true,
                                             .b = step->segment->ts_ns - rst_ns,
                                             .cause = "rst",
                                             .decided_by = acceptable ? "isn" : test,
                                             .confidence = acceptable ? 70 : 95});
    }
}

/* The receiver is an end that knows the former connection and nothing of this one. */
static bool is_left_behind(enum tcp_state state)
{
    return state >= STATE_SYN_RECEIVED && state <= STATE_LAST_ACK;
}

static void tell_swallowed(const struct step *step, const struct reuse *reuse,
                           const char *decided_by, uint8_t confidence)
{
    const struct former_end *server = &reuse->former.end[DIR_SERVER];

    step_emit_event(step, (struct event){.kind = EVENT_SYN_SWALLOWED,
                                         .has_a = true,
                                         .a = reuse->former.leg_id,
                                         .has_b = server->since_ns != 0,
                                         .b = step->segment->ts_ns - server->since_ns,
                                         .cause = tcp_state_cause(server->state),
                                         .decided_by = decided_by,
                                         .confidence = confidence});
}

static void follow_refusal(const struct step *step, struct reuse *reuse)
{
    const struct former_end *client = &reuse->former.end[DIR_CLIENT];
    const struct former_end *server = &reuse->former.end[DIR_SERVER];
    const char *test;
    bool acceptable;

    if (step->end != step->segment->hit->off || !reuse_has_numbers(reuse, step->tcp))
        return;
    if (server->state == STATE_TIME_WAIT) {
        acceptable = is_acceptable(reuse, &test);
        step_emit_event(step, (struct event){.kind = EVENT_TIME_WAIT_REFUSED,
                                             .has_a = true,
                                             .a = (int32_t)(reuse->syn_seq - client->acked),
                                             .has_b = reuse->has_tsval && client->has_tsval,
                                             .b = (int32_t)(reuse->syn_tsval - client->tsval),
                                             .cause = acceptable ? "unknown" : test,
                                             .decided_by = "old-numbers",
                                             .confidence = acceptable ? 60 : 95});
    } else if (!reuse->is_ack_told) {
        reuse->is_ack_told = true;
        tell_swallowed(step, reuse, "old-numbers", 95);
    }
}

/* The SYN once more, and nothing in between. */
static void follow_silence(const struct step *step, struct reuse *reuse)
{
    enum tcp_state state = reuse->former.end[DIR_SERVER].state;

    if (reuse->is_silence_told || !is_left_behind(state) ||
        step->track->life.syn_answer != SYN_ANSWER_NONE)
        return;
    reuse->is_silence_told = true;
    tell_swallowed(step, reuse, "silence", state == STATE_CLOSE_WAIT ? 70 : 40);
}

void step_follow_reuse(const struct step *step)
{
    struct reuse *reuse = step->track->reuse;
    const struct life *life = &step->track->life;
    const struct leg_hit *hit = step->segment->hit;
    unsigned flags = step->tcp->flags & (TCP_SYN | TCP_ACK | TCP_RST);

    if (reuse == NULL || life->end[DIR_SERVER].syn)
        return;
    if (step->stale) {
        follow_refusal(step, reuse);
    } else if (flags == TCP_SYN && hit->dir == DIR_CLIENT) {
        if (life->syn_id == 0)
            follow_syn(step, reuse);
        else
            follow_silence(step, reuse);
        reuse->has_tsval = step->tcp->opt.has_timestamps;
        reuse->syn_tsval = step->tcp->opt.tsval;
    } else if (flags == (TCP_SYN | TCP_ACK) && hit->dir == DIR_SERVER) {
        follow_synack(step, reuse);
    } else if ((flags & TCP_RST) && hit->dir == DIR_CLIENT && life->stale_id != 0 &&
               hit->off == life->stale_ack_off) {
        reuse->rst_id = step->segment->id;
        reuse->rst_ns = step->segment->ts_ns;
    }
}
