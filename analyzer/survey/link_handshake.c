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

/* Legs with one client's ISN, by their index in the joint. */
struct group {
    const struct joint *joint;
    const size_t *legs;
    size_t count;
};

static const struct leg_record *leg_at(const struct group *group, size_t i)
{
    return group->joint->legs[group->legs[i]];
}

/* The best partner of leg `i` at `point`: its place in the group, or `count` if there is none or
 * no single one. */
static size_t best_partner(const struct group *group, size_t i, uint32_t point, int *bits,
                           bool *ambiguous)
{
    const struct leg_record *leg = leg_at(group, i);
    size_t best = group->count;

    *bits = 0;
    *ambiguous = false;
    for (size_t k = 0; k < group->count; k++) {
        int agreed;

        if (k == i || leg_at(group, k)->point != point)
            continue;
        agreed = agreement(leg, leg_at(group, k));
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

static uint64_t link_group(struct joint *joint, const size_t *legs, size_t count)
{
    struct group group = {.joint = joint, .legs = legs, .count = count};
    uint64_t apart = 0;

    if (count < 2)
        return 0;
    if (count > GROUP_MAX)
        return count;
    for (size_t i = 0; i < count; i++) {
        uint32_t former = UINT32_MAX;

        for (size_t k = 0; k < count; k++) {
            uint32_t point = leg_at(&group, k)->point;
            bool ambiguous, ambiguous_back;
            int bits, bits_back;
            size_t partner;

            /* The group is in the order of points: each is looked at once. */
            if (point == former || point < leg_at(&group, i)->point)
                continue;
            former = point;
            partner = best_partner(&group, i, point, &bits, &ambiguous);
            apart += ambiguous;
            if (partner < count && best_partner(&group, partner, leg_at(&group, i)->point,
                                                &bits_back, &ambiguous_back) == i)
                joint_join(joint, legs[i], legs[partner], LINK_HANDSHAKE, confidence_of(bits));
        }
    }
    return apart;
}

struct keyed {
    uint32_t isn;
    size_t leg;
};

static int compare_isns(const void *a, const void *b)
{
    const struct keyed *x = a, *y = b;

    if (x->isn != y->isn)
        return x->isn < y->isn ? -1 : 1;
    return x->leg < y->leg ? -1 : x->leg > y->leg;
}

uint64_t link_by_handshake(struct joint *joint)
{
    struct keyed *keyed = memory_alloc(joint->count * sizeof *keyed);
    size_t *group = memory_alloc(joint->count * sizeof *group);
    size_t count = 0, size = 0;
    uint64_t apart = 0;

    for (size_t i = 0; i < joint->count; i++)
        if (joint->legs[i]->has_isn[DIR_CLIENT])
            keyed[count++] = (struct keyed){joint->legs[i]->isn[DIR_CLIENT], i};
    qsort(keyed, count, sizeof *keyed, compare_isns);
    for (size_t i = 0; i < count; i++) {
        group[size++] = keyed[i].leg;
        if (i + 1 < count && keyed[i + 1].isn == keyed[i].isn)
            continue;
        apart += link_group(joint, group, size);
        size = 0;
    }
    free(group);
    free(keyed);
    return apart;
}
