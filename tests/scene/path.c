#include "scene/path.h"

#include "base/memory.h"
#include "packet/frame.h"

enum {
    PIECES = 64,
    WIRE_NS = 12000,  /* a full frame at 1 Gbit/s */
    JOIN_NS = 300000, /* what comes so soon after the one before may be joined to it */
};

struct piece {
    uint32_t from, to;
    int64_t at_ns;
    uint16_t ip_id;
};

/* A packet on its way: cut into pieces or not yet. */
struct train {
    uint32_t packet; /* index into scene.packets */
    unsigned copy;
    unsigned count;
    struct piece pieces[PIECES];
};

void path_begin(struct path *path, struct scene *scene, size_t connection, path_arrive_fn *arrive,
                void *context)
{
    *path = (struct path){
        .scene = scene,
        .connection = connection,
        .chance = chance_begin(chance_mix(scene->seed) + connection, CHANCE_PATH),
        .arrive = arrive,
        .context = context,
    };
}

static const struct scene_connection *connection_of(const struct path *path)
{
    return &path->scene->connections[path->connection];
}

static uint32_t wire_size(const struct path *path)
{
    const struct scene_connection *connection = connection_of(path);
    uint32_t mss = connection->mss[TO_SERVER] < connection->mss[TO_CLIENT]
                       ? connection->mss[TO_SERVER]
                       : connection->mss[TO_CLIENT];

    return connection->timestamps ? mss - 12 : mss;
}

/* --- cut and joined -------------------------------------------------------------------------- */

/* What a network card does to a super-frame. */
static void cut(const struct path *path, struct train *train)
{
    uint32_t size = wire_size(path);
    struct train whole = *train;

    train->count = 0;
    for (unsigned i = 0; i < whole.count; i++) {
        struct piece piece = whole.pieces[i];
        uint32_t end = piece.to;

        do {
            piece.to = end - piece.from > size ? piece.from + size : end;
            train->pieces[train->count++] = piece;
            piece.from = piece.to;
            piece.at_ns += WIRE_NS;
            piece.ip_id = (uint16_t)(piece.ip_id + (piece.ip_id != 0));
        } while (piece.from < end);
    }
}

/* What it does to pieces that come in one after the other. */
static void join(struct train *train)
{
    unsigned kept = 0;

    for (unsigned i = 1; i < train->count; i++) {
        struct piece *last = &train->pieces[kept];
        const struct piece *piece = &train->pieces[i];

        if (piece->from == last->to && piece->at_ns >= last->at_ns &&
            piece->at_ns - last->at_ns < JOIN_NS) {
            last->to = piece->to;
            last->at_ns = piece->at_ns;
        } else {
            train->pieces[++kept] = *piece;
        }
    }
    if (train->count > 0)
        train->count = kept + 1;
}

/* --- along the hops -------------------------------------------------------------------------- */

static void walk(struct path *path, struct train *train, unsigned hops_done);

/* The n-th hop on the way of a direction. */
static unsigned hop_number(const struct path *path, int dir, unsigned n)
{
    return dir == TO_SERVER ? n : path->scene->stops - n;
}

/* When a piece is at the end of a hop. Packets stay in order, unless one is delayed: then others
 * overtake it. */
static int64_t arrival(struct path *path, unsigned number, int dir, int64_t at_ns)
{
    const struct scene_hop *hop = &path->scene->hop[number];
    int64_t *free_ns = &path->free_ns[dir][number];
    int64_t arrival_ns =
        at_ns + hop->delay_ns[dir] + chance_between(&path->chance, 0, hop->jitter_ns);

    if (chance_of_10000(&path->chance, hop->delayed)) {
        arrival_ns += chance_scale(&path->chance, 50000, 5000000);
    } else {
        if (arrival_ns <= *free_ns)
            arrival_ns = *free_ns + 1000;
        *free_ns = arrival_ns;
    }
    if (arrival_ns > path->last_ns)
        path->last_ns = arrival_ns;
    return arrival_ns;
}

/* Takes a train over a hop, by which it may lose pieces. */
static void cross(struct path *path, struct train *train, unsigned hops_done, int dir)
{
    unsigned number = hop_number(path, dir, hops_done), kept = 0;
    const struct scene_hop *hop = &path->scene->hop[number];

    for (unsigned i = 0; i < train->count; i++) {
        struct piece piece = train->pieces[i];

        if (chance_of_10000(&path->chance, hop->lost))
            continue;
        if (train->copy == 0 && chance_of_10000(&path->chance, hop->doubled)) {
            struct train copy = {.packet = train->packet, .copy = ++path->copies, .count = 1};

            copy.pieces[0] = piece;
            copy.pieces[0].at_ns = arrival(path, number, dir, piece.at_ns + 1000);
            walk(path, &copy, hops_done + 1);
        }
        piece.at_ns = arrival(path, number, dir, piece.at_ns);
        train->pieces[kept++] = piece;
    }
    train->count = kept;
}

/* How many routers a packet has passed at a stop. */
static unsigned routers_before(const struct path *path, const struct scene_packet *packet,
                               unsigned hops_done, unsigned origin)
{
    unsigned sum = 0;

    for (unsigned i = origin; i < hops_done; i++)
        sum += path->scene->hop[hop_number(path, packet->dir, i)].routers;
    return sum;
}

static void sight(struct path *path, const struct train *train, unsigned stop, unsigned routers)
{
    struct scene *scene = path->scene;
    const struct scene_packet *packet = &scene->packets[train->packet];

    for (unsigned i = 0; i < train->count; i++) {
        struct scene_sighting *sighting =
            MEMORY_APPEND(scene->sightings, scene->sightings_count, scene->sightings_capacity);

        *sighting = (struct scene_sighting){
            .at_ns = train->pieces[i].at_ns,
            .packet = train->packet,
            .from = train->pieces[i].from,
            .to = train->pieces[i].to,
            .copy = (uint16_t)train->copy,
            .ip_id = train->pieces[i].ip_id,
            .stop = (uint8_t)stop,
            .ttl = (uint8_t)(packet->ttl - routers),
        };
    }
}

/* The rest of the way, after so many hops. */
static void walk(struct path *path, struct train *train, unsigned hops_done)
{
    struct scene *scene = path->scene;
    const struct scene_packet packet = scene->packets[train->packet];
    unsigned hops = scene->stops + 1;
    unsigned origin = packet.injected ? packet.origin_hop : 0;

    for (;; hops_done++) {
        if (hops_done > 0 && hops_done < hops) {
            unsigned stop = hop_number(path, packet.dir, hops_done) - (packet.dir == TO_SERVER);

            if (scene->stop[stop].wire_size)
                cut(path, train);
            else
                join(train);
            if (scene_passes(scene, connection_of(path), stop))
                sight(path, train, stop, routers_before(path, &packet, hops_done, origin));
        }
        if (hops_done == hops)
            break;
        cross(path, train, hops_done, packet.dir);
    }
    for (unsigned i = 0; i < train->count; i++)
        path->arrive(path->context, &packet, train->pieces[i].from, train->pieces[i].to,
                     train->pieces[i].at_ns);
}

static struct train begin_train(struct path *path, const struct scene_packet *packet, int64_t at_ns)
{
    struct scene *scene = path->scene;
    struct train train = {.packet = (uint32_t)scene->packets_count, .count = 1};
    struct scene_packet *copy =
        MEMORY_APPEND(scene->packets, scene->packets_count, scene->packets_capacity);

    *copy = *packet;
    copy->connection = (uint32_t)path->connection;
    train.pieces[0] = (struct piece){.to = packet->len, .at_ns = at_ns, .ip_id = packet->ip_id};
    return train;
}

void path_send(struct path *path, const struct scene_packet *packet, int64_t at_ns)
{
    struct train train = begin_train(path, packet, at_ns);

    walk(path, &train, 0);
}

void path_inject(struct path *path, const struct scene_packet *packet, unsigned hop, int64_t at_ns)
{
    struct scene_packet made = *packet;
    struct train train;

    made.injected = true;
    made.origin_hop = (uint8_t)(packet->dir == TO_SERVER ? hop : path->scene->stops - hop);
    train = begin_train(path, &made, at_ns);
    walk(path, &train, made.origin_hop + 1U);
}
