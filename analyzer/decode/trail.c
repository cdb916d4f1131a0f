#include "decode/trail.h"

#include <stddef.h>

#include "decode/numbers.h"

enum {
    TCP_OFFSET_END = 13, /* so much of a TCP header tells how long it is */
    TCP_HEADER_MIN = 20,
    ICMP_HEADER = 8,
    TWO_ADDRESSES = 12
};

uint32_t trail_least(const struct trail_layer *layer)
{
    switch (layer->kind) {
    case TRAIL_IP:
        return layer->header_len;
    case TRAIL_ETHERNET:
        return TWO_ADDRESSES;
    case TRAIL_UDP:
    case TRAIL_ICMP:
        return ICMP_HEADER; /* UDP's is as long */
    default:
        return 4;
    }
}

static struct trail_layer *add(struct trail *trail, enum trail_kind kind, const uint8_t *start,
                               uint32_t sent)
{
    struct trail_layer *layer = &trail->layers[trail->count];

    if (trail->count == TRAIL_MAX)
        return NULL;
    trail->count++;
    *layer = (struct trail_layer){.kind = (uint8_t)kind,
                                  .quoted = trail->quoted,
                                  .at = (uint32_t)(start - trail->frame),
                                  .sent = sent};
    return layer;
}

static void reach(struct trail *trail, const uint8_t *end)
{
    trail->end = (uint32_t)(end - trail->frame);
}

void trail_add_ethernet(struct trail *trail, const struct view *view)
{
    if (view->captured >= TWO_ADDRESSES)
        add(trail, TRAIL_ETHERNET, view->at, view->sent);
}

void trail_add_ip(struct trail *trail, const uint8_t *start, const struct view *view,
                  const struct ip_header *ip)
{
    uint32_t header_len = (uint32_t)(view->at - start);
    struct trail_layer *layer = add(trail, TRAIL_IP, start, header_len + view->sent);

    if (layer == NULL)
        return;
    layer->version = ip->version;
    layer->piece = ip->fragmented;
    layer->header_len = (uint16_t)header_len;
    reach(trail, view->at);
}

void trail_add(struct trail *trail, uint16_t protocol, const struct view *view)
{
    if (protocol == PROTOCOL_UDP)
        add(trail, TRAIL_UDP, view->at, view->sent);
    else if (protocol == PROTOCOL_GRE)
        add(trail, TRAIL_GRE, view->at, view->sent);
}

/* A quote may end anywhere in it. */
static void add_tcp(struct trail *trail, const struct view *view)
{
    uint32_t size = TCP_HEADER_MIN;

    if (view->captured >= TCP_OFFSET_END)
        size = (uint32_t)(view->at[TCP_OFFSET_END - 1] >> 4) * 4;
    if (size < TCP_HEADER_MIN)
        size = TCP_HEADER_MIN;
    if (view->captured < 4 || add(trail, TRAIL_TCP, view->at, view->sent) == NULL)
        return;
    trail->has_tcp = true;
    reach(trail, view->at + (view->captured < size ? view->captured : size));
}

static void add_icmp(struct trail *trail, const struct tunnel_map *map, uint8_t version,
                     struct view *view)
{
    struct packet packet = {0};
    const struct walk walk = {.packet = &packet, .map = map, .quoted = true, .trail = trail};
    struct next next = {LAYER_IP, 0};
    struct view whole = *view;
    struct icmp_error icmp;
    struct ip_header ip;
    const uint8_t *header;

    if (icmp_decode(&whole, version, map, &icmp) != SKIP_NONE ||
        add(trail, TRAIL_ICMP, view->at, view->sent) == NULL ||
        !view_take(view, ICMP_HEADER, &header))
        return;
    reach(trail, view->at);
    trail->quoted = true;
    if (walk_down(&walk, &next, view, &ip) == SKIP_NONE && ip.protocol == PROTOCOL_TCP)
        add_tcp(trail, view);
}

void trail_follow(struct trail *trail, const struct tunnel_map *map, int dlt, const uint8_t *bytes,
                  uint32_t captured, uint32_t sent)
{
    struct packet packet = {0};
    const struct walk walk = {.packet = &packet, .map = map, .trail = trail};
    struct view view = {bytes, captured, sent < captured ? captured : sent};
    struct ip_header ip;
    struct next next;

    *trail = (struct trail){.frame = bytes, .map = map};
    if (link_decode(dlt, &view, &packet, &next) != SKIP_NONE)
        return;
    reach(trail, view.at);
    trail->link_len = trail->end;
    if (walk_down(&walk, &next, &view, &ip) != SKIP_NONE)
        return;
    if (ip.protocol == PROTOCOL_TCP)
        add_tcp(trail, &view);
    else if (ip.protocol == (ip.version == 6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP))
        add_icmp(trail, map, ip.version, &view);
}
