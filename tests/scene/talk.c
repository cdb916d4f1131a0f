#include "scene/talk.h"

#include "packet/frame.h"
#include "scene/path.h"
#include "scene/peer.h"
#include "scene/queue.h"

enum {
    HAPPENINGS_MAX = 50000
};

static const int64_t MS = 1000000, LONGEST_NS = 200 * 1000000000LL;

struct talk {
    struct scene_connection *connection;
    struct path path;
    struct queue queue;
    struct peer peers[SCENE_DIRS];
    unsigned step;
    bool thinking, closed;
};

/* A piece of a packet has come to its receiver. */
static void note_arrival(void *context, const struct scene_packet *packet, uint32_t from,
                         uint32_t to, int64_t at_ns)
{
    struct talk *talk = context;
    struct happening arrival = {.at_ns = at_ns,
                                .kind = HAPPENS_ARRIVAL,
                                .who = (enum scene_dir)packet->dir,
                                .packet = *packet,
                                .from = from,
                                .to = to};

    queue_add(&talk->queue, &arrival);
}

/* --- what the programs do -------------------------------------------------------------------- */

/* Whether an end has all that the other has written. */
static bool has_all(const struct talk *talk, enum scene_dir dir)
{
    return talk->peers[dir].received >= talk->peers[!dir].written;
}

static bool is_ready(const struct talk *talk, const struct scene_step *step)
{
    if (talk->peers[step->dir].state != PEER_OPEN)
        return false;
    return talk->step == 0 || step[-1].dir == step->dir || has_all(talk, step->dir);
}

/* Lets the program whose turn it is begin to think. */
static void look_on(struct talk *talk, int64_t now_ns)
{
    const struct scene_connection *connection = talk->connection;
    const struct scene_step *step = &connection->steps[talk->step];
    struct happening happening = {.at_ns = now_ns + MS, .kind = HAPPENS_STEP};

    for (int dir = 0; talk->closed && dir < SCENE_DIRS; dir++)
        if (talk->peers[dir].fin_received && !talk->peers[dir].closing)
            peer_close(&talk->peers[dir], now_ns);
    if (talk->thinking || talk->closed)
        return;
    if (talk->step < connection->steps_count) {
        if (!is_ready(talk, step))
            return;
        happening.at_ns = now_ns + step->think_ns;
    } else if (!has_all(talk, TO_SERVER) || !has_all(talk, TO_CLIENT)) {
        return;
    }
    talk->thinking = true;
    queue_add(&talk->queue, &happening);
}

static void close_talk(struct talk *talk, int64_t now_ns)
{
    talk->closed = true;
    switch (talk->connection->fate) {
    case FATE_CLOSED_BY_CLIENT:
        peer_close(&talk->peers[TO_SERVER], now_ns);
        break;
    case FATE_CLOSED_BY_SERVER:
        peer_close(&talk->peers[TO_CLIENT], now_ns);
        break;
    case FATE_RESET_BY_CLIENT:
        peer_abort(&talk->peers[TO_SERVER], now_ns);
        break;
    default:
        break;
    }
}

static void do_step(struct talk *talk, int64_t now_ns)
{
    talk->thinking = false;
    if (talk->step < talk->connection->steps_count) {
        const struct scene_step *step = &talk->connection->steps[talk->step++];

        peer_write(&talk->peers[step->dir], step->bytes, now_ns);
    } else {
        close_talk(talk, now_ns);
    }
}

/* --- what others do -------------------------------------------------------------------------- */

/* Someone on the way resets both ends, with numbers that they believe. */
static void inject(struct talk *talk, int64_t now_ns)
{
    const struct scene_connection *connection = talk->connection;

    for (int dir = 0; dir < SCENE_DIRS; dir++) {
        const struct peer *victim = &talk->peers[!dir];
        struct scene_packet reset = {
            .dir = (uint8_t)dir,
            .flags = FRAME_RST,
            .seq = connection->isn[dir] + (uint32_t)victim->received,
            .ttl = 200,
            .ip_id = (uint16_t)(7 + dir),
        };

        if (victim->state == PEER_OPEN)
            path_inject(&talk->path, &reset, connection->injected_hop, now_ns);
    }
}

static void take(struct talk *talk, const struct happening *happening)
{
    bool is_silent = talk->connection->fate == FATE_UNANSWERED;
    struct peer *receiver = &talk->peers[!happening->packet.dir];

    if (is_silent && receiver->dir == TO_CLIENT)
        return;
    peer_take(receiver, &happening->packet, happening->from, happening->to, happening->at_ns);
}

static void happen(struct talk *talk, const struct happening *happening)
{
    switch (happening->kind) {
    case HAPPENS_ARRIVAL:
        take(talk, happening);
        break;
    case HAPPENS_TIMER:
        peer_timer(&talk->peers[happening->who], happening->generation, happening->at_ns);
        break;
    case HAPPENS_STEP:
        do_step(talk, happening->at_ns);
        break;
    case HAPPENS_INJECTION:
        inject(talk, happening->at_ns);
        break;
    }
    look_on(talk, happening->at_ns);
}

void talk(struct scene *scene, size_t index)
{
    struct scene_connection *connection = &scene->connections[index];
    struct talk talk = {.connection = connection};
    struct happening next = {.kind = HAPPENS_INJECTION,
                             .at_ns = connection->start_ns + connection->injected_at_ns};
    unsigned happenings = 0;

    path_begin(&talk.path, scene, index, note_arrival, &talk);
    for (enum scene_dir dir = 0; dir < SCENE_DIRS; dir++)
        peer_begin(&talk.peers[dir], dir, connection, &talk.path, &talk.queue,
                   connection->counts_ip_id[dir] ? (uint16_t)chance_bits(&talk.path.chance) : 0);
    if (connection->fate == FATE_REFUSED)
        talk.peers[TO_CLIENT].state = PEER_GONE;
    if (connection->injected_at_ns != 0)
        queue_add(&talk.queue, &next);
    talk.path.last_ns = connection->start_ns;
    peer_connect(&talk.peers[TO_SERVER], connection->start_ns);
    while (happenings++ < HAPPENINGS_MAX && queue_take(&talk.queue, &next) &&
           next.at_ns < connection->start_ns + LONGEST_NS)
        happen(&talk, &next);
    queue_done(&talk.queue);
    connection->last_ns = talk.path.last_ns;
}
