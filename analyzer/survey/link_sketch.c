/* Which legs are one connection, by segments that both saw. For what the handshake did not link:
 * captures that began mid-connection, and devices that rewrite sequence numbers. */
#include <stdlib.h>

#include "base/memory.h"
#include "decode/address.h"
#include "survey/link.h"
#include "survey/sketch.h"

enum {
    AGREEMENTS_NEEDED = 4, /* segments; one less for each end that has the same address and port */
    CONTENT_NEEDED = 8,    /* of content alone, unless both ends are the same */
    RIVAL_FACTOR = 4,      /* another partner may agree in a quarter as many at most */
    SHARED_MAX = 16,       /* legs with one fingerprint: more is no fingerprint */
};

/* A fingerprint, and the leg that has it. */
struct entry {
    uint64_t hash;
    uint32_t leg;
};

/* Two legs and how many fingerprints they share. */
struct pair {
    uint32_t a, b;
    unsigned agreed;
};

struct pairs {
    struct pair *items;
    size_t count, capacity;
};

static int compare_entries(const void *a, const void *b)
{
    const struct entry *x = a, *y = b;

    if (x->hash != y->hash)
        return x->hash < y->hash ? -1 : 1;
    return x->leg < y->leg ? -1 : x->leg > y->leg;
}

static int compare_pairs(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->a != y->a)
        return x->a < y->a ? -1 : 1;
    return x->b < y->b ? -1 : x->b > y->b;
}

static int compare_agreed(const void *a, const void *b)
{
    const struct pair *x = a, *y = b;

    if (x->agreed != y->agreed)
        return x->agreed > y->agreed ? -1 : 1;
    return compare_pairs(a, b);
}

/* All fingerprints of the given classes, in the order of their hashes. Caller frees. */
static struct entry *list_entries(const struct joint *joint, int first_class, int last_class,
                                  size_t *count)
{
    struct entry *entries = NULL;
    size_t capacity = 0;

    *count = 0;
    for (uint32_t i = 0; i < joint->count && joint->survey->sketches.count > 0; i++) {
        const struct sketch *sketch = survey_sketch(joint->survey, joint_leg(joint, i));

        for (int kind = first_class; sketch != NULL && kind <= last_class; kind++) {
            for (int dir = 0; dir < DIRS; dir++) {
                for (unsigned k = 0; k < sketch->count[kind][dir]; k++) {
                    struct entry *entry;

                    if (sketch->kept[kind][dir][k].repeated)
                        continue;
                    entry = MEMORY_APPEND(entries, *count, capacity);
                    entry->hash = sketch->kept[kind][dir][k].hash;
                    entry->leg = i;
                }
            }
        }
    }
    if (*count > 0)
        qsort(entries, *count, sizeof *entries, compare_entries);
    return entries;
}

static uint32_t point_of(const struct joint *joint, uint32_t leg)
{
    return joint_place(joint, leg).point;
}

/* What several legs of one point have tells none of them. */
static bool is_unique(const struct joint *joint, const struct entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        for (size_t k = i + 1; k < count; k++)
            if (point_of(joint, entries[i].leg) == point_of(joint, entries[k].leg))
                return false;
    return true;
}

/* Whether the leg's connection was seen at `point` already. */
static bool is_linked_to(const struct joint *joint, uint32_t leg, uint32_t point)
{
    for (uint32_t i = joint_node(joint, leg)->root;; i = joint_node(joint, i)->next) {
        if (point_of(joint, i) == point)
            return true;
        if (i == joint_node(joint, i)->next)
            return false;
    }
}

static void add_pairs(struct pairs *pairs, const struct joint *joint, const struct entry *entries,
                      size_t count)
{
    for (size_t i = 0; i < count && count <= SHARED_MAX; i++) {
        for (size_t k = i + 1; k < count; k++) {
            struct pair *pair;

            if (joint_is_one(joint, entries[i].leg, entries[k].leg))
                continue;
            pair = MEMORY_APPEND(pairs->items, pairs->count, pairs->capacity);
            *pair = (struct pair){entries[i].leg, entries[k].leg, 1};
        }
    }
}

/* Counts equal pairs together. */
static void sum_pairs(struct pairs *pairs)
{
    size_t kept = 0;

    if (pairs->count == 0)
        return;
    qsort(pairs->items, pairs->count, sizeof *pairs->items, compare_pairs);
    for (size_t i = 1; i < pairs->count; i++) {
        if (compare_pairs(&pairs->items[i], &pairs->items[kept]) == 0)
            pairs->items[kept].agreed++;
        else
            pairs->items[++kept] = pairs->items[i];
    }
    pairs->count = kept + 1;
    qsort(pairs->items, pairs->count, sizeof *pairs->items, compare_agreed);
}

/* Roles may have been guessed differently. */
static unsigned agreements_needed(const struct leg_record *a, const struct leg_record *b,
                                  bool numbers_kept)
{
    unsigned straight = (unsigned)endpoint_equal(&a->client, &b->client) +
                        (unsigned)endpoint_equal(&a->server, &b->server);
    unsigned crossed = (unsigned)endpoint_equal(&a->client, &b->server) +
                       (unsigned)endpoint_equal(&a->server, &b->client);
    unsigned same;

    same = straight > crossed ? straight : crossed;
    if (!numbers_kept && same < 2)
        return CONTENT_NEEDED;
    return AGREEMENTS_NEEDED - same;
}

/* Handshakes that both saw and that differ part two legs, whatever segments they share. Where a
 * device rewrites the numbers, the timestamps of a SYN that was sent once still have to agree. */
static bool contradict(const struct leg_record *a, const struct leg_record *b, bool numbers_kept)
{
    const struct handshake_sample *x = &a->samples[SAMPLE_SYN], *y = &b->samples[SAMPLE_SYN];

    /* One host may send SYNs that are alike but for their ports. */
    if (a->point == b->point && a->has_isn[DIR_CLIENT] && b->has_isn[DIR_CLIENT] &&
        (!a->has_isn[DIR_SERVER] || !b->has_isn[DIR_SERVER]))
        return true;
    for (int dir = 0; dir < DIRS && numbers_kept; dir++)
        if (a->options[dir].seen && b->options[dir].seen && a->isn[dir] != b->isn[dir])
            return true;
    return x->copies == 1 && y->copies == 1 && x->has_tsval && y->has_tsval && x->tsval != y->tsval;
}

/* Whether another partner of `leg` at the same point as `partner` comes near to `agreed`. */
static bool has_rival(const struct pairs *pairs, const struct joint *joint, uint32_t leg,
                      uint32_t partner, unsigned agreed)
{
    for (size_t i = 0; i < pairs->count; i++) {
        const struct pair *pair = &pairs->items[i];
        uint32_t other;

        if (pair->agreed * RIVAL_FACTOR < agreed)
            return false; /* in falling order: no more comes */
        if (pair->a != leg && pair->b != leg)
            continue;
        other = pair->a == leg ? pair->b : pair->a;
        if (other != partner && point_of(joint, other) == point_of(joint, partner) &&
            !joint_is_one(joint, other, partner))
            return true;
    }
    return false;
}

static uint64_t link_classes(struct joint *joint, int first_class, int last_class,
                             enum link_method method, bool numbers_kept)
{
    struct pairs pairs = {0};
    size_t count, start = 0;
    struct entry *entries = list_entries(joint, first_class, last_class, &count);
    uint64_t apart = 0;

    for (size_t i = 0; i < count; i++) {
        if (i + 1 < count && entries[i + 1].hash == entries[i].hash)
            continue;
        if (numbers_kept ||
            (i + 1 - start <= SHARED_MAX && is_unique(joint, &entries[start], i + 1 - start)))
            add_pairs(&pairs, joint, &entries[start], i + 1 - start);
        start = i + 1;
    }
    sum_pairs(&pairs);
    for (size_t i = 0; i < pairs.count; i++) {
        const struct pair *pair = &pairs.items[i];
        const struct leg_record *a = joint_leg(joint, pair->a), *b = joint_leg(joint, pair->b);

        if (pair->agreed < agreements_needed(a, b, numbers_kept))
            continue;
        if (contradict(a, b, numbers_kept))
            continue;
        if (!numbers_kept &&
            (is_linked_to(joint, pair->a, b->point) || is_linked_to(joint, pair->b, a->point)))
            continue;
        if (has_rival(&pairs, joint, pair->a, pair->b, pair->agreed) ||
            has_rival(&pairs, joint, pair->b, pair->a, pair->agreed))
            apart++;
        else
            joint_join(joint, pair->a, pair->b, method, pair->agreed >= 16 ? 0.99f : 0.9f);
    }
    free(pairs.items);
    free(entries);
    return apart;
}

uint64_t link_by_sketch(struct joint *joint)
{
    uint64_t apart = link_classes(joint, SKETCH_EXACT, SKETCH_BYTE, LINK_FINGERPRINT, true);

    return apart + link_classes(joint, SKETCH_CONTENT, SKETCH_CONTENT, LINK_PAYLOAD, false);
}
