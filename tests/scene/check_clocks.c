#include "scene/checks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"

/* Timestamps are taken by software: the analyzer does not claim more. */
static const int64_t NOISE_NS = 50000;

enum {
    CROSSINGS_NEEDED = 8 /* on either side of a step, for it to show */
};

/* The packets that crossed between an input and the first one, as the analyzer may know. */
struct crossings {
    const struct truth *truth;
    unsigned input;
    uint8_t *inputs; /* of each packet, which inputs recorded it: a bit for each */
    int8_t *linked;  /* of each connection, whether the analyzer knows: 1, -1; 0: not asked yet */
    size_t count[2]; /* before any step, and after */
    bool has_dir[SCENE_DIRS];
    int64_t worst_ns; /* the clocks were that far apart */
};

static unsigned input_of(const struct scene *scene, const struct scene_sighting *sighting)
{
    return scene->points[scene->stop[sighting->stop].point].input;
}

static uint8_t *list_inputs(const struct scene *scene)
{
    uint8_t *inputs = memory_zalloc(scene->packets_count * sizeof *inputs);

    for (size_t i = 0; i < scene->sightings_count; i++) {
        const struct scene_sighting *sighting = &scene->sightings[i];

        if (sighting->frame != 0)
            inputs[sighting->packet] |= (uint8_t)(1U << input_of(scene, sighting));
    }
    return inputs;
}

/* Whether a connection was linked between the first input and another. */
static bool is_linked(const struct truth *truth, uint32_t connection, unsigned input)
{
    const struct survey *survey = truth->survey;
    uint32_t links[SCENE_POINTS] = {0};

    for (unsigned stop = 0; stop < truth->scene->stops; stop++) {
        const struct truth_leg *leg = truth_find(truth, connection, stop);

        if (leg != NULL)
            links[survey->points[leg->record->point].input] = leg->record->connection + 1;
    }
    return links[input] != 0 && links[input] == links[0];
}

/* How far the common time of an input is from that of the first, at a true time. */
static int64_t apart_ns(const struct truth *truth, unsigned input, int64_t at_ns)
{
    const struct clock *clocks = truth->survey->clocks;
    const struct scene_input *inputs = truth->scene->inputs;

    return llabs(clock_common(&clocks[input].map, scene_raw_time(&inputs[input], at_ns)) -
                 clock_common(&clocks[0].map, scene_raw_time(&inputs[0], at_ns)));
}

/* When a clock of the scene was set. */
static int64_t step_time(const struct scene *scene)
{
    for (unsigned i = 0; i < scene->inputs_count; i++)
        if (scene->inputs[i].clock.step_ns != 0)
            return scene->inputs[i].clock.step_at_ns;
    return INT64_MAX;
}

static void measure(struct crossings *crossings)
{
    const struct scene *scene = crossings->truth->scene;
    int64_t step_ns = step_time(scene);

    for (size_t i = 0; i < scene->sightings_count; i++) {
        const struct scene_sighting *sighting = &scene->sightings[i];
        const struct scene_packet *packet = &scene->packets[sighting->packet];
        int8_t *linked = &crossings->linked[packet->connection];
        int64_t away_ns;

        if (sighting->frame == 0 || input_of(scene, sighting) != crossings->input ||
            !(crossings->inputs[sighting->packet] & 1U))
            continue;
        if (*linked == 0)
            *linked = is_linked(crossings->truth, packet->connection, crossings->input) ? 1 : -1;
        if (*linked < 0)
            continue;
        crossings->count[sighting->at_ns >= step_ns]++;
        crossings->has_dir[packet->dir] = true;
        away_ns = apart_ns(crossings->truth, crossings->input, sighting->at_ns);
        if (away_ns > crossings->worst_ns)
            crossings->worst_ns = away_ns;
    }
}

static bool drifts(const struct scene *scene)
{
    for (unsigned i = 0; i < scene->inputs_count; i++)
        if (scene->inputs[i].clock.drift_ppb != 0)
            return true;
    return false;
}

static void judge(const struct crossings *crossings, struct tally *tally)
{
    const struct scene *scene = crossings->truth->scene;
    const struct clock *clock = &crossings->truth->survey->clocks[crossings->input];
    bool outside = crossings->worst_ns > clock->error_ns + NOISE_NS;
    enum tally_kind kind = drifts(scene)  ? TALLY_DRIFTING
                           : scene->whole ? TALLY_STEADY
                                          : TALLY_STEADY_PART;

    if (crossings->has_dir[TO_SERVER] && crossings->has_dir[TO_CLIENT])
        tally_add(tally, TALLY_UNBOUNDED, !clock->has_error);
    if (!clock->has_error)
        return;
    if (scene->has_step) {
        if (crossings->count[0] < CROSSINGS_NEEDED || crossings->count[1] < CROSSINGS_NEEDED)
            return;
        outside &= clock->method != CLOCK_STEP;
        kind = TALLY_STEPPED;
    }
    if (tally_add(tally, kind, outside))
        fprintf(tally->details,
                "# seed %" PRIu64 " (%s): %s: input %u (%s) is %" PRId64
                " ns off, and says %" PRId64 "; drift %" PRId64 " and %" PRId64
                " ppb, crossings %zu and %zu\n",
                scene->seed, scene_nat_name(scene->nat), tally_name(kind), crossings->input,
                clock_method_name(clock->method), crossings->worst_ns, clock->error_ns,
                scene->inputs[0].clock.drift_ppb, scene->inputs[crossings->input].clock.drift_ppb,
                crossings->count[0], crossings->count[1]);
}

void check_clocks(const struct truth *truth, struct tally *tally)
{
    const struct scene *scene = truth->scene;
    uint8_t *inputs = list_inputs(scene);

    for (unsigned i = 1; i < scene->inputs_count; i++) {
        struct crossings crossings = {
            .truth = truth,
            .input = i,
            .inputs = inputs,
            .linked = memory_zalloc(scene->connections_count),
        };

        measure(&crossings);
        if (crossings.count[0] + crossings.count[1] > 0)
            judge(&crossings, tally);
        free(crossings.linked);
    }
    free(inputs);
}
