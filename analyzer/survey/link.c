/* Which legs of different points are one connection, by their handshake.
 *
 * NAT changes addresses and ports; it keeps sequence numbers, and nearly always the options and
 * timestamps. Legs that share the client's ISN are compared pair by pair: any contradiction parts
 * them, and what agrees is counted in bits. Two legs are linked if each is the other's best, and
 * the only best, at its point: no link is better than a wrong one. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "survey/survey.h"

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

static bool same_endpoint(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && memcmp(&a->addr, &b->addr, sizeof a->addr) == 0;
}

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

    if (a->point == b->point)
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
        bits += same_endpoint(&a->client, &b->client) ? BITS_ENDPOINT : 0;
        bits += same_endpoint(&a->server, &b->server) ? BITS_ENDPOINT : 0;
    }
    return bits;
}

/* What is found about one group of legs with the same ISN. */
struct group {
    struct leg_record **legs;
    size_t count;
    size_t *parent; /* union-find over the legs */
    float *confidence;
    uint64_t ambiguous;
};

/* The best partner of leg `i` at `point`: its index, or `count` if there is none or no single
 * one. */
static size_t best_partner(const struct group *group, size_t i, uint32_t point, int *bits,
                           bool *ambiguous)
{
    size_t best = group->count;

    *bits = 0;
    *ambiguous = false;
    for (size_t k = 0; k < group->count; k++) {
        int agreed;

        if (k == i || group->legs[k]->point != point)
            continue;
        agreed = agreement(group->legs[i], group->legs[k]);
        if (agreed < BITS_NEEDED || agreed < *bits)
            continue;
        *ambiguous = agreed == *bits;
        *bits = agreed;
        best = k;
    }
    return *ambiguous ? group->count : best;
}

static size_t root_of(const struct group *group, size_t i)
{
    while (group->parent[i] != i)
        i = group->parent[i];
    return i;
}

/* Whether two sets of legs have a point in common: then they can't be one connection. */
static bool share_point(const struct group *group, size_t a, size_t b)
{
    for (size_t i = 0; i < group->count; i++)
        for (size_t k = 0; root_of(group, i) == a && k < group->count; k++)
            if (root_of(group, k) == b && group->legs[i]->point == group->legs[k]->point)
                return true;
    return false;
}

static float confidence_of(int bits)
{
    if (bits >= 3 * BITS_NUMBER)
        return 1.0f;
    return bits >= 2 * BITS_NUMBER ? 0.99f : 0.95f;
}

static void join(struct group *group, size_t a, size_t b, int bits)
{
    float confidence = confidence_of(bits);

    a = root_of(group, a);
    b = root_of(group, b);
    if (a == b)
        return;
    if (share_point(group, a, b)) {
        group->ambiguous++;
        return;
    }
    if (group->confidence[b] < confidence)
        confidence = group->confidence[b];
    if (group->confidence[a] > confidence)
        group->confidence[a] = confidence;
    group->parent[b] = a;
}

static void link_group(struct survey *survey, struct leg_record **legs, size_t count)
{
    struct group group = {.legs = legs, .count = count};

    if (count < 2)
        return;
    if (count > GROUP_MAX) {
        survey->ambiguous_legs += count;
        return;
    }
    group.parent = memory_alloc(count * sizeof *group.parent);
    group.confidence = memory_alloc(count * sizeof *group.confidence);
    for (size_t i = 0; i < count; i++) {
        group.parent[i] = i;
        group.confidence[i] = 1.0f;
    }
    for (size_t i = 0; i < count; i++) {
        for (uint32_t point = legs[i]->point + 1; point < survey->points_count; point++) {
            bool ambiguous, ambiguous_back;
            int bits, bits_back;
            size_t k = best_partner(&group, i, point, &bits, &ambiguous);

            group.ambiguous += ambiguous;
            if (k < count &&
                best_partner(&group, k, legs[i]->point, &bits_back, &ambiguous_back) == i)
                join(&group, i, k, bits);
        }
    }
    for (size_t i = 0; i < count; i++) {
        size_t root = root_of(&group, i);

        legs[i]->connection = legs[root]->connection;
        survey->links[legs[root]->connection].confidence = group.confidence[root];
    }
    survey->ambiguous_legs += group.ambiguous;
    free(group.parent);
    free(group.confidence);
}

static int compare_isns(const void *a, const void *b)
{
    const struct leg_record *x = *(struct leg_record *const *)a,
                            *y = *(struct leg_record *const *)b;

    if (x->has_isn[DIR_CLIENT] != y->has_isn[DIR_CLIENT])
        return x->has_isn[DIR_CLIENT] ? -1 : 1;
    if (x->has_isn[DIR_CLIENT] && x->isn[DIR_CLIENT] != y->isn[DIR_CLIENT])
        return x->isn[DIR_CLIENT] < y->isn[DIR_CLIENT] ? -1 : 1;
    if (x->point != y->point)
        return x->point < y->point ? -1 : 1;
    return x->number < y->number ? -1 : x->number > y->number;
}

static int compare_connections(const void *a, const void *b)
{
    const struct leg_record *x = *(struct leg_record *const *)a,
                            *y = *(struct leg_record *const *)b;

    if (x->connection != y->connection)
        return x->connection < y->connection ? -1 : 1;
    return x->point < y->point ? -1 : x->point > y->point;
}

/* Lists the legs of each connection one after the other. Numbers of legs that were joined to
 * another are left without legs. */
static void list_members(struct survey *survey)
{
    qsort(survey->members, survey->members_count, sizeof(struct leg_record *), compare_connections);
    for (size_t i = 0; i < survey->members_count; i++) {
        struct link *link = &survey->links[survey->members[i]->connection];

        if (link->legs++ == 0)
            link->first = i;
    }
}

void survey_link(struct survey *survey)
{
    size_t count = 0, start = 0;

    for (size_t i = 0; i < survey->points_count; i++)
        count += survey->points[i].legs_count;
    survey->members = memory_alloc(count * sizeof(struct leg_record *));
    survey->members_count = count;
    survey->links = memory_zalloc(count * sizeof *survey->links);
    survey->links_count = count;
    count = 0;
    for (size_t i = 0; i < survey->points_count; i++) {
        for (size_t k = 0; k < survey->points[i].legs_count; k++) {
            survey->points[i].legs[k].connection = (uint32_t)count;
            survey->members[count++] = &survey->points[i].legs[k];
        }
    }
    qsort(survey->members, count, sizeof(struct leg_record *), compare_isns);
    for (size_t i = 1; i <= count; i++) {
        if (!survey->members[start]->has_isn[DIR_CLIENT])
            break;
        if (i < count && survey->members[i]->has_isn[DIR_CLIENT] &&
            survey->members[i]->isn[DIR_CLIENT] == survey->members[start]->isn[DIR_CLIENT])
            continue;
        link_group(survey, &survey->members[start], i - start);
        start = i;
    }
    list_members(survey);
}
