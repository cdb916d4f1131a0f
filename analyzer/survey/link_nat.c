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

/* A leg under its tuple. */
struct named {
    const struct leg_record *record;
    size_t leg;
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
    int order = compare_tuples(&x->record->client, &x->record->server, &y->record->client,
                               &y->record->server);

    return order != 0 ? order : (x->leg > y->leg) - (x->leg < y->leg);
}

/* The legs with one tuple: the first, and how many. */
static size_t find_named(const struct named *names, size_t count, const struct endpoint *client,
                         const struct endpoint *server, size_t *found)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (compare_tuples(&names[middle].record->client, &names[middle].record->server, client,
                           server) < 0)
            low = middle + 1;
        else
            high = middle;
    }
    for (*found = 0; low + *found < count; ++*found)
        if (compare_tuples(&names[low + *found].record->client, &names[low + *found].record->server,
                           client, server) != 0)
            break;
    return low;
}

/* Only one leg on either side, at different points, and nothing that speaks against it. */
static void join_entry(struct joint *joint, const struct named *names, size_t count,
                       const struct nat_entry *entry)
{
    size_t inside_count, outside_count;
    size_t inside = find_named(names, count, &entry->client, &entry->server, &inside_count);
    size_t outside =
        find_named(names, count, &entry->nat_client, &entry->nat_server, &outside_count);
    const struct leg_record *a, *b;

    if (inside_count != 1 || outside_count != 1)
        return;
    a = names[inside].record;
    b = names[outside].record;
    for (int dir = 0; dir < DIRS; dir++)
        if (a->options[dir].seen && b->options[dir].seen && a->isn[dir] != b->isn[dir])
            return;
    if (a->point != b->point)
        joint_join(joint, names[inside].leg, names[outside].leg, LINK_NAT_MAP, 0.9f);
}

void link_by_nat(struct joint *joint, const struct nat_map *map)
{
    struct named *names = memory_alloc(joint->count * sizeof *names);

    for (size_t i = 0; i < joint->count; i++)
        names[i] = (struct named){joint->legs[i], i};
    qsort(names, joint->count, sizeof *names, compare_named);
    for (size_t i = 0; i < map->count; i++)
        join_entry(joint, names, joint->count, &map->entries[i]);
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

    for (size_t i = 0; i < survey->links_count; i++) {
        struct leg_record **legs = &survey->members[survey->links[i].first];

        for (uint32_t k = 0; k + 1 < survey->links[i].legs; k++) {
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
                       survey->points[b->point].name, link_method_name(survey->links[i].method));
        }
    }
    if (told > CONTRADICTIONS_TOLD)
        remark_add(&survey->remarks, "nat-map", "%u more links contradict the NAT map",
                   told - CONTRADICTIONS_TOLD);
}
