/* Which legs of different points are one connection, by their handshake.
 *
 * NAT changes addresses and ports; it keeps sequence numbers, and nearly always the options and
 * timestamps. Legs that share the client's ISN are compared pair by pair: any contradiction parts
 * them, and what agrees is counted in bits. Two legs are linked if each is the other's best, and
 * the only best, at its point: no link is better than a wrong one. */
#include <stdlib.h>

#include "base/memory.h"
#include "decode/address.h"
#include "survey/link.h"

enum {
    BITS_NUMBER = 32,   /* a sequence number or TSval that agrees */
    BITS_ENDPOINT = 24, /* an address and port: near to unique, but for proxies */
    BITS_OPTIONS = 4,   /* there are few sets of options in one network */
    BITS_NEEDED = BITS_NUMBER + BITS_ENDPOINT, /* the client's ISN and one thing more */
    GROUP_MAX = 1024, /* legs with one ISN: more is a generator, not a network */
};

enum {
    CONTRADICTION = -1
};

/* A repeated SYN has a new TSval. Timestamp clocks tick at most once in a millisecond (RFC 7323
 * §5.4), and SYNs are repeated for about two minutes. */
enum {
    TSVAL_REPEAT_MAX = 180 * 1000
};

static int agreement_of_tsval(const struct leg_record *a, const struct leg_record *b, int which)
{
    const struct handshake_sample *x = &a->samples[which], *y = &b->samples[which];
    int32_t apart;

    if (x->copies == 0 || y->copies == 0 || !x->has_tsval || !y->has_tsval)
        return 0;
    if (x->tsval == y->tsval)
        return BITS_NUMBER;
    apart = (int32_t)(x->tsval - y->tsval);
    if (apart > TSVAL_REPEAT_MAX || apart < -TSVAL_REPEAT_MAX)
        return CONTRADICTION;
    /* One point missed a copy that the other saw. */
    return x->copies > 1 || y->copies > 1 ? BITS_NUMBER / 2 : CONTRADICTION;
}

static int agreement_of_options(const struct syn_options *a, const struct syn_options *b)
{
    if (!a->seen || !b->seen)
        return 0;
    /* A clamped MSS or a stripped option is no contradiction: devices on the way do that. */
    return a->mss == b->mss && a->wscale == b->wscale && a->sack == b->sack &&
                   a->timestamps == b->timestamps
               ? BITS_OPTIONS
               : 0;
}

/* How many bits of two legs with the same client's ISN agree, or CONTRADICTION. */
static int agreement(const struct leg_record *a, const struct leg_record *b)
{
    int bits = BITS_NUMBER;

    /* Both sides of a NAT in one capture show the same answer; two connections of one host may
     * share all that their SYNs have. */
    if (a->point == b->point && (!a->has_isn[DIR_SERVER] || !b->has_isn[DIR_SERVER]))
        return CONTRADICTION;
    if (a->has_isn[DIR_SERVER] && b->has_isn[DIR_SERVER]) {
        if (a->isn[DIR_SERVER] != b->isn[DIR_SERVER])
            return CONTRADICTION;
        bits += BITS_NUMBER;
    }
    for (int which = SAMPLE_SYN; which <= SAMPLE_SYNACK; which++) {
        int tsval = agreement_of_tsval(a, b, which);

        if (tsval == CONTRADICTION)
            return CONTRADICTION;
        bits += tsval;
    }
    bits += agreement_of_options(&a->options[DIR_CLIENT], &b->options[DIR_CLIENT]);
    if (a->version == b->version) {
        bits += endpoint_equal(&a->client, &b->client) ? BITS_ENDPOINT : 0;
        bits += endpoint_equal(&a->server, &b->server) ? BITS_ENDPOINT : 0;
    }
    return bits;
}

/* Legs with one client's ISN, in the order of points. */
struct group {
    uint32_t legs[GROUP_MAX]; /* by their index in the joint */
    const struct leg_record *records[GROUP_MAX];
    size_t count;
};

/* The best partner of leg `i` at `point`: its place in the group, or `count` if there is none or
 * no single one. */
static size_t best_partner(const struct group *group, size_t i, uint32_t point, int *bits,
                           bool *ambiguous)
{
    size_t best = group->count;

    *bits = 0;
    *ambiguous = false;
    for (size_t k = 0; k < group->count; k++) {
        int agreed;

        if (k == i || group->records[k]->point != point)
            continue;
        agreed = agreement(group->records[i], group->records[k]);
        if (agreed < BITS_NEEDED || agreed < *bits)
            continue;
        *ambiguous = agreed == *bits;
        *bits = agreed;
        best = k;
    }
    return *ambiguous ? group->count : best;
}

static float confidence_of(int bits)
{
    if (bits >= 3 * BITS_NUMBER)
        return 1.0f;
    return bits >= 2 * BITS_NUMBER ? 0.99f : 0.95f;
}

/* Returns how many of the group's legs have more than one partner that is as good. */
static uint64_t link_group(struct joint *joint, struct group *group)
{
    uint64_t apart = 0;

    for (size_t i = 0; i < group->count; i++)
        group->records[i] = joint_leg(joint, group->legs[i]);
    for (size_t i = 0; i < group->count; i++) {
        uint32_t own = group->records[i]->point, former = UINT32_MAX;

        for (size_t k = 0; k < group->count; k++) {
            uint32_t point = group->records[k]->point;
            bool ambiguous, ambiguous_back;
            int bits, bits_back;
            size_t partner;

            /* The group is in the order of points: each is looked at once. */
            if (point == former || point < own)
                continue;
            former = point;
            partner = best_partner(group, i, point, &bits, &ambiguous);
            apart += ambiguous;
            if (partner < group->count &&
                best_partner(group, partner, own, &bits_back, &ambiguous_back) == i)
                joint_join(joint, group->legs[i], group->legs[partner], LINK_HANDSHAKE,
                           confidence_of(bits));
        }
    }
    return apart;
}

/* What is sorted: a key above, an index below. */
static void add_keyed(struct spill_array *array, uint32_t key, uint32_t leg)
{
    *(uint64_t *)spill_append(array) = (uint64_t)key << 32 | leg;
}

static uint32_t key_at(const struct spill_array *array, size_t i)
{
    return (uint32_t)(*(const uint64_t *)spill_at(array, i) >> 32);
}

static uint32_t leg_at(const struct spill_array *array, size_t i)
{
    return (uint32_t) * (const uint64_t *)spill_at(array, i);
}

/* How many entries from `first` on have its key. */
static size_t run_at(const struct spill_array *array, size_t first)
{
    size_t count = 1;

    while (first + count < array->count && key_at(array, first + count) == key_at(array, first))
        count++;
    return count;
}

/* The legs that share their client's ISN with another, each under the first leg that has it, in the
 * order of those: so the records are walked through once, and not in the order of random numbers.
 * Returns how many legs are too many of one kind. */
static uint64_t list_groups(const struct joint *joint, struct spill_array *groups)
{
    struct spill_array isns;
    uint64_t apart = 0;

    spill_array_init(&isns, joint->survey->spill, sizeof(uint64_t));
    for (uint32_t i = 0; i < joint->count; i++) {
        const struct leg_record *leg = joint_leg(joint, i);

        if (leg->has_isn[DIR_CLIENT])
            add_keyed(&isns, leg->isn[DIR_CLIENT], i);
    }
    spill_sort(&isns);
    for (size_t first = 0, count; first < isns.count; first += count) {
        count = run_at(&isns, first);
        if (count > GROUP_MAX)
            apart += count;
        for (size_t i = 0; count > 1 && count <= GROUP_MAX && i < count; i++)
            add_keyed(groups, leg_at(&isns, first), leg_at(&isns, first + i));
    }
    spill_array_done(&isns);
    spill_sort(groups);
    return apart;
}

uint64_t link_by_handshake(struct joint *joint)
{
    struct group *group = memory_alloc(sizeof *group);
    struct spill_array groups;
    uint64_t apart;

    spill_array_init(&groups, joint->survey->spill, sizeof(uint64_t));
    apart = list_groups(joint, &groups);
    for (size_t first = 0; first < groups.count; first += group->count) {
        group->count = run_at(&groups, first);
        for (size_t i = 0; i < group->count; i++)
            group->legs[i] = leg_at(&groups, first + i);
        apart += link_group(joint, group);
    }
    spill_array_done(&groups);
    free(group);
    return apart;
}
