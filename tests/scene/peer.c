#include "scene/peer.h"

#include "packet/frame.h"

enum {
    REPEATS_MAX = 5,
    SYN_REPEATS_MAX = 3,
    RESETS_MAX = 3, /* in answer to what comes for a connection that is gone */
};

static const int64_t SYN_TIMEOUT_NS = 1000000000, TIMEOUT_NS = 250000000;

void peer_begin(struct peer *peer, enum scene_dir dir, const struct scene_connection *connection,
                struct path *path, struct queue *queue, uint16_t ip_id)
{
    *peer = (struct peer){.connection = connection,
                          .path = path,
                          .queue = queue,
                          .dir = dir,
                          .written = 1,
                          .ip_id = ip_id};
}

/* --- sending --------------------------------------------------------------------------------- */

static uint32_t segment_size(const struct peer *peer)
{
    const struct scene_connection *connection = peer->connection;
    uint32_t mss = connection->mss[TO_SERVER] < connection->mss[TO_CLIENT]
                       ? connection->mss[TO_SERVER]
                       : connection->mss[TO_CLIENT];

    return connection->timestamps ? mss - 12 : mss;
}

static uint32_t ticks(const struct peer *peer, int64_t now_ns)
{
    return peer->connection->ts_base[peer->dir] + (uint32_t)(now_ns / peer->connection->tick_ns);
}

static struct scene_packet packet_of(struct peer *peer, unsigned flags, int64_t off, int64_t len,
                                     int64_t now_ns)
{
    const struct scene_connection *connection = peer->connection;
    struct scene_packet packet = {
        .dir = (uint8_t)peer->dir,
        .flags = (uint16_t)(peer->received > 0 ? flags | FRAME_ACK : flags),
        .seq = connection->isn[peer->dir] + (uint32_t)off,
        .len = (uint32_t)len,
        .window = 64000,
        .ttl = connection->ttl[peer->dir],
        .ip_id = peer->ip_id,
        .timestamps = connection->timestamps,
    };

    if (peer->received > 0)
        packet.ack = connection->isn[!peer->dir] + (uint32_t)peer->received;
    if (packet.timestamps) {
        packet.tsval = ticks(peer, now_ns);
        packet.tsecr = peer->ts_recent;
    }
    if (connection->counts_ip_id[peer->dir])
        peer->ip_id = (uint16_t)(peer->ip_id + 1 + len / segment_size(peer));
    return packet;
}

static void add_sack(const struct peer *peer, struct scene_packet *packet,
                     const struct peer_range *range)
{
    uint32_t isn = peer->connection->isn[!peer->dir];

    if (packet->sacks == SCENE_SACKS)
        return;
    packet->sack[packet->sacks][0] = isn + (uint32_t)range->from;
    packet->sack[packet->sacks][1] = isn + (uint32_t)range->to;
    packet->sacks++;
}

/* What the receiver has beyond what it acknowledges (RFC 2018), or has got again (RFC 2883): the
 * latest first, which makes one ACK differ from the next. */
static void add_sacks(struct peer *peer, struct scene_packet *packet)
{
    if (!peer->connection->sack)
        return;
    if (peer->latest.to > peer->latest.from)
        add_sack(peer, packet, &peer->latest);
    for (unsigned i = 0; i < peer->early_count; i++)
        if (peer->early[i].from != peer->latest.from)
            add_sack(peer, packet, &peer->early[i]);
    peer->latest = (struct peer_range){0};
}

static void transmit(struct peer *peer, unsigned flags, int64_t off, int64_t len, int64_t now_ns)
{
    struct scene_packet packet = packet_of(peer, flags, off, len, now_ns);

    peer->unanswered = 0;
    path_send(peer->path, &packet, now_ns);
}

static void send_ack(struct peer *peer, int64_t now_ns)
{
    struct scene_packet packet = packet_of(peer, FRAME_ACK, peer->next, 0, now_ns);

    peer->unanswered = 0;
    add_sacks(peer, &packet);
    path_send(peer->path, &packet, now_ns);
}

static void start_timer(struct peer *peer, int64_t now_ns)
{
    bool opening = peer->state == PEER_SYN_SENT || peer->state == PEER_SYN_RECEIVED;
    struct happening timer = {
        .at_ns = now_ns + ((opening ? SYN_TIMEOUT_NS : TIMEOUT_NS) << peer->repeats),
        .kind = HAPPENS_TIMER,
        .who = peer->dir,
        .generation = ++peer->generation,
    };

    if (peer->acked < peer->next)
        queue_add(peer->queue, &timer);
}

/* Sends what may be sent: bytes up to the window, and the FIN after them. */
static void pump(struct peer *peer, int64_t now_ns)
{
    int64_t most = (int64_t)peer->connection->super[peer->dir] * segment_size(peer);

    if (peer->state != PEER_OPEN)
        return;
    while (peer->next < peer->written &&
           peer->next - peer->acked < (int64_t)peer->connection->window) {
        int64_t len = peer->written - peer->next < most ? peer->written - peer->next : most;

        transmit(peer, peer->next + len == peer->written ? FRAME_PSH : 0, peer->next, len, now_ns);
        peer->next += len;
    }
    if (peer->closing && peer->next == peer->written)
        transmit(peer, FRAME_FIN, peer->next++, 0, now_ns);
    start_timer(peer, now_ns);
}

/* Sends the first that is missing once more. */
static void repeat(struct peer *peer, int64_t now_ns)
{
    int64_t size = segment_size(peer), end = peer->next;

    if (end > peer->written)
        end = peer->written;
    if (peer->acked == 0)
        transmit(peer, FRAME_SYN, 0, 0, now_ns);
    else if (peer->acked < end)
        transmit(peer, peer->acked + size >= end ? FRAME_PSH : 0, peer->acked,
                 end - peer->acked < size ? end - peer->acked : size, now_ns);
    else if (peer->acked < peer->next)
        transmit(peer, FRAME_FIN, peer->acked, 0, now_ns);
}

/* The same because of an ACK. If that is lost as well, only the timer repeats it again. */
static void repeat_once(struct peer *peer, int64_t now_ns)
{
    if (peer->repeated == peer->acked)
        return;
    peer->repeated = peer->acked;
    repeat(peer, now_ns);
}

/* --- what the program wants ------------------------------------------------------------------ */

void peer_connect(struct peer *peer, int64_t now_ns)
{
    peer->state = PEER_SYN_SENT;
    peer->next = 1;
    transmit(peer, FRAME_SYN, 0, 0, now_ns);
    start_timer(peer, now_ns);
}

void peer_write(struct peer *peer, uint32_t bytes, int64_t now_ns)
{
    peer->written += bytes;
    pump(peer, now_ns);
}

void peer_close(struct peer *peer, int64_t now_ns)
{
    peer->closing = true;
    pump(peer, now_ns);
}

void peer_abort(struct peer *peer, int64_t now_ns)
{
    if (peer->state == PEER_OPEN)
        transmit(peer, FRAME_RST, peer->next, 0, now_ns);
    peer->state = PEER_GONE;
}

/* --- what happens to it ---------------------------------------------------------------------- */

void peer_timer(struct peer *peer, uint32_t generation, int64_t now_ns)
{
    unsigned most = peer->acked == 0 ? SYN_REPEATS_MAX : REPEATS_MAX;

    if (generation != peer->generation || peer->state == PEER_GONE || peer->acked == peer->next)
        return;
    if (peer->repeats++ == most) {
        peer->state = PEER_GONE;
        return;
    }
    peer->recover = peer->next;
    repeat(peer, now_ns);
    start_timer(peer, now_ns);
}

/* A connection that is not there: RFC 9293 §3.10.7.1. */
static void refuse(struct peer *peer, const struct scene_packet *packet, int64_t now_ns)
{
    struct scene_packet reset = packet_of(peer, FRAME_RST, 0, 0, now_ns);

    if ((packet->flags & FRAME_RST) || peer->resets++ == RESETS_MAX)
        return;
    reset.timestamps = false;
    reset.window = 0;
    reset.flags = FRAME_RST;
    reset.ack = 0;
    reset.seq = packet->ack;
    if (!(packet->flags & FRAME_ACK)) {
        reset.flags = FRAME_RST | FRAME_ACK;
        reset.seq = 0;
        reset.ack = packet->seq + packet->len + ((packet->flags & FRAME_SYN) != 0);
    }
    path_send(peer->path, &reset, now_ns);
}

/* A SYN or SYN-ACK. */
static void take_syn(struct peer *peer, const struct scene_packet *packet, int64_t now_ns)
{
    if (packet->timestamps && peer->received <= 1)
        peer->ts_recent = packet->tsval;
    if (peer->state == PEER_LISTENS) {
        peer->state = PEER_SYN_RECEIVED;
        peer->received = peer->next = 1;
        transmit(peer, FRAME_SYN, 0, 0, now_ns);
        start_timer(peer, now_ns);
    } else if (peer->state == PEER_SYN_RECEIVED) {
        transmit(peer, FRAME_SYN, 0, 0, now_ns);
    } else if (peer->state == PEER_SYN_SENT) {
        peer->state = PEER_OPEN;
        peer->received = peer->acked = 1;
        peer->repeats = 0;
        send_ack(peer, now_ns);
        pump(peer, now_ns);
    } else {
        send_ack(peer, now_ns);
    }
}

static void take_ack(struct peer *peer, const struct scene_packet *packet, bool is_bare,
                     int64_t now_ns)
{
    uint32_t top = peer->connection->isn[peer->dir] + (uint32_t)peer->acked;
    int64_t off = peer->acked + (int32_t)(packet->ack - top);

    if (off > peer->acked && off <= peer->next) {
        if (peer->state == PEER_SYN_RECEIVED)
            peer->state = PEER_OPEN;
        peer->acked = off;
        peer->repeats = peer->dup_acks = 0;
        if (peer->acked < peer->recover)
            repeat_once(peer, now_ns);
        pump(peer, now_ns);
    } else if (off == peer->acked && is_bare && peer->acked < peer->next && ++peer->dup_acks == 3) {
        peer->recover = peer->next;
        repeat_once(peer, now_ns);
    }
}

/* Keeps a range that came before its turn, in order; what it touches becomes one with it. */
static void keep_early(struct peer *peer, int64_t from, int64_t to)
{
    unsigned kept = 0, at = 0;

    for (unsigned i = 0; i < peer->early_count; i++) {
        struct peer_range range = peer->early[i];

        if (range.to < from || range.from > to) {
            at += range.to < from;
            peer->early[kept++] = range;
            continue;
        }
        from = range.from < from ? range.from : from;
        to = range.to > to ? range.to : to;
    }
    peer->early_count = kept;
    if (kept == PEER_EARLY)
        return;
    for (unsigned i = peer->early_count++; i > at; i--)
        peer->early[i] = peer->early[i - 1];
    peer->early[at] = peer->latest = (struct peer_range){from, to};
}

/* Moves on over what came early. */
static void catch_up(struct peer *peer)
{
    unsigned used = 0;

    while (used < peer->early_count && peer->early[used].from <= peer->received) {
        if (peer->early[used].to > peer->received)
            peer->received = peer->early[used].to;
        used++;
    }
    for (unsigned i = used; i < peer->early_count; i++)
        peer->early[i - used] = peer->early[i];
    peer->early_count -= used;
}

/* Bytes, or a FIN, that lie at [from, to) of the other's stream. */
static void take_data(struct peer *peer, const struct scene_packet *packet, int64_t from,
                      int64_t to, int64_t now_ns)
{
    bool in_turn = from <= peer->received && to > peer->received;

    if (packet->timestamps && from <= peer->received &&
        (int32_t)(packet->tsval - peer->ts_recent) > 0)
        peer->ts_recent = packet->tsval;
    if (in_turn) {
        bool fills = peer->early_count > 0;

        peer->received = to;
        catch_up(peer);
        if (++peer->unanswered >= 2 || fills || (packet->flags & (FRAME_PSH | FRAME_FIN)))
            send_ack(peer, now_ns);
    } else {
        if (from > peer->received)
            keep_early(peer, from, to);
        else
            peer->latest = (struct peer_range){from, to}; /* once more */
        send_ack(peer, now_ns);
    }
}

static void take_reset(struct peer *peer, const struct scene_packet *packet)
{
    uint32_t expected = peer->connection->isn[!peer->dir] + (uint32_t)peer->received;

    if (peer->state == PEER_SYN_SENT ? packet->ack == peer->connection->isn[peer->dir] + 1
                                     : packet->seq == expected)
        peer->state = PEER_GONE;
}

void peer_take(struct peer *peer, const struct scene_packet *packet, uint32_t from, uint32_t to,
               int64_t now_ns)
{
    uint32_t expected = peer->connection->isn[!peer->dir] + (uint32_t)peer->received;
    bool ends = (packet->flags & FRAME_FIN) && to == packet->len;
    int64_t off = peer->received + (int32_t)(packet->seq + from - expected);
    int64_t end = off + (to - from) + ends;

    if (peer->state == PEER_GONE) {
        refuse(peer, packet, now_ns);
        return;
    }
    if (packet->flags & FRAME_RST) {
        take_reset(peer, packet);
        return;
    }
    if (packet->flags & FRAME_SYN) {
        take_syn(peer, packet, now_ns);
        return;
    }
    if (peer->state == PEER_LISTENS || peer->state == PEER_SYN_SENT)
        return;
    take_ack(peer, packet, off == end, now_ns);
    if (end > off)
        take_data(peer, packet, off, end, now_ns);
    if (ends && peer->received >= end)
        peer->fin_received = true;
}
