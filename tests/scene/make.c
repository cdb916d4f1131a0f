#include "scene/scene.h"

#include <stdlib.h>

#include "base/memory.h"
#include "scene/places.h"
#include "scene/record.h"
#include "scene/talk.h"
#include "scene/traffic.h"
#include "scene/translate.h"

bool scene_passes(const struct scene *scene, const struct scene_connection *connection,
                  unsigned stop)
{
    const struct scene_stop *at = &scene->stop[stop];

    return (at->only_host < 0 || (unsigned)at->only_host == connection->host) &&
           (at->only_server < 0 || (unsigned)at->only_server == connection->server);
}

static int compare_times(const void *a, const void *b)
{
    const struct scene_sighting *x = a, *y = b;

    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    if (x->packet != y->packet)
        return x->packet < y->packet ? -1 : 1;
    if (x->stop != y->stop)
        return x->stop < y->stop ? -1 : 1;
    if (x->copy != y->copy)
        return x->copy < y->copy ? -1 : 1;
    return (x->from > y->from) - (x->from < y->from);
}

struct scene *scene_make(uint64_t seed, bool exact)
{
    struct scene *scene = memory_zalloc(sizeof *scene);

    scene->seed = seed;
    scene->exact = exact;
    places_draw(scene);
    traffic_draw(scene);
    for (size_t i = 0; i < scene->connections_count; i++) {
        translate(scene, i);
        talk(scene, i);
    }
    qsort(scene->sightings, scene->sightings_count, sizeof *scene->sightings, compare_times);
    places_draw_times(scene);
    record_frames(scene);
    return scene;
}

void scene_free(struct scene *scene)
{
    if (scene == NULL)
        return;
    free(scene->connections);
    free(scene->packets);
    free(scene->sightings);
    free(scene);
}
