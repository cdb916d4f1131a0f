#include "scene/places.h"

#include <stdio.h>
#include <string.h>

#include "scene/chance.h"

static const int64_t US = 1000, MS = 1000000, SECOND = 1000000000;

const char *scene_nat_name(enum scene_nat nat)
{
    static const char *const names[NAT_KINDS] = {
        [NAT_NONE] = "none",       [NAT_SOURCE] = "source", [NAT_TARGET] = "target",
        [NAT_BOTH] = "both",       [NAT_TWICE] = "twice",   [NAT_BALANCER] = "balancer",
        [NAT_HAIRPIN] = "hairpin", [NAT_64] = "64",         [NAT_RENUMBERS] = "renumbers",
    };

    return names[nat];
}

/* --- the path -------------------------------------------------------------------------------- */

/* Adds a stop and a point for it. */
static struct scene_stop *add_stop(struct scene *scene, const char *name)
{
    struct scene_stop *stop = &scene->stop[scene->stops++];

    *stop = (struct scene_stop){.point = scene->points_count++, .only_host = -1, .only_server = -1};
    snprintf(scene->points[stop->point].name, sizeof scene->points[0].name, "%s", name);
    return stop;
}

/* Another stop at the point of the last one: it sees packets before and after NAT. */
static void add_same_stop(struct scene *scene)
{
    struct scene_stop *stop = &scene->stop[scene->stops++];

    *stop = (struct scene_stop){.point = stop[-1].point, .only_host = -1, .only_server = -1};
}

/* What comes next lies behind a NAT. */
static void add_nat(struct scene *scene, bool source, bool target)
{
    struct scene_hop *hop = &scene->hop[scene->stops];

    hop->source_nat |= source;
    hop->target_nat |= target;
}

/* The stops of the first hosts, each their own. */
static void add_containers(struct scene *scene, unsigned count)
{
    for (unsigned i = 0; i < count && i < scene->hosts; i++) {
        char name[24];

        snprintf(name, sizeof name, "client%u", i);
        add_stop(scene, name)->only_host = (int)i;
    }
}

static void add_servers(struct scene *scene, unsigned count)
{
    for (unsigned i = 0; i < count && i < scene->servers; i++) {
        char name[24];

        snprintf(name, sizeof name, "server%u", i);
        add_stop(scene, name)->only_server = (int)i;
    }
}

static void add_first_nat(struct scene *scene, struct chance *chance)
{
    struct scene_hop *hop = &scene->hop[scene->stops];
    bool source = scene->nat == NAT_SOURCE || scene->nat == NAT_BOTH || scene->nat == NAT_TWICE ||
                  scene->nat == NAT_HAIRPIN || scene->nat == NAT_64;
    bool target = scene->nat == NAT_TARGET || scene->nat == NAT_BOTH || scene->nat == NAT_HAIRPIN ||
                  scene->nat == NAT_BALANCER || scene->nat == NAT_64;

    add_nat(scene, source || (scene->nat == NAT_BALANCER && chance_percent(chance, 50)), target);
    hop->renumbers = scene->nat == NAT_RENUMBERS;
    hop->to_version_4 = scene->nat == NAT_64;
}

/* Of all places where one can record, some. */
static void draw_stops(struct scene *scene, struct chance *chance)
{
    bool one_server = scene->nat != NAT_BALANCER, has_inside;

    do {
        scene->stops = scene->points_count = 0;
        memset(scene->hop, 0, sizeof scene->hop);
        if (chance_percent(chance, 40))
            add_containers(scene, 1 + chance_below(chance, 2));
        has_inside = chance_percent(chance, 70) || scene->nat == NAT_HAIRPIN;
        if (has_inside)
            add_stop(scene, "inside");
        add_first_nat(scene, chance);
        if (scene->nat == NAT_HAIRPIN ||
            (has_inside && scene->nat != NAT_NONE && scene->nat != NAT_RENUMBERS &&
             chance_percent(chance, 15)))
            add_same_stop(scene);
        else if (chance_percent(chance, 70))
            add_stop(scene, "outside");
        if (scene->nat == NAT_TWICE) {
            add_nat(scene, true, false);
            if (chance_percent(chance, 60))
                add_stop(scene, "beyond");
        }
        if (chance_percent(chance, 40) && scene->stops < SCENE_STOPS)
            add_servers(scene, one_server || scene->stops + 2 > SCENE_STOPS
                                   ? 1
                                   : 1 + chance_below(chance, 2));
    } while (scene->stops < 2);
}

static void draw_hop(struct scene *scene, struct scene_hop *hop, bool is_last,
                     struct chance *chance, unsigned lossy)
{
    static const int64_t least[] = {5 * US, 100 * US, 1 * MS}, most[] = {60 * US, 1 * MS, 40 * MS};
    unsigned kind = chance_below(chance, is_last ? 3 : 6);

    kind = kind > 2 ? 0 : kind; /* most hops are inside of one machine */
    for (int dir = 0; dir < SCENE_DIRS; dir++)
        hop->delay_ns[dir] = chance_scale(chance, least[kind], most[kind]);
    hop->jitter_ns = hop->delay_ns[TO_SERVER] / (int64_t)(1U << chance_below(chance, 6));
    if (chance_percent(chance, lossy))
        hop->lost = chance_below(chance, 300);
    if (chance_percent(chance, lossy / 3))
        hop->doubled = chance_below(chance, 100);
    if (chance_percent(chance, lossy / 2))
        hop->delayed = chance_below(chance, 300);
    hop->routers =
        (uint8_t)(scene->shows_order ? 1 + chance_below(chance, 2) : chance_percent(chance, 30));
}

static void draw_path(struct scene *scene, struct chance *chance)
{
    unsigned lossy = chance_percent(chance, 30) ? 0 : 60;

    draw_stops(scene, chance);
    scene->shows_order = chance_percent(chance, 60);
    for (unsigned i = 0; i <= scene->stops; i++)
        draw_hop(scene, &scene->hop[i], i == scene->stops, chance, lossy);
    for (unsigned i = 0; i <= scene->stops; i++)
        scene->doubles |= scene->hop[i].doubled > 0;
    for (unsigned i = 0; i < scene->stops; i++)
        scene->stop[i].wire_size = chance_percent(chance, 50);
    for (unsigned i = 1; i < scene->stops; i++)
        if (scene->stop[i].point == scene->stop[i - 1].point)
            scene->stop[i].wire_size = scene->stop[i - 1].wire_size;
}

/* --- points and clocks ----------------------------------------------------------------------- */

static int64_t draw_offset(struct chance *chance)
{
    int64_t sign = chance_percent(chance, 50) ? 1 : -1;

    switch (chance_below(chance, 4)) {
    case 0:
        return 0;
    case 1:
        return sign * chance_scale(chance, US, MS);
    case 2:
        return sign * chance_scale(chance, 100 * MS, 30 * SECOND);
    default:
        return sign * chance_between(chance, 3600 * SECOND, 12 * 3600 * SECOND);
    }
}

static void draw_input(struct scene_input *input, struct chance *chance, bool same_clocks)
{
    if (!same_clocks) {
        input->clock.offset_ns = draw_offset(chance);
        if (chance_percent(chance, 50))
            input->clock.drift_ppb = chance_between(chance, -50000, 50000);
    }
    input->nanoseconds = chance_percent(chance, 50);
    input->noise_ns = chance_percent(chance, 50) ? 0 : chance_scale(chance, US, 20 * US);
}

static void draw_points(struct scene *scene, struct chance *chance)
{
    bool same_clocks = chance_percent(chance, 25);

    for (unsigned i = 0; i < scene->points_count; i++) {
        /* Now and then two neighbours are in one file. */
        bool joins = i > 0 && scene->inputs_count == i && chance_percent(chance, 15);

        scene->points[i].input = joins ? i - 1 : scene->inputs_count++;
        if (joins) {
            scene->inputs[i - 1].has_interfaces = true;
            scene->points[i - 1].ifindex = 2;
            scene->points[i].ifindex = 3;
        }
    }
    for (unsigned i = 0; i < scene->inputs_count; i++)
        draw_input(&scene->inputs[i], chance, same_clocks);
}

void places_draw(struct scene *scene)
{
    struct chance chance = chance_begin(scene->seed, CHANCE_PLACES);

    scene->nat = (enum scene_nat)chance_below(&chance, NAT_KINDS);
    scene->version = chance_percent(&chance, 30) || scene->nat == NAT_64 ? 6 : 4;
    scene->hosts = 1 + chance_below(&chance, SCENE_HOSTS);
    scene->servers = scene->nat == NAT_BALANCER ? 2 + chance_below(&chance, SCENE_SERVERS - 1)
                                                : 1 + chance_below(&chance, 2);
    draw_path(scene, &chance);
    draw_points(scene, &chance);
}

static void draw_step(struct scene *scene, struct chance *chance, int64_t begin, int64_t end)
{
    struct scene_clock *clock = &scene->inputs[chance_below(chance, scene->inputs_count)].clock;

    clock->step_at_ns = chance_between(chance, begin, end);
    clock->step_ns = chance_scale(chance, MS, 5 * SECOND);
    if (chance_percent(chance, 50))
        clock->step_ns = -clock->step_ns;
    scene->has_step = true;
}

void places_draw_times(struct scene *scene)
{
    struct chance chance = chance_begin(scene->seed, CHANCE_RECORDING);
    unsigned dropped = chance_percent(&chance, 15) ? chance_below(&chance, 200) : 0;
    int64_t begin = INT64_MAX, end = INT64_MIN;

    for (size_t i = 0; i < scene->connections_count; i++) {
        const struct scene_connection *connection = &scene->connections[i];

        begin = connection->start_ns < begin ? connection->start_ns : begin;
        end = connection->last_ns > end ? connection->last_ns : end;
    }
    scene->whole = true;
    for (unsigned i = 0; i < scene->points_count; i++) {
        struct scene_point *point = &scene->points[i];

        point->begin_ns = begin;
        point->end_ns = end;
        if (chance_percent(&chance, 20))
            point->begin_ns += (end - begin) / 100 * chance_between(&chance, 1, 60);
        if (chance_percent(&chance, 20))
            point->end_ns -= (end - begin) / 100 * chance_between(&chance, 1, 40);
        point->dropped = scene->exact ? 0 : dropped;
        if (i > 0 && point->input == point[-1].input) { /* one file: it records both or none */
            point->begin_ns = point[-1].begin_ns;
            point->end_ns = point[-1].end_ns;
        }
        scene->whole &= point->begin_ns == begin && point->end_ns == end && point->dropped == 0;
    }
    if (chance_percent(&chance, 8) && !scene->exact)
        draw_step(scene, &chance, begin, end);
}

int64_t scene_raw_time(const struct scene_input *input, int64_t at_ns)
{
    static const int64_t origin_ns = 1700000000LL * 1000000000LL;
    const struct scene_clock *clock = &input->clock;
    int64_t since = at_ns - origin_ns;
    int64_t raw = at_ns + clock->offset_ns + since / 1000 * clock->drift_ppb / 1000000;

    if (clock->step_ns != 0 && at_ns >= clock->step_at_ns)
        raw += clock->step_ns;
    return input->nanoseconds ? raw : raw / 1000 * 1000;
}
