#include "anonymize/headers.h"

#include <stdbool.h>
#include <string.h>

#include "anonymize/checksums.h"
#include "decode/numbers.h"
#include "decode/tunnel.h"

enum {
    MAC = 6,
    SLL_ADDRESS = 8 /* of which the first bytes are used */
};

enum {
    IPV4_OPT_NOP = 1,
    ICMP_REDIRECT = 5
};

struct rewriting {
    const struct anonymizer *anonymizer;
    const struct tunnel_map *map;
    uint8_t *bytes;
    uint32_t end;
};

static void port_rewrite(const struct rewriting *rewriting, uint8_t *p)
{
    uint16_t port = anonymizer_port(rewriting->anonymizer, be16(p));

    p[0] = (uint8_t)(port >> 8);
    p[1] = (uint8_t)port;
}

static void macs_rewrite(const struct rewriting *rewriting, uint32_t at)
{
    if (at + 2 * MAC > rewriting->end)
        return;
    anonymizer_mac(rewriting->anonymizer, rewriting->bytes + at);
    anonymizer_mac(rewriting->anonymizer, rewriting->bytes + at + MAC);
}

static void cooked_rewrite(const struct rewriting *rewriting, uint32_t length, uint32_t at)
{
    uint8_t *address = rewriting->bytes + at;

    if (at + SLL_ADDRESS > rewriting->end)
        return;
    if (length == MAC)
        anonymizer_mac(rewriting->anonymizer, address);
    else
        memset(address, 0, MAC);
    memset(address + MAC, 0, SLL_ADDRESS - MAC);
}

static void link_rewrite(const struct rewriting *rewriting, int dlt)
{
    const uint8_t *p = rewriting->bytes;

    switch (dlt) {
    case DLT_EN10MB_:
        macs_rewrite(rewriting, 0);
        break;
    case DLT_LINUX_SLL_:
        if (rewriting->end >= 6)
            cooked_rewrite(rewriting, be16(p + 4), 6);
        break;
    case DLT_LINUX_SLL2_:
        if (rewriting->end >= 12)
            cooked_rewrite(rewriting, p[11], 12);
        break;
    default:
        break;
    }
}

/* Options may list addresses (RFC 791 §3.1): none is left. */
static void ipv4_rewrite(const struct rewriting *rewriting, uint8_t *p, uint32_t size)
{
    anonymizer_address(rewriting->anonymizer, p + 12, 4);
    anonymizer_address(rewriting->anonymizer, p + 16, 4);
    memset(p + 20, IPV4_OPT_NOP, size - 20);
}

/* So may extension headers; zeros are padding in them, or a route that has been gone. */
static void ipv6_rewrite(const struct rewriting *rewriting, uint8_t *p, uint32_t size)
{
    uint8_t type = p[6];
    uint32_t at = 40;

    anonymizer_address(rewriting->anonymizer, p + 8, 6);
    anonymizer_address(rewriting->anonymizer, p + 24, 6);
    while (at + 8 <= size) {
        uint32_t length = type == EXT_AUTHENTICATION ? ((uint32_t)p[at + 1] + 2) * 4
                                                     : ((uint32_t)p[at + 1] + 1) * 8;

        if (type == EXT_FRAGMENT)
            length = 8;
        if (length > size - at)
            length = size - at;
        if (type != EXT_FRAGMENT)
            memset(p + at + 2, 0, length - 2);
        type = p[at];
        at += length;
    }
}

/* Whether an option holds nothing but numbers of its connection: of its own length, too. */
static bool is_harmless(uint8_t kind, uint32_t length)
{
    switch (kind) {
    case TCP_OPT_MSS:
        return length == 4;
    case TCP_OPT_WSCALE:
        return length == 3;
    case TCP_OPT_SACK_PERMITTED:
        return length == 2;
    case TCP_OPT_SACK:
        return length % 8 == 2 && length <= 34;
    case TCP_OPT_TIMESTAMPS:
        return length == 10;
    default:
        return false;
    }
}

/* Of other options, such as MPTCP's, a cookie or a load balancer's, only kind and length stay. */
static void tcp_options_rewrite(uint8_t *p, uint32_t size)
{
    uint32_t at = 0;

    while (at < size && p[at] != TCP_OPT_END) {
        uint32_t length = at + 1 < size ? p[at + 1] : 0;

        if (p[at] == TCP_OPT_NOP) {
            at++;
            continue;
        }
        if (length < 2 || length > size - at)
            break;
        if (!is_harmless(p[at], length))
            memset(p + at + 2, 0, length - 2);
        at += length;
    }
    if (at < size) /* the end, or what is no option */
        memset(p + at, 0, size - at);
}

static void tcp_rewrite(const struct rewriting *rewriting, uint32_t at)
{
    uint8_t *p = rewriting->bytes + at;

    port_rewrite(rewriting, p);
    port_rewrite(rewriting, p + 2);
    if (rewriting->end > at + 20)
        tcp_options_rewrite(p + 20, rewriting->end - at - 20);
}

/* RFC 8926 §3.5: options are anything that the network's owner needs. */
static void geneve_rewrite(const struct rewriting *rewriting, uint32_t at)
{
    uint8_t *p = rewriting->bytes + at;
    uint32_t end, option = 8;

    if (at + 8 > rewriting->end)
        return;
    end = 8 + (uint32_t)(p[0] & 0x3f) * 4;
    while (option + 4 <= end && at + end <= rewriting->end) {
        uint32_t length = (uint32_t)(p[option + 3] & 0x1f) * 4;

        if (option + 4 + length > end)
            break;
        memset(p + option + 4, 0, length);
        option += 4 + length;
    }
}

static void udp_rewrite(const struct rewriting *rewriting, uint32_t at)
{
    uint8_t *p = rewriting->bytes + at;

    port_rewrite(rewriting, p);
    port_rewrite(rewriting, p + 2);
    if (tunnel_map_find(rewriting->map, be16(p + 2)) == TUNNEL_GENEVE)
        geneve_rewrite(rewriting, at + 8);
}

static void layer_rewrite(const struct rewriting *rewriting, const struct trail_layer *layer,
                          uint8_t version)
{
    uint8_t *p = rewriting->bytes + layer->at;

    switch (layer->kind) {
    case TRAIL_ETHERNET:
        macs_rewrite(rewriting, layer->at);
        break;
    case TRAIL_IP:
        if (layer->version == 4)
            ipv4_rewrite(rewriting, p, layer->header_len);
        else
            ipv6_rewrite(rewriting, p, layer->header_len);
        break;
    case TRAIL_UDP:
        udp_rewrite(rewriting, layer->at);
        break;
    case TRAIL_TCP:
        tcp_rewrite(rewriting, layer->at);
        break;
    case TRAIL_ICMP: /* RFC 792: a redirect names a gateway */
        if (version == 4 && p[0] == ICMP_REDIRECT)
            anonymizer_address(rewriting->anonymizer, p + 4, 4);
        break;
    default:
        break;
    }
}

void anonymize_headers(const struct anonymizer *anonymizer, const struct trail *trail, int dlt,
                       uint8_t *bytes)
{
    const struct rewriting rewriting = {anonymizer, trail->map, bytes, trail->end};
    uint8_t version = 0;

    link_rewrite(&rewriting, dlt);
    for (size_t i = 0; i < trail->count; i++) {
        const struct trail_layer *layer = &trail->layers[i];

        if (layer->kind == TRAIL_IP)
            version = layer->version;
        if (layer->at + trail_least(layer) <= trail->end)
            layer_rewrite(&rewriting, layer, version);
    }
    checksums_write(trail, bytes);
}
