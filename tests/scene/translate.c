#include "scene/translate.h"

#include <stdio.h>
#include <string.h>

#include "scene/chance.h"

enum {
    PORT_FIRST = 32768,
    PORTS = 28000,
    TRIES = 64,
};

/* How ports are chosen in a scene, by clients and by NAT. */
enum port_style {
    PORTS_RANDOM,
    PORTS_IN_ORDER,
    PORTS_FEW, /* used again and again */
    PORT_STYLES
};

struct policy {
    enum port_style client, nat;
    bool keeps;               /* NAT leaves the port alone where it can */
    bool hosts_alike;         /* every host takes the same ports in order */
    uint16_t service, behind; /* the port of the server, and behind a NAT of its address */
    int64_t rest_ns;          /* how long a tuple is left alone after its last packet */
};

static struct policy draw_policy(const struct scene *scene)
{
    static const uint16_t services[] = {80, 443, 5432, 8080};
    struct chance chance = chance_begin(chance_mix(scene->seed), CHANCE_PLACES);
    struct policy policy = {.client = (enum port_style)chance_below(&chance, PORT_STYLES)};

    policy.nat = (enum port_style)chance_below(&chance, PORT_STYLES);
    policy.keeps = chance_percent(&chance, 50);
    policy.hosts_alike = chance_percent(&chance, 50);
    policy.service = services[chance_below(&chance, 4)];
    policy.rest_ns = chance_scale(&chance, 1000, 2000000000);
    if (scene->storm) {
        policy.client = PORTS_FEW;
        policy.rest_ns = 1000000;
    }
    policy.behind =
        chance_percent(&chance, 50) ? policy.service : (uint16_t)(30000 + policy.service);
    return policy;
}

static struct scene_end make_end(uint8_t version, const char *v4, const char *v6, unsigned last,
                                 uint16_t port)
{
    struct scene_end end = {.version = version, .port = port};

    if (version == 6)
        snprintf(end.addr, sizeof end.addr, "%s%x", v6, last);
    else
        snprintf(end.addr, sizeof end.addr, "%s%u", v4, last);
    return end;
}

static bool same_end(const struct scene_end *a, const struct scene_end *b)
{
    return a->port == b->port && strcmp(a->addr, b->addr) == 0;
}

static bool same_tuple(const struct scene_tuple *a, const struct scene_tuple *b)
{
    return same_end(&a->client, &b->client) && same_end(&a->server, &b->server);
}

/* Whether an earlier connection still has the tuple where it leaves the client (`stop` -1), or at
 * a stop. */
static bool is_busy(const struct scene *scene, size_t index, int stop,
                    const struct scene_tuple *tuple, int64_t rest_ns)
{
    int64_t start_ns = scene->connections[index].start_ns;

    for (size_t i = 0; i < index; i++) {
        const struct scene_connection *other = &scene->connections[i];

        if (other->last_ns + rest_ns >= start_ns &&
            same_tuple(stop < 0 ? &other->sent : &other->views[stop], tuple))
            return true;
    }
    return false;
}

static uint16_t draw_port(enum port_style style, uint64_t start, unsigned tried,
                          struct chance *chance)
{
    if (style == PORTS_RANDOM || tried > TRIES / 2)
        return (uint16_t)(PORT_FIRST + chance_below(chance, PORTS));
    if (style == PORTS_FEW)
        return (uint16_t)(PORT_FIRST + tried % 4);
    return (uint16_t)(PORT_FIRST + (start + tried) % PORTS);
}

/* Gives the client's end of a tuple a port that is free at that place. */
static void take_port(const struct scene *scene, size_t index, int stop, struct scene_tuple *tuple,
                      enum port_style style, uint64_t start, const struct policy *policy,
                      struct chance *chance)
{
    for (unsigned tried = 0; tried < TRIES; tried++) {
        tuple->client.port = draw_port(style, start, tried, chance);
        if (!is_busy(scene, index, stop, tuple, policy->rest_ns))
            return;
    }
}

/* What a hop makes of a tuple on its way to stop `stop`. */
static void cross(const struct scene *scene, size_t index, int stop, struct scene_tuple *tuple,
                  const struct policy *policy, struct chance *chance)
{
    const struct scene_hop *hop = &scene->hop[stop];
    unsigned server = scene->connections[index].server;
    uint8_t version = hop->to_version_4 ? 4 : tuple->client.version;

    if (hop->target_nat)
        tuple->server = make_end(version, "10.20.0.", "fd20::", 1 + server, policy->behind);
    if (hop->source_nat) {
        uint16_t port = tuple->client.port;

        tuple->client = make_end(version, "192.0.2.", "2001:db8:2::", 1 + (unsigned)stop, port);
        if (!policy->keeps || is_busy(scene, index, stop, tuple, policy->rest_ns))
            take_port(scene, index, stop, tuple, policy->nat, index, policy, chance);
    }
}

/* Two connections with one ISN and, one after the other, one tuple: no one could tell them apart.
 * The later one gets an ISN of its own. */
static void part_twins(struct scene *scene, size_t index, struct chance *chance)
{
    struct scene_connection *connection = &scene->connections[index];

    for (size_t i = 0; i < index; i++) {
        const struct scene_connection *other = &scene->connections[i];
        bool same = other->isn[TO_SERVER] == connection->isn[TO_SERVER];

        for (unsigned stop = 0; same && stop < scene->stops; stop++)
            if (same_tuple(&other->views[stop], &connection->views[stop]))
                connection->isn[TO_SERVER] = (uint32_t)chance_bits(chance);
    }
}

static void draw_shifts(struct scene *scene, struct scene_connection *connection,
                        struct chance *chance)
{
    uint32_t shift[SCENE_DIRS] = {0};

    for (unsigned stop = 0; stop < scene->stops; stop++) {
        if (scene->hop[stop].renumbers)
            for (int dir = 0; dir < SCENE_DIRS; dir++)
                shift[dir] = (uint32_t)chance_bits(chance);
        memcpy(connection->shift[stop], shift, sizeof shift);
    }
}

void translate(struct scene *scene, size_t index)
{
    struct scene_connection *connection = &scene->connections[index];
    struct chance chance = chance_begin(chance_mix(scene->seed) + index, CHANCE_PLACES);
    struct policy policy = draw_policy(scene);
    bool shares_address = scene->nat == NAT_BALANCER || scene->nat == NAT_HAIRPIN;
    uint64_t start = policy.hosts_alike ? index / scene->hosts : index;
    struct scene_tuple tuple = {
        .client = make_end(scene->version, "172.17.0.", "fd00::", 2 + connection->host, 0),
        .server = make_end(scene->version, "198.51.100.", "2001:db8:100::",
                           shares_address ? 80 : 10 + connection->server, policy.service)};

    take_port(scene, index, -1, &tuple, policy.client, start, &policy, &chance);
    connection->sent = tuple;
    for (unsigned stop = 0; stop < scene->stops; stop++) {
        cross(scene, index, (int)stop, &tuple, &policy, &chance);
        connection->views[stop] = tuple;
    }
    part_twins(scene, index, &chance);
    draw_shifts(scene, connection, &chance);
}
