/* The way from one point to the next, in one direction: everything that was seen at its begin and
 * at its end is compared, first as it was, then as it was told. */
#include "scene/checks.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "packet/frame.h"
#include "scene/record.h"

/* A capture that recorded something so long before and after was surely running. */
static const int64_t MARGIN_NS = 100000000;

/* One sighting, and what is true and told of it. */
struct fate {
    const struct scene_sighting *sighting;
    const struct scene_packet *packet;
    uint32_t from, to; /* in sequence space, relative to the packet; equal for a bare ACK or RST */
    bool missing;      /* at the other side, all of it or a part */
    bool unrecorded;   /* it was there, and the capture did not run */
    bool told;
};

struct fates {
    struct fate *items;
    size_t count, capacity;
};

enum side {
    SIDE_SENT,
    SIDE_CAME,
    SIDES
};

/* The sightings of each connection, in the order of time. */
struct index {
    size_t *first; /* of each connection: where its sightings begin */
    size_t *sightings;
};

struct way {
    const struct truth *truth;
    const struct told_list *list;
    const struct index *index;
    const struct truth_leg *legs[SIDES];
    int dir;
    struct fates fates[SIDES];
    int64_t crossed_ns; /* when something had been recorded on both sides */
};

/* --- what was ----------------------------------------------------------------------------------
 */

static struct index make_index(const struct scene *scene)
{
    struct index index = {
        .first = memory_zalloc((scene->connections_count + 2) * sizeof *index.first),
        .sightings = memory_alloc(scene->sightings_count * sizeof *index.sightings),
    };

    for (size_t i = 0; i < scene->sightings_count; i++)
        index.first[scene->packets[scene->sightings[i].packet].connection + 2]++;
    for (size_t i = 2; i < scene->connections_count + 2; i++)
        index.first[i] += index.first[i - 1];
    /* Each count is of those before the connection, until its sightings have moved it on. */
    for (size_t i = 0; i < scene->sightings_count; i++) {
        uint32_t connection = scene->packets[scene->sightings[i].packet].connection;

        index.sightings[index.first[connection + 1]++] = i;
    }
    return index;
}

static void collect(struct way *way, enum side side)
{
    const struct scene *scene = way->truth->scene;
    uint32_t connection = way->legs[side]->connection;
    struct fates *fates = &way->fates[side];

    for (size_t i = way->index->first[connection]; i < way->index->first[connection + 1]; i++) {
        const struct scene_sighting *sighting = &scene->sightings[way->index->sightings[i]];
        const struct scene_packet *packet = &scene->packets[sighting->packet];
        struct fate *fate;

        if (packet->dir != way->dir || sighting->stop != way->legs[side]->stop)
            continue;
        fate = MEMORY_APPEND(fates->items, fates->count, fates->capacity);
        *fate = (struct fate){.sighting = sighting, .packet = packet};
        if (packet->flags & FRAME_RST)
            continue;
        fate->from = sighting->from;
        fate->to = sighting->to + ((packet->flags & FRAME_SYN) != 0);
        fate->to += (packet->flags & FRAME_FIN) && sighting->to == packet->len;
    }
}

static uint32_t overlap(const struct fate *a, const struct fate *b)
{
    uint32_t from = a->from > b->from ? a->from : b->from;
    uint32_t to = a->to < b->to ? a->to : b->to;

    return from < to ? to - from : 0;
}

/* Finds what of one side was not seen on the other. */
static void find_missing(struct way *way, enum side side)
{
    struct fates *here = &way->fates[side];
    const struct fates *there = &way->fates[!side];

    for (size_t i = 0; i < here->count; i++) {
        struct fate *fate = &here->items[i];
        uint32_t left = fate->to - fate->from;
        bool found = false;

        for (size_t k = 0; k < there->count; k++) {
            const struct fate *other = &there->items[k];
            uint32_t shared = overlap(fate, other);
            int64_t at_ns = fate->sighting->at_ns;

            if (other->packet != fate->packet || other->sighting->copy != fate->sighting->copy ||
                (shared == 0 && left > 0))
                continue;
            found = true;
            left -= shared;
            fate->unrecorded |= other->sighting->frame == 0;
            at_ns = other->sighting->at_ns > at_ns ? other->sighting->at_ns : at_ns;
            if (fate->sighting->frame != 0 && other->sighting->frame != 0 &&
                at_ns < way->crossed_ns)
                way->crossed_ns = at_ns;
        }
        fate->missing = !found || left > 0;
    }
}

/* --- what was told -----------------------------------------------------------------------------
 */

/* The first of the list that is about a sighting, or about a later one. */
static size_t first_told(const struct told_list *list, size_t sighting)
{
    size_t low = 0, high = list->count;

    while (low < high) {
        size_t middle = (low + high) / 2;

        if (list->items[middle].sighting < sighting)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static void find_told(struct way *way, enum side side)
{
    uint32_t absent = way->legs[!side]->record->point;

    for (size_t i = 0; i < way->fates[side].count; i++) {
        struct fate *fate = &way->fates[side].items[i];
        size_t sighting = (size_t)(fate->sighting - way->truth->scene->sightings);
        const struct told *told = &way->list->items[first_told(way->list, sighting)];
        const struct told *end = way->list->items + way->list->count;

        for (; told < end && told->sighting == sighting; told++)
            fate->told |= told->injected == (side == SIDE_CAME) && told->absent == absent;
    }
}

/* --- both --------------------------------------------------------------------------------------
 */

/* Whether the two look the same but for when they came and their IP-ID, which is often 0: one may
 * be taken for the other. */
static bool are_twins(const struct way *way, const struct fate *a, const struct fate *b)
{
    const struct scene *scene = way->truth->scene;
    const struct scene_packet *x = a->packet, *y = b->packet;
    bool empty = a->from == a->to;
    bool stamped = true;

    if (((x->flags ^ y->flags) & FRAME_RST) || empty != (b->from == b->to))
        return false;
    for (int side = 0; side < SIDES; side++)
        stamped &= record_keeps_timestamps(scene, x, way->legs[side]->stop) &&
                   record_keeps_timestamps(scene, y, way->legs[side]->stop);
    if (stamped && (x->tsval != y->tsval || (empty && x->tsecr != y->tsecr)))
        return false;
    if (empty)
        return x->seq == y->seq && x->ack == y->ack && !((x->flags ^ y->flags) & FRAME_ACK);
    return (int32_t)(x->seq + a->from - (y->seq + b->to)) < 0 &&
           (int32_t)(y->seq + b->from - (x->seq + a->to)) < 0;
}

typedef bool fate_is(const struct fate *fate);

static bool is_missing(const struct fate *fate)
{
    return fate->missing;
}

static bool is_unrecorded(const struct fate *fate)
{
    return fate->unrecorded;
}

static bool is_told(const struct fate *fate)
{
    return fate->told;
}

/* Whether that is so for a fate, or for one that it may be taken for. */
static bool may_be(const struct way *way, enum side side, const struct fate *fate, fate_is *is)
{
    const struct fates *fates = &way->fates[side];

    for (size_t i = 0; i < fates->count; i++)
        if (is(&fates->items[i]) && are_twins(way, fate, &fates->items[i]))
            return true;
    return false;
}

/* Whether a point surely recorded at a time. */
static bool records_at(const struct scene *scene, unsigned stop, int64_t at_ns)
{
    unsigned input = scene->points[scene->stop[stop].point].input;
    bool before = false, after = false;

    for (size_t i = 0; i < scene->sightings_count && !(before && after); i++) {
        const struct scene_sighting *sighting = &scene->sightings[i];

        if (sighting->frame == 0 || scene->points[scene->stop[sighting->stop].point].input != input)
            continue;
        before |= sighting->at_ns < at_ns - MARGIN_NS;
        after |= sighting->at_ns > at_ns + MARGIN_NS;
    }
    return before && after;
}

/* Whether it must be told. Where one twin was lost and another was made, nothing is to be seen;
 * and a packet that the network doubled may be taken for one that was recorded twice. */
static bool is_provable(const struct way *way, enum side side, const struct fate *fate)
{
    return fate->missing && fate->sighting->at_ns > way->crossed_ns &&
           (side == SIDE_SENT || fate->packet->injected) &&
           records_at(way->truth->scene, way->legs[!side]->stop, fate->sighting->at_ns) &&
           !may_be(way, (enum side) !side, fate, is_missing);
}

static void describe(const struct way *way, enum side side, const struct fate *fate,
                     const char *what, FILE *out)
{
    static const char *const events[SIDES] = {"not-forwarded", "injected"};
    const struct scene *scene = way->truth->scene;
    unsigned from = way->legs[SIDE_SENT]->stop, to = way->legs[SIDE_CAME]->stop;

    fprintf(out,
            "# seed %" PRIu64 " (%s): %s %s, connection %u, %s to %s (stops %u, %u), frame %u,"
            " seq %u, %u bytes, flags %u\n",
            scene->seed, scene_nat_name(scene->nat), events[side], what, fate->packet->connection,
            scene->points[scene->stop[from].point].name, scene->points[scene->stop[to].point].name,
            from, to, fate->sighting->frame, fate->packet->seq + fate->from, fate->to - fate->from,
            fate->packet->flags);
}

static void judge(const struct way *way, enum side side, struct tally *tally)
{
    static const enum tally_kind wrong[2][SIDES] =
        {
            {TALLY_LOST,         TALLY_MADE        },
            {TALLY_LOST_DOUBLED, TALLY_MADE_DOUBLED}
    },
                                 edge[] = {TALLY_LOST_EDGE, TALLY_MADE_EDGE},
                                 said[] = {TALLY_LOST_SAID, TALLY_MADE_SAID};

    for (size_t i = 0; i < way->fates[side].count; i++) {
        const struct fate *fate = &way->fates[side].items[i];

        if (fate->sighting->frame == 0)
            continue;
        if (fate->told) {
            bool right = may_be(way, side, fate, is_missing);
            bool unrecorded = !right && may_be(way, side, fate, is_unrecorded);

            if (tally_add(tally, edge[side], unrecorded))
                describe(way, side, fate, "at the edge", tally->details);
            if (tally_add(tally, wrong[way->truth->scene->doubles][side], !right && !unrecorded))
                describe(way, side, fate, "and is not", tally->details);
        }
        if (is_provable(way, side, fate) &&
            tally_add(tally, said[side], !may_be(way, side, fate, is_told)))
            describe(way, side, fate, "and not told", tally->details);
    }
}

/* The way from `near` to `far` if `dir` is that to the server, else back. */
static void check_way(const struct way *common, const struct truth_leg *near,
                      const struct truth_leg *far, int dir, struct tally *tally)
{
    struct way way = *common;

    way.legs[SIDE_SENT] = dir == TO_SERVER ? near : far;
    way.legs[SIDE_CAME] = dir == TO_SERVER ? far : near;
    way.dir = dir;
    way.crossed_ns = INT64_MAX;
    for (enum side side = 0; side < SIDES; side++)
        collect(&way, side);
    for (enum side side = 0; side < SIDES; side++) {
        find_missing(&way, side);
        find_told(&way, side);
    }
    for (enum side side = 0; side < SIDES; side++)
        judge(&way, side, tally);
    for (enum side side = 0; side < SIDES; side++)
        free(way.fates[side].items);
}

/* Whether a segment can be known again on the other side: its numbers are all that it is known
 * by. */
static bool keeps_numbers(const struct scene *scene, const struct truth_leg *near,
                          const struct truth_leg *far)
{
    for (unsigned hop = near->stop + 1U; hop <= far->stop; hop++)
        if (scene->hop[hop].renumbers)
            return false;
    return near->stop < far->stop;
}

void check_events(const struct truth *truth, const struct told_list *list, struct tally *tally)
{
    const struct survey *survey = truth->survey;
    struct index index = make_index(truth->scene);
    struct way way = {.truth = truth, .list = list, .index = &index};

    for (size_t i = 0; i < survey->links.count; i++) {
        const struct link *link = survey_link_at(survey, i);
        struct leg_record *const *legs = survey_members(survey, link);

        for (size_t k = 1; k < link->legs; k++) {
            const struct truth_leg *near = truth_of(truth, legs[k - 1]);
            const struct truth_leg *far = truth_of(truth, legs[k]);

            for (int dir = 0; dir < SCENE_DIRS && keeps_numbers(truth->scene, near, far); dir++)
                check_way(&way, near, far, dir, tally);
        }
    }
    free(index.first);
    free(index.sightings);
}
