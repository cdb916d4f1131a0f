/* ICMP errors and the TCP header that they quote. */
#include "decode/layers.h"
#include "decode/numbers.h"

enum {
    ICMP_UNREACHABLE = 3,
    ICMP_SOURCE_QUENCH = 4,
    ICMP_REDIRECT = 5,
    ICMP_TIME_EXCEEDED = 11,
    ICMP_PARAMETER_PROBLEM = 12,
    ICMP_CODE_FRAGMENTATION_NEEDED = 4,
};

enum {
    ICMPV6_UNREACHABLE = 1,
    ICMPV6_PACKET_TOO_BIG = 2,
    ICMPV6_TIME_EXCEEDED = 3,
    ICMPV6_PARAMETER_PROBLEM = 4,
};

static bool is_error(uint8_t version, uint8_t type)
{
    if (version == 6)
        return type >= ICMPV6_UNREACHABLE && type <= ICMPV6_PARAMETER_PROBLEM;
    return type == ICMP_UNREACHABLE || type == ICMP_SOURCE_QUENCH || type == ICMP_REDIRECT ||
           type == ICMP_TIME_EXCEEDED || type == ICMP_PARAMETER_PROBLEM;
}

/* RFC 1191 §4 (16 bits, 0 from routers older than it) and RFC 4443 §3.2. */
static uint32_t next_hop_mtu(uint8_t version, const uint8_t *p)
{
    if (version == 6)
        return p[0] == ICMPV6_PACKET_TOO_BIG ? be32(p + 4) : 0;
    return p[0] == ICMP_UNREACHABLE && p[1] == ICMP_CODE_FRAGMENTATION_NEEDED ? be16(p + 6) : 0;
}

/* Fills quoted_*: first of the outermost header, then of what is in its tunnels, if so much was
 * quoted. Routers before RFC 1812 §4.3.2.3 quoted 8 bytes of the payload, which is no tunnel
 * header with an IP header in it. */
static void quote_decode(struct view *view, const struct tunnel_map *map, struct icmp_error *icmp)
{
    struct packet quoted = {0};
    const struct walk walk = {.packet = &quoted, .map = map, .quoted = true};
    struct next next = {LAYER_IP, 0};
    struct view outer = *view;
    struct ip_header ip;
    const uint8_t *p;
    enum skip_reason reason;

    if (ip_decode(&outer, true, &ip) != SKIP_NONE)
        return;
    icmp->quoted_version = ip.version;
    icmp->quoted_ttl = ip.ttl;
    icmp->quoted_src.addr = ip.src;
    icmp->quoted_dst.addr = ip.dst;
    reason = walk_down(&walk, &next, view, &ip);
    icmp->quoted_tunnel = quoted.tunnels > 0;
    if (reason != SKIP_NONE)
        return;
    icmp->quoted_version = ip.version;
    icmp->quoted_src.addr = ip.src;
    icmp->quoted_dst.addr = ip.dst;
    if (ip.protocol != PROTOCOL_TCP || !view_take(view, 4, &p))
        return;
    icmp->quotes_tcp = true;
    icmp->quoted_src.port = be16(p);
    icmp->quoted_dst.port = be16(p + 2);
    if (view_take(view, 4, &p)) {
        icmp->has_quoted_seq = true;
        icmp->quoted_seq = be32(p);
    }
}

enum skip_reason icmp_decode(struct view *view, uint8_t version, const struct tunnel_map *map,
                             struct icmp_error *icmp)
{
    const uint8_t *p;

    if (view->captured >= 1 && !is_error(version, view->at[0]))
        return SKIP_NOT_TCP;
    if (!view_take(view, 8, &p))
        return view->sent < 8 ? SKIP_MALFORMED : SKIP_CUT;
    icmp->type = p[0];
    icmp->code = p[1];
    icmp->mtu = next_hop_mtu(version, p);
    quote_decode(view, map, icmp);
    return SKIP_NONE;
}
