/* Legs by tuple: open addressing over slabs. */
#include <stdlib.h>
#include <string.h>

#define XXH_INLINE_ALL /* the key's size is known here: a third of the instructions */
#include <xxhash.h>

#include "base/memory.h"
#include "base/slab.h"
#include "survey/leg_life.h"
#include "survey/leg_queue.h"

enum {
    SLOTS_FIRST = 1024 /* a power of two */
};

struct slot {
    uint64_t hash;   /* of its key: spares most looks at the leg */
    struct leg *leg; /* NULL: free */
};

/* What the table keeps of each point. Their times are not comparable, so each has a queue. */
struct point_legs {
    uint32_t next_number;
    struct leg_queue queue;
};

struct leg_table {
    leg_retire_fn *retire;
    leg_quiet_fn *quiet; /* NULL: nobody asks */
    void *context;
    struct slot *slots;
    size_t slots_count, used;
    struct point_legs *points;
    size_t points_count;
    struct slab legs;
};

struct leg_table *leg_table_new(size_t leg_size, leg_retire_fn *retire, void *context)
{
    struct leg_table *table = memory_zalloc(sizeof *table);

    slab_init(&table->legs, leg_size);
    table->retire = retire;
    table->context = context;
    table->slots_count = SLOTS_FIRST;
    table->slots = memory_zalloc(table->slots_count * sizeof *table->slots);
    return table;
}

static int compare_legs(const void *a, const void *b)
{
    const struct leg *x = *(struct leg *const *)a, *y = *(struct leg *const *)b;

    if (x->key.point != y->key.point)
        return x->key.point < y->key.point ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static void retire_all(struct leg_table *table)
{
    struct leg **legs = memory_alloc(table->used * sizeof *legs);
    size_t count = 0;

    for (size_t i = 0; i < table->slots_count; i++)
        if (table->slots[i].leg != NULL)
            legs[count++] = table->slots[i].leg;
    qsort(legs, count, sizeof *legs, compare_legs);
    for (size_t i = 0; i < count; i++)
        table->retire(table->context, legs[i]);
    free(legs);
}

void leg_table_free(struct leg_table *table)
{
    if (table == NULL)
        return;
    if (table->retire != NULL)
        retire_all(table);
    slab_done(&table->legs);
    free(table->points);
    free(table->slots);
    free(table);
}

static struct leg *leg_new(struct leg_table *table)
{
    struct leg *leg = slab_take(&table->legs);

    memset(leg, 0, table->legs.size);
    return leg;
}

static void leg_release(struct leg_table *table, struct leg *leg)
{
    if (table->retire != NULL)
        table->retire(table->context, leg);
    slab_give(&table->legs, leg);
}

/* Fills the key of a tuple. True if `src` is its lower end. */
static bool make_key(struct leg_key *key, uint32_t point, uint8_t version,
                     const struct endpoint *src, const struct endpoint *dst)
{
    int order = memcmp(&src->addr, &dst->addr, sizeof src->addr);
    bool src_is_low = order != 0 ? order < 0 : src->port <= dst->port;
    const struct endpoint *low = src_is_low ? src : dst, *high = src_is_low ? dst : src;

    key->low = low->addr;
    key->high = high->addr;
    key->low_port = low->port;
    key->high_port = high->port;
    key->point = point;
    key->version = version;
    return src_is_low;
}

/* The slot that holds the key, or the free one where it belongs. */
static struct slot *find_slot(const struct leg_table *table, const struct leg_key *key,
                              uint64_t hash)
{
    size_t mask = table->slots_count - 1, at = (size_t)hash & mask;

    for (;; at = (at + 1) & mask) {
        struct slot *slot = &table->slots[at];

        if (slot->leg == NULL ||
            (slot->hash == hash && memcmp(&slot->leg->key, key, sizeof *key) == 0))
            return slot;
    }
}

static uint64_t hash_key(const struct leg_key *key)
{
    return XXH3_64bits(key, sizeof *key);
}

static void grow(struct leg_table *table)
{
    struct slot *old = table->slots;
    size_t old_count = table->slots_count;

    table->slots_count *= 2;
    table->slots = memory_zalloc(table->slots_count * sizeof *table->slots);
    for (size_t i = 0; i < old_count; i++)
        if (old[i].leg != NULL)
            *find_slot(table, &old[i].leg->key, old[i].hash) = old[i];
    free(old);
}

static struct point_legs *point_of(struct leg_table *table, uint32_t point)
{
    if (point >= table->points_count) {
        size_t count = (size_t)point + 1;

        table->points = memory_resize(table->points, count * sizeof *table->points);
        memset(table->points + table->points_count, 0,
               (count - table->points_count) * sizeof *table->points);
        table->points_count = count;
    }
    return &table->points[point];
}

/* Empties a slot and moves up those behind it that it had kept from their place. */
static void empty_slot(struct leg_table *table, struct slot *slot)
{
    size_t mask = table->slots_count - 1, hole = (size_t)(slot - table->slots), at = hole;

    for (;;) {
        size_t home;

        at = (at + 1) & mask;
        if (table->slots[at].leg == NULL)
            break;
        home = (size_t)table->slots[at].hash & mask;
        if (((at - home) & mask) < ((at - hole) & mask))
            continue; /* its place lies behind the hole */
        table->slots[hole] = table->slots[at];
        hole = at;
    }
    table->slots[hole].leg = NULL;
    table->used--;
}

static bool is_over(const struct leg *leg)
{
    return leg->rst || (leg->fin[DIR_CLIENT] && leg->fin[DIR_SERVER]) || leg->phase == LEG_SYN_SENT;
}

/* Lets go of the legs of a point of which nothing more can come. */
static void expire(struct leg_table *table, struct point_legs *point, int64_t now_ns)
{
    struct leg *leg;

    while ((leg = leg_queue_quiet(&point->queue, now_ns)) != NULL)
        if (table->quiet != NULL)
            table->quiet(table->context, leg);
    while ((leg = leg_queue_due(&point->queue, now_ns)) != NULL) {
        empty_slot(table, find_slot(table, &leg->key, hash_key(&leg->key)));
        leg_release(table, leg);
    }
}

void leg_table_on_quiet(struct leg_table *table, leg_quiet_fn *quiet)
{
    table->quiet = quiet;
}

size_t leg_table_count(const struct leg_table *table)
{
    return table->used;
}

static struct leg *begin(struct leg_table *table, struct slot *slot, const struct leg_key *key,
                         bool client_is_low, int64_t ts_ns)
{
    struct leg *former = slot->leg, *leg = leg_new(table);

    leg->key = *key;
    leg->client_is_low = client_is_low;
    leg->number = point_of(table, key->point)->next_number++;
    leg->first_ns = ts_ns;
    if (former != NULL) {
        leg->has_former = true;
        leg->former = former->number;
        leg->former_last_ns = former->last_ns;
        leg_queue_remove(&point_of(table, key->point)->queue, former);
        former->replaced = true;
        leg_release(table, former);
    }
    slot->leg = leg;
    return leg;
}

struct leg_hit leg_table_add(struct leg_table *table, uint32_t point, const struct packet *packet,
                             int64_t ts_ns)
{
    const struct segment *tcp = &packet->tcp;
    struct leg_hit hit = {0};
    struct leg_key key;
    bool src_is_low = make_key(&key, point, packet->version, &tcp->src, &tcp->dst);
    uint64_t hash = hash_key(&key);
    struct point_legs *legs = point_of(table, point);
    struct slot *slot;

    expire(table, legs, ts_ns);
    slot = find_slot(table, &key, hash);
    hit.leg = slot->leg;
    if (hit.leg != NULL)
        hit.dir = src_is_low == hit.leg->client_is_low ? DIR_CLIENT : DIR_SERVER;
    if (hit.leg == NULL || leg_begins(hit.leg, hit.dir, tcp)) {
        bool from_client = leg_sender_is_client(tcp);

        if (hit.leg == NULL) {
            if (++table->used * 4 > table->slots_count * 3) {
                grow(table);
                slot = find_slot(table, &key, hash);
            }
            slot->hash = hash;
        }
        hit.leg = begin(table, slot, &key, src_is_low == from_client, ts_ns);
        hit.dir = from_client ? DIR_CLIENT : DIR_SERVER;
        hit.is_new = true;
    }
    leg_take(hit.leg, hit.dir, tcp, ts_ns, &hit);
    leg_queue_remove(&legs->queue, hit.leg); /* 2MSL count from the last segment */
    if (is_over(hit.leg))
        leg_queue_add(&legs->queue, hit.leg, ts_ns);
    return hit;
}

struct leg *leg_table_find(const struct leg_table *table, uint32_t point, uint8_t version,
                           const struct endpoint *src, const struct endpoint *dst, int *dir)
{
    struct leg_key key;
    bool src_is_low = make_key(&key, point, version, src, dst);
    struct leg *leg = find_slot(table, &key, hash_key(&key))->leg;

    if (leg != NULL)
        *dir = src_is_low == leg->client_is_low ? DIR_CLIENT : DIR_SERVER;
    return leg;
}
