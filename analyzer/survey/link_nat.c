/* What a NAT map says of the links: it joins legs that nothing else told, and contradicts what was
 * concluded without it. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "decode/address.h"
#include "survey/link.h"

enum {
    CONTRADICTIONS_TOLD = 20
};

/* A tuple that the map has, and the legs under it. */
struct named {
    const struct endpoint *client, *server; /* the map's */
    uint32_t legs;
    uint32_t leg; /* the last of them; only if there are any */
};

static int compare_tuples(const struct endpoint *client_a, const struct endpoint *server_a,
                          const struct endpoint *client_b, const struct endpoint *server_b)
{
    int order = memcmp(&client_a->addr, &client_b->addr, sizeof client_a->addr);

    if (order == 0)
        order = memcmp(&server_a->addr, &server_b->addr, sizeof server_a->addr);
    if (order == 0)
        order = (client_a->port > client_b->port) - (client_a->port < client_b->port);
    if (order == 0)
        order = (server_a->port > server_b->port) - (server_a->port < server_b->port);
    return order;
}

static int compare_named(const void *a, const void *b)
{
    const struct named *x = a, *y = b;

    return compare_tuples(x->client, x->server, y->client, y->server);
}

/* All tuples of the map in their order, each once. Caller frees. */
static struct named *list_named(const struct nat_map *map, size_t *count)
{
    struct named *names = memory_zalloc(2 * map->count * sizeof *names);
    size_t all = 0, kept = 0;

    for (size_t i = 0; i < map->count; i++) {
        const struct nat_entry *entry = &map->entries[i];

        names[all++] = (struct named){.client = &entry->client, .server = &entry->server};
        names[all++] = (struct named){.client = &entry->nat_client, .server = &entry->nat_server};
    }
    qsort(names, all, sizeof *names, compare_named);
    for (size_t i = 0; i < all; i++)
        if (kept == 0 || compare_named(&names[i], &names[kept - 1]) != 0)
            names[kept++] = names[i];
    *count = kept;
    return names;
}

static struct named *find_named(struct named *names, size_t count, const struct endpoint *client,
                                const struct endpoint *server)
{
    const struct named wanted = {.client = client, .server = server};

    return bsearch(&wanted, names, count, sizeof *names, compare_named);
}

/* Only one leg on either side, at different points, and nothing that speaks against it. */
static void join_entry(struct joint *joint, struct named *names, size_t count,
                       const struct nat_entry *entry)
{
    const struct named *inside = find_named(names, count, &entry->client, &entry->server);
    const struct named *outside = find_named(names, count, &entry->nat_client, &entry->nat_server);
    const struct leg_record *a, *b;

    if (inside->legs != 1 || outside->legs != 1)
        return;
    a = joint_leg(joint, inside->leg);
    b = joint_leg(joint, outside->leg);
    for (int dir = 0; dir < DIRS; dir++)
        if (a->options[dir].seen && b->options[dir].seen && a->isn[dir] != b->isn[dir])
            return;
    if (a->point != b->point)
        joint_join(joint, inside->leg, outside->leg, LINK_NAT_MAP, 0.9f);
}

void link_by_nat(struct joint *joint, const struct nat_map *map)
{
    size_t count;
    struct named *names = list_named(map, &count);

    for (uint32_t i = 0; i < joint->count && count > 0; i++) {
        const struct leg_record *leg = joint_leg(joint, i);
        struct named *named = find_named(names, count, &leg->client, &leg->server);

        if (named == NULL)
            continue;
        named->legs++;
        named->leg = i;
    }
    for (size_t i = 0; i < map->count; i++)
        join_entry(joint, names, count, &map->entries[i]);
    free(names);
}

/* Whether the map has `a`'s tuple, but never as the other side of `b`'s. */
static bool contradicts(const struct nat_map *map, const struct leg_record *a,
                        const struct leg_record *b)
{
    bool known = false;

    for (size_t i = 0; i < map->count; i++) {
        const struct nat_entry *entry = &map->entries[i];

        if (compare_tuples(&entry->client, &entry->server, &a->client, &a->server) != 0)
            continue;
        known = true;
        if (compare_tuples(&entry->nat_client, &entry->nat_server, &b->client, &b->server) == 0)
            return false;
    }
    return known;
}

static void print_tuple(const struct leg_record *leg, char *text, size_t size)
{
    char client[ADDRESS_TEXT], server[ADDRESS_TEXT];

    snprintf(text, size, "%s:%u > %s:%u", address_print(&leg->client.addr, leg->version, client),
             leg->client.port, address_print(&leg->server.addr, leg->version, server),
             leg->server.port);
}

void link_check_nat(struct survey *survey, const struct nat_map *map)
{
    unsigned told = 0;

    for (size_t i = 0; i < survey->links.count; i++) {
        const struct link *link = survey_link_at(survey, i);
        struct leg_record *const *legs = link->legs > 1 ? survey_members(survey, link) : NULL;

        for (uint32_t k = 0; k + 1 < link->legs; k++) {
            const struct leg_record *a = legs[k], *b = legs[k + 1];
            char inside[128], outside[128];

            if (compare_tuples(&a->client, &a->server, &b->client, &b->server) == 0 ||
                !contradicts(map, a, b) || told++ >= CONTRADICTIONS_TOLD)
                continue;
            print_tuple(a, inside, sizeof inside);
            print_tuple(b, outside, sizeof outside);
            remark_add(&survey->remarks, "nat-map",
                       "%s at %s is %s at %s by its %s, but the NAT map translates it otherwise",
                       inside, survey->points[a->point].name, outside,
                       survey->points[b->point].name, link_method_name(link->method));
        }
    }
    if (told > CONTRADICTIONS_TOLD)
        remark_add(&survey->remarks, "nat-map", "%u more links contradict the NAT map",
                   told - CONTRADICTIONS_TOLD);
}
