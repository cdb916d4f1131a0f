#include "anonymize/checksums.h"

#include <stdbool.h>
#include <stddef.h>

#include "decode/numbers.h"

enum {
    GRE_CHECKSUM = 0x80, /* in the first byte */
    IPV4_CHECKSUM = 10,  /* where the fields are */
    TCP_CHECKSUM = 16,
    UDP_CHECKSUM = 6,
    ICMP_CHECKSUM = 2,
    GRE_CHECKSUM_AT = 4
};

static uint64_t sum_of(const uint8_t *p, uint32_t size)
{
    uint64_t sum = 0;

    for (uint32_t i = 0; i + 1 < size; i += 2)
        sum += be16(p + i);
    return size % 2 ? sum + (uint64_t)p[size - 1] * 256 : sum;
}

static uint16_t fold(uint64_t sum)
{
    while (sum > 0xffff)
        sum = (sum >> 16) + (sum & 0xffff);
    return (uint16_t)~sum;
}

/* How many bytes the IP datagram carries from `at` on, by its own length: a quote has only some of
 * them. An authentication header may lie between. */
static uint32_t carried(const struct trail_layer *ip, const uint8_t *p, uint32_t at)
{
    uint32_t len = ip->version == 4 ? be16(p + 2) : be16(p + 4) == 0 ? 0 : be16(p + 4) + 40U;

    if (len == 0) /* longer than 16 bits can tell */
        len = ip->sent;
    return len < at - ip->at ? 0 : len - (at - ip->at);
}

/* RFC 9293 §3.1, RFC 8200 §8.1. */
static uint64_t pseudo_header(const struct trail_layer *ip, const uint8_t *p, uint8_t protocol,
                              uint32_t size)
{
    uint64_t addresses = ip->version == 4 ? sum_of(p + 12, 8) : sum_of(p + 8, 32);

    return addresses + protocol + (size >> 16) + (size & 0xffff);
}

struct summing {
    uint8_t *bytes;
    uint32_t end;
    const struct trail_layer *ip; /* that the layer is in; NULL: none */
};

/* Fills the field `field` bytes behind the layer's begin. */
static void fill(const struct summing *summing, uint32_t at, uint32_t field, uint32_t size,
                 uint64_t pseudo, bool never_zero)
{
    uint8_t *p = summing->bytes + at;
    uint16_t sum;

    if (at + field + 2 > summing->end)
        return;
    if (size > summing->end - at)
        size = summing->end - at;
    p[field] = p[field + 1] = 0;
    sum = fold(sum_of(p, size) + pseudo);
    if (never_zero && sum == 0)
        sum = 0xffff;
    p[field] = (uint8_t)(sum >> 8);
    p[field + 1] = (uint8_t)sum;
}

static void ip_fill(const struct summing *summing, const struct trail_layer *layer)
{
    if (layer->version == 4)
        fill(summing, layer->at, IPV4_CHECKSUM, layer->header_len, 0, false);
}

/* TCP, UDP and ICMP: over the whole datagram, and with a pseudo-header. */
static void transport_fill(const struct summing *summing, const struct trail_layer *layer,
                           uint8_t protocol, uint32_t field)
{
    uint8_t *p = summing->bytes + layer->at;
    const struct trail_layer *ip = summing->ip;
    uint64_t pseudo = 0;
    uint32_t size;

    if (ip == NULL || layer->at + field + 2 > summing->end)
        return;
    if (protocol == PROTOCOL_UDP && be16(p + field) == 0)
        return; /* RFC 768: none was made */
    if (ip->piece) {
        p[field] = p[field + 1] = 0;
        return;
    }
    size = carried(ip, summing->bytes + ip->at, layer->at);
    if (protocol == PROTOCOL_UDP && be16(p + 4) != 0)
        size = be16(p + 4);
    if (protocol != PROTOCOL_ICMP)
        pseudo = pseudo_header(ip, summing->bytes + ip->at, protocol, size);
    fill(summing, layer->at, field, size, pseudo, protocol == PROTOCOL_UDP);
}

static void layer_fill(const struct summing *summing, const struct trail_layer *layer)
{
    bool v6 = summing->ip != NULL && summing->ip->version == 6;

    switch (layer->kind) {
    case TRAIL_IP:
        ip_fill(summing, layer);
        break;
    case TRAIL_TCP:
        transport_fill(summing, layer, PROTOCOL_TCP, TCP_CHECKSUM);
        break;
    case TRAIL_UDP:
        transport_fill(summing, layer, PROTOCOL_UDP, UDP_CHECKSUM);
        break;
    case TRAIL_ICMP:
        transport_fill(summing, layer, v6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP, ICMP_CHECKSUM);
        break;
    case TRAIL_GRE: /* RFC 2784 §2.3; version 1 has none */
        if (layer->at + 2 <= summing->end && summing->bytes[layer->at] & GRE_CHECKSUM)
            fill(summing, layer->at, GRE_CHECKSUM_AT, layer->sent, 0, false);
        break;
    default:
        break;
    }
}

/* From the inside out, since the outer ones are over the inner ones too. */
void checksums_write(const struct trail *trail, uint8_t *bytes)
{
    for (size_t i = trail->count; i-- > 0;) {
        const struct trail_layer *layer = &trail->layers[i];
        struct summing summing = {.bytes = bytes, .end = trail->end};

        for (size_t above = i; above-- > 0 && summing.ip == NULL;)
            if (trail->layers[above].kind == TRAIL_IP)
                summing.ip = &trail->layers[above];
        if (layer->at + trail_least(layer) <= trail->end)
            layer_fill(&summing, layer);
    }
}
