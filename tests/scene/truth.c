#include "scene/truth.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "packet/frame.h"

/* What a leg table tells legs by. No padding: it is compared as bytes. */
struct tuple_key {
    struct address low, high;
    uint16_t low_port, high_port;
    uint32_t point; /* of the survey */
};

/* The legs that had one tuple, one after the other. */
struct tenant {
    struct tuple_key key;
    uint32_t number;
    struct truth_leg *leg;
};

struct sorting {
    struct truth *truth;
    struct tenant *tenants;
};

static struct tuple_key make_key(uint32_t point, const struct endpoint *a, const struct endpoint *b)
{
    int order = memcmp(&a->addr, &b->addr, sizeof a->addr);
    bool a_is_low = order != 0 ? order < 0 : a->port <= b->port;
    const struct endpoint *low = a_is_low ? a : b, *high = a_is_low ? b : a;
    struct tuple_key key = {low->addr, high->addr, low->port, high->port, point};

    return key;
}

static struct endpoint endpoint_of(const struct scene_end *end)
{
    struct endpoint endpoint = {.port = end->port};

    inet_pton(end->version == 6 ? AF_INET6 : AF_INET, end->addr, endpoint.addr.bytes);
    return endpoint;
}

static int compare_tenants(const void *a, const void *b)
{
    const struct tenant *x = a, *y = b;
    int order = memcmp(&x->key, &y->key, sizeof x->key);

    if (order != 0)
        return order;
    return x->number < y->number ? -1 : x->number > y->number;
}

/* The point of the survey where a stop's frames are. */
static uint32_t survey_point_of(const struct truth *truth, unsigned stop)
{
    const struct scene_point *point = &truth->scene->points[truth->scene->stop[stop].point];

    for (size_t i = 0; i < truth->survey->points_count; i++)
        if (truth->survey->points[i].input == point->input &&
            truth->survey->points[i].ifindex == point->ifindex)
            return (uint32_t)i;
    abort(); /* whose frame was recorded has one */
}

/* The first leg that had a tuple. */
static struct tenant *first_tenant(const struct sorting *sorting, const struct tuple_key *key)
{
    size_t low = 0, high = sorting->truth->legs_count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (memcmp(&sorting->tenants[middle].key, key, sizeof *key) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    assert(low < sorting->truth->legs_count);
    return &sorting->tenants[low];
}

static struct tuple_key key_of(const struct truth *truth, const struct scene_sighting *sighting)
{
    const struct scene_packet *packet = &truth->scene->packets[sighting->packet];
    const struct scene_tuple *view =
        &truth->scene->connections[packet->connection].views[sighting->stop];
    struct endpoint client = endpoint_of(&view->client), server = endpoint_of(&view->server);

    return make_key(survey_point_of(truth, sighting->stop), &client, &server);
}

/* Whether a frame is the first of the leg that had its tuple next. */
static bool moves_on(const struct sorting *sorting, const struct tenant *tenant,
                     const struct scene_sighting *sighting)
{
    const struct tenant *next = tenant + 1, *end = sorting->tenants + sorting->truth->legs_count;

    return (sorting->truth->scene->packets[sighting->packet].flags & FRAME_SYN) && next < end &&
           memcmp(&next->key, &tenant->key, sizeof next->key) == 0 &&
           next->leg->record->first_ns == sighting->raw_ns;
}

static void note_frame(struct truth_leg *leg, const struct scene_sighting *sighting,
                       const struct scene_packet *packet)
{
    if (leg->frames++ == 0) {
        leg->connection = leg->another = packet->connection;
        leg->stop = sighting->stop;
    }
    if (packet->connection != leg->connection) {
        leg->another = packet->connection;
    } else if ((packet->flags & FRAME_SYN) && packet->dir == TO_SERVER) {
        if (!leg->has_syn)
            leg->first_syn = sighting->packet;
        leg->has_syn = true;
        leg->last_syn = sighting->packet;
    } else if (packet->flags & FRAME_SYN) {
        leg->has_synack = true;
    }
}

/* Which leg each frame belongs to: the one that has its tuple, until the next begins. */
static void sort_frames(struct sorting *sorting)
{
    struct truth *truth = sorting->truth;
    const struct scene *scene = truth->scene;
    size_t views = scene->connections_count * SCENE_STOPS;
    struct tenant **firsts = memory_zalloc(views * sizeof *firsts);
    struct tenant **now = memory_zalloc(truth->legs_count * sizeof *now); /* by the first */

    for (size_t i = 0; i < scene->sightings_count; i++) {
        const struct scene_sighting *sighting = &scene->sightings[i];
        const struct scene_packet *packet = &scene->packets[sighting->packet];
        struct tenant **first = &firsts[packet->connection * SCENE_STOPS + sighting->stop];
        struct tenant **tenant;

        if (sighting->frame == 0)
            continue;
        if (*first == NULL) {
            struct tuple_key key = key_of(truth, sighting);

            *first = first_tenant(sorting, &key);
        }
        tenant = &now[*first - sorting->tenants];
        if (*tenant == NULL)
            *tenant = *first;
        else if (moves_on(sorting, *tenant, sighting))
            ++*tenant;
        note_frame((*tenant)->leg, sighting, packet);
    }
    free(firsts);
    free(now);
}

void truth_init(struct truth *truth, const struct scene *scene, const struct survey *survey)
{
    struct sorting sorting = {.truth = truth};
    size_t count = 0;

    *truth = (struct truth){.scene = scene, .survey = survey};
    truth->first = memory_zalloc((survey->points_count + 1) * sizeof *truth->first);
    for (size_t i = 0; i < survey->points_count; i++)
        truth->first[i + 1] = truth->first[i] + survey->points[i].legs.count;
    truth->legs_count = truth->first[survey->points_count];
    truth->legs = memory_zalloc(truth->legs_count * sizeof *truth->legs);
    sorting.tenants = memory_zalloc(truth->legs_count * sizeof *sorting.tenants);
    for (size_t i = 0; i < survey->points_count; i++) {
        for (size_t k = 0; k < survey->points[i].legs.count; k++, count++) {
            const struct leg_record *record = survey_record(survey, (uint32_t)i, (uint32_t)k);

            truth->legs[count].record = record;
            sorting.tenants[count] =
                (struct tenant){make_key((uint32_t)i, &record->client, &record->server),
                                record->number, &truth->legs[count]};
        }
    }
    if (count > 0)
        qsort(sorting.tenants, count, sizeof *sorting.tenants, compare_tenants);
    sort_frames(&sorting);
    truth->sound = true;
    for (size_t i = 0; i < survey->links.count; i++)
        truth->sound &= truth_is_sound(truth, survey_link_at(survey, i));
    free(sorting.tenants);
}

void truth_done(struct truth *truth)
{
    free(truth->legs);
    free(truth->first);
}

static bool may_be_one(const struct truth_leg *a, const struct truth_leg *b)
{
    return a->connection == b->connection || a->connection == b->another ||
           a->another == b->connection || a->another == b->another;
}

bool truth_is_sound(const struct truth *truth, const struct link *link)
{
    struct leg_record *const *legs = survey_members(truth->survey, link);

    for (size_t i = 1; i < link->legs; i++)
        if (!may_be_one(truth_of(truth, legs[0]), truth_of(truth, legs[i])))
            return false;
    return true;
}

const struct truth_leg *truth_of(const struct truth *truth, const struct leg_record *record)
{
    return &truth->legs[truth->first[record->point] + record->number];
}

const struct truth_leg *truth_find(const struct truth *truth, size_t connection, unsigned stop)
{
    const struct truth_leg *found = NULL;

    for (size_t i = 0; i < truth->legs_count; i++) {
        const struct truth_leg *leg = &truth->legs[i];

        if (leg->connection == connection && leg->stop == stop && leg->frames > 0 &&
            (found == NULL || leg->frames > found->frames))
            found = leg;
    }
    return found;
}
