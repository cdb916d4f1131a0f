/* What is noted of the headers of a frame. */
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

void trail_reach(struct trail *trail, const uint8_t *end)
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
    trail_reach(trail, view->at);
}

void trail_add(struct trail *trail, uint16_t protocol, const struct view *view)
{
    if (protocol == PROTOCOL_UDP)
        add(trail, TRAIL_UDP, view->at, view->sent);
    else if (protocol == PROTOCOL_GRE)
        add(trail, TRAIL_GRE, view->at, view->sent);
}

/* A quote may end anywhere in it. */
void trail_add_tcp(struct trail *trail, const struct view *view)
{
    uint32_t size = TCP_HEADER_MIN;

    if (view->captured >= TCP_OFFSET_END)
        size = (uint32_t)(view->at[TCP_OFFSET_END - 1] >> 4) * 4;
    if (size < TCP_HEADER_MIN)
        size = TCP_HEADER_MIN;
    if (view->captured < 4 || add(trail, TRAIL_TCP, view->at, view->sent) == NULL)
        return;
    trail->has_tcp = true;
    trail_reach(trail, view->at + (view->captured < size ? view->captured : size));
}

bool trail_add_icmp(struct trail *trail, struct view *view)
{
    const uint8_t *header;

    if (add(trail, TRAIL_ICMP, view->at, view->sent) == NULL ||
        !view_take(view, ICMP_HEADER, &header))
        return false;
    trail_reach(trail, view->at);
    trail->quoted = true;
    return true;
}
