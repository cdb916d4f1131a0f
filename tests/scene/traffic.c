#include "scene/traffic.h"

#include <assert.h>

#include "base/memory.h"
#include "scene/chance.h"

static const int64_t MS = 1000000, SECOND = 1000000000;
static const int64_t origin_ns = 1700000000LL * 1000000000LL;

/* What all connections of a scene have in common, or do not. The more is alike, the easier are
 * they taken for one another. */
struct style {
    bool storm;
    bool same_options;   /* every host offers the same */
    bool same_script;    /* everyone says the same, byte for byte */
    bool shared_ticks;   /* one timestamp clock for all hosts: containers on one kernel */
    bool aborts;         /* RSTs, also from the middle */
    unsigned timestamps; /* of 100 connections */
    unsigned twins;      /* of 100: has the ISN of the connection before it */
    int64_t tick_ns;
    int64_t span_ns; /* connections start in so long a time */
    uint32_t ts_base;
    uint64_t payload;
};

/* One draw a statement: what a compiler does first inside of one is its own choice. */
static struct style draw_style(struct chance *chance)
{
    static const int64_t ticks[] = {1, 1, 1, 4, 10};
    struct style style = {.storm = chance_percent(chance, 2)};

    style.same_options = chance_percent(chance, 60);
    style.same_script = chance_percent(chance, 25);
    style.shared_ticks = chance_percent(chance, 30);
    style.aborts = chance_percent(chance, 40);
    style.timestamps = 50 * chance_below(chance, 3);
    style.tick_ns = ticks[chance_below(chance, 5)] * MS;
    style.span_ns = chance_scale(chance, 20 * MS, 300 * SECOND);
    style.ts_base = (uint32_t)chance_bits(chance);
    style.payload = chance_bits(chance);
    if (chance_percent(chance, 15))
        style.twins = 10 + chance_below(chance, 50);
    return style;
}

/* --- what is said ---------------------------------------------------------------------------- */

static void add_step(struct scene_connection *connection, enum scene_dir dir, struct chance *chance,
                     int64_t most_bytes, int64_t longest_think_ns)
{
    struct scene_step *step = &connection->steps[connection->steps_count++];

    step->dir = dir;
    step->bytes = (uint32_t)chance_scale(chance, 20, most_bytes);
    step->think_ns = chance_scale(chance, 1000, longest_think_ns);
}

static void add_transfer(struct scene_connection *connection, struct chance *chance)
{
    struct scene_step *step = &connection->steps[connection->steps_count++];

    step->dir = (enum scene_dir)chance_below(chance, SCENE_DIRS);
    step->bytes = (uint32_t)chance_scale(chance, 40000, 400000);
}

static void draw_script(struct scene_connection *connection, struct chance *chance, bool is_short)
{
    unsigned exchanges = is_short ? 1 : 1 + chance_below(chance, 6);
    int64_t longest_ns = chance_percent(chance, 15) ? 20 * SECOND : 200 * MS;

    if (is_short)
        longest_ns = 5 * MS;
    if (!is_short && chance_percent(chance, 10))
        add_transfer(connection, chance);
    if (!is_short && chance_percent(chance, 5))
        exchanges = SCENE_STEPS / 2 - 1;
    for (unsigned i = 0; i < exchanges; i++) {
        add_step(connection, TO_SERVER, chance, 1500, longest_ns);
        add_step(connection, TO_CLIENT, chance, is_short ? 2000 : 20000, longest_ns / 4);
    }
}

static enum scene_fate draw_fate(struct chance *chance, const struct style *style)
{
    unsigned of_100 = chance_below(chance, 100);

    if (of_100 < 5)
        return FATE_UNANSWERED;
    if (of_100 < 10)
        return FATE_REFUSED;
    if (of_100 < 20 && style->aborts)
        return FATE_RESET_BY_CLIENT;
    if (of_100 < 28)
        return FATE_LEFT_OPEN;
    return of_100 < 65 ? FATE_CLOSED_BY_CLIENT : FATE_CLOSED_BY_SERVER;
}

/* --- who says it ----------------------------------------------------------------------------- */

/* What a host has of its own, drawn from its number. */
static struct chance host_chance(const struct scene *scene, unsigned number)
{
    return chance_begin(chance_mix(scene->seed) + number, CHANCE_TRAFFIC);
}

static void draw_end(const struct scene *scene, struct scene_connection *connection,
                     enum scene_dir dir, const struct style *style)
{
    static const uint8_t ttls[] = {64, 64, 128, 255};
    static const uint16_t mss[] = {1460, 1400, 1360, 8960};
    unsigned number = dir == TO_SERVER ? connection->host : SCENE_HOSTS + connection->server;
    struct chance host = host_chance(scene, number);
    struct chance options = host_chance(scene, style->same_options ? 0 : number);
    uint32_t ticks = (uint32_t)chance_bits(&host);

    connection->ttl[dir] = ttls[chance_below(&host, 4)];
    connection->counts_ip_id[dir] = chance_percent(&host, 70);
    connection->super[dir] = chance_percent(&host, 50) ? 1 : 1 + chance_below(&host, 44);
    connection->ts_base[dir] = style->shared_ticks && dir == TO_SERVER ? style->ts_base : ticks;
    connection->mss[dir] = mss[chance_below(&options, 4)];
    connection->wscale[dir] = (uint8_t)chance_below(&options, 10);
}

static void settle_sizes(struct scene_connection *connection)
{
    uint16_t least = connection->mss[TO_SERVER] < connection->mss[TO_CLIENT]
                         ? connection->mss[TO_SERVER]
                         : connection->mss[TO_CLIENT];

    for (int dir = 0; dir < SCENE_DIRS; dir++)
        while (connection->super[dir] > 1 && connection->super[dir] * least > 64000)
            connection->super[dir]--;
}

static void draw_injection(const struct scene *scene, struct scene_connection *connection,
                           struct chance *chance)
{
    connection->injected_at_ns = chance_scale(chance, MS, 500 * MS);
    connection->injected_hop = chance_below(chance, scene->stops + 1);
}

static void draw_connection(const struct scene *scene, struct scene_connection *connection,
                            const struct style *style, struct chance *chance)
{
    struct chance script = chance_begin(scene->seed, CHANCE_TRAFFIC);

    connection->host = chance_below(chance, scene->hosts);
    connection->server = chance_below(chance, scene->servers);
    connection->fate = draw_fate(chance, style);
    for (int dir = 0; dir < SCENE_DIRS; dir++)
        connection->isn[dir] = (uint32_t)chance_bits(chance);
    if (connection != scene->connections && chance_percent(chance, style->twins))
        connection->isn[TO_SERVER] = connection[-1].isn[TO_SERVER];
    connection->timestamps = chance_percent(chance, style->timestamps);
    connection->sack = chance_percent(chance, 80);
    connection->tick_ns = style->tick_ns;
    for (enum scene_dir dir = 0; dir < SCENE_DIRS; dir++)
        draw_end(scene, connection, dir, style);
    settle_sizes(connection);
    connection->window = (uint32_t)chance_scale(chance, 10, 100) * 1000;
    draw_script(connection, style->same_script ? &script : chance, style->storm);
    connection->payload = style->same_script ? style->payload : chance_bits(chance);
    if (style->aborts && chance_percent(chance, 10))
        draw_injection(scene, connection, chance);
}

/* Draws when each starts, in order: gaps that add up to the span, now and then none. */
static void draw_starts(struct scene *scene, const struct style *style, struct chance *chance)
{
    int64_t at_ns = origin_ns + chance_between(chance, 0, 100 * SECOND), mean_ns;

    assert(scene->connections_count > 0);
    mean_ns = style->span_ns / (int64_t)scene->connections_count;
    for (size_t i = 0; i < scene->connections_count; i++) {
        scene->connections[i].start_ns = at_ns;
        if (!chance_percent(chance, 25))
            at_ns += chance_between(chance, 1, 2 * mean_ns);
    }
}

void traffic_draw(struct scene *scene)
{
    struct chance chance = chance_begin(scene->seed, CHANCE_TRAFFIC);
    struct style style = draw_style(&chance);
    size_t count = style.storm ? 300 + chance_below(&chance, 1200) : 1 + chance_below(&chance, 40);

    if (style.storm)
        style.span_ns = (int64_t)count * 50 * MS; /* one is over when the next begins, mostly */
    scene->storm = style.storm;
    scene->lures = style.twins > 0 || style.same_script;
    scene->connections = memory_zalloc(count * sizeof *scene->connections);
    scene->connections_count = count;
    for (size_t i = 0; i < count; i++)
        draw_connection(scene, &scene->connections[i], &style, &chance);
    draw_starts(scene, &style, &chance);
}
