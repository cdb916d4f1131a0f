/* The way down: from the link layer through tunnels in tunnels to the innermost IP datagram. Each
 * step takes a header off the view, so that the way ends with the bytes; and no packet is in more
 * than TUNNELS_MAX tunnels. */
#include "decode/encap.h"
#include "decode/layers.h"
#include "decode/numbers.h"
#include "decode/trail.h"

/* How many bytes stand above an IP header, from the end of the link layer on. */
struct height {
    uint32_t above; /* up to `counted` */
    const uint8_t *counted;
};

static bool defragment(const struct walk *walk, const struct ip_header *ip, struct view *view)
{
    struct packet *packet = walk->packet;
    uint8_t kept = packet->tunnels < TUNNELS_KEPT ? packet->tunnels : TUNNELS_KEPT;
    struct datagram_key key = {
        .src = ip->src,
        .dst = ip->dst,
        .id = ip->fragment.id,
        .ifindex = packet->ifindex,
        .tunnel = kept > 0 ? packet->tunnel[kept - 1].id : 0,
        .version = ip->version,
        .protocol = ip->protocol,
        .tunnels = packet->tunnels,
    };

    return fragment_add(walk->fragments, &key, &ip->fragment, view, &packet->fragments);
}

/* An IP header. Leaves the view at the payload of the whole datagram. */
static enum skip_reason ip_step(const struct walk *walk, struct height *height, struct view *view,
                                struct ip_header *ip)
{
    const uint8_t *start = view->at;
    bool apart = walk->fragments == NULL; /* each piece stands for itself */
    uint32_t header_len;
    enum skip_reason reason = ip_decode(view, walk->quoted, ip);

    if (reason != SKIP_NONE)
        return reason;
    header_len = (uint32_t)(view->at - start);
    height->above += (uint32_t)(start - height->counted);
    height->counted = start;
    if (walk->trail != NULL)
        trail_add_ip(walk->trail, start, view, ip);
    if (ip->fragmented && (apart ? ip->fragment.offset != 0 : !defragment(walk, ip, view)))
        return SKIP_FRAGMENT;
    walk->packet->ip_header = start;
    walk->packet->ip_header_len = (uint16_t)header_len;
    walk->packet->inner_len = header_len + view->sent;
    walk->packet->outer_len = height->above + walk->packet->inner_len;
    if (ip->fragmented && !apart) { /* what was put together is somewhere else */
        height->above += header_len;
        height->counted = view->at;
    }
    return SKIP_NONE;
}

static enum skip_reason ethertype_step(const struct walk *walk, struct view *view,
                                       struct next *next)
{
    switch (next->number) {
    case ETHERTYPE_IPV4:
    case ETHERTYPE_IPV6:
        next->layer = LAYER_IP;
        return SKIP_NONE;
    case ETHERTYPE_VLAN:
    case ETHERTYPE_QINQ:
    case ETHERTYPE_QINQ_OLD:
        if (walk->packet->tunnels == 0) /* more tags than link_decode() takes */
            return SKIP_NOT_IP;
        return inner_tag_decode(view, walk->packet, next);
    case ETHERTYPE_MPLS:
    case ETHERTYPE_MPLS_UPSTREAM:
        return mpls_decode(view, walk->quoted, walk->packet, next);
    case ETHERTYPE_PPPOE_SESSION:
        return pppoe_decode(view, walk->packet, next);
    case ETHERTYPE_PBB:
        return backbone_decode(view, walk->packet, next);
    case ETHERTYPE_ETHERNET:
        next->layer = LAYER_ETHERNET;
        return SKIP_NONE;
    default:
        return SKIP_NOT_IP;
    }
}

/* IP in IP: RFC 2003, 4213 §3, 2473. */
static enum skip_reason enter_ip(const struct walk *walk, enum tunnel_kind kind, struct next *next)
{
    next->layer = LAYER_IP;
    return encap_add(walk->packet, kind, 0) ? SKIP_NONE : SKIP_MALFORMED;
}

/* RFC 4302 §2.2, in IPv4; in IPv6 it is one of the extension headers. */
static enum skip_reason authentication_decode(struct view *view, struct ip_header *ip,
                                              struct next *next)
{
    const uint8_t *p;
    uint32_t size;

    if (view->captured < 2)
        return view->sent < 2 ? SKIP_MALFORMED : SKIP_CUT;
    size = ((uint32_t)view->at[1] + 2) * 4;
    if (!view_take(view, size, &p))
        return view->sent < size ? SKIP_MALFORMED : SKIP_CUT;
    next->number = ip->protocol = p[0];
    return SKIP_NONE;
}

static enum skip_reason protocol_step(const struct walk *walk, struct view *view,
                                      struct ip_header *ip, struct next *next)
{
    if (walk->trail != NULL)
        trail_add(walk->trail, next->number, view);
    switch (next->number) {
    case PROTOCOL_IPV4:
        return enter_ip(walk, ip->version == 6 ? TUNNEL_4IN6 : TUNNEL_IPIP, next);
    case PROTOCOL_IPV6:
        return enter_ip(walk, ip->version == 6 ? TUNNEL_6IN6 : TUNNEL_6IN4, next);
    case PROTOCOL_GRE:
        return gre_decode(view, walk->packet, next);
    case PROTOCOL_UDP:
        return udp_decode(view, walk->map, walk->quoted, walk->packet, next);
    case PROTOCOL_AUTHENTICATION:
        return authentication_decode(view, ip, next);
    default:
        next->layer = LAYER_PAYLOAD;
        return SKIP_NONE;
    }
}

/* What stands above an IP header, down to it. */
static enum skip_reason down_to_ip(const struct walk *walk, struct view *view, struct next *next)
{
    enum skip_reason reason = SKIP_NONE;

    while (next->layer != LAYER_IP && reason == SKIP_NONE) {
        switch (next->layer) {
        case LAYER_ETHERNET:
            if (walk->trail != NULL)
                trail_add_ethernet(walk->trail, view);
            reason = ethernet_decode(view, next);
            break;
        case LAYER_PPP:
            reason = ppp_decode(view, next);
            break;
        default:
            reason = ethertype_step(walk, view, next);
            break;
        }
    }
    return reason;
}

enum skip_reason walk_down(const struct walk *walk, struct next *next, struct view *view,
                           struct ip_header *ip)
{
    struct height height = {0, view->at};
    enum skip_reason reason;

    for (;;) {
        if (next->layer != LAYER_IP) {
            reason = down_to_ip(walk, view, next);
            if (reason != SKIP_NONE)
                break;
        }
        reason = ip_step(walk, &height, view, ip);
        if (reason != SKIP_NONE || ip->protocol == PROTOCOL_TCP)
            return reason;
        next->layer = LAYER_PROTOCOL;
        next->number = ip->protocol;
        while (next->layer == LAYER_PROTOCOL && reason == SKIP_NONE)
            reason = protocol_step(walk, view, ip, next);
        if (reason != SKIP_NONE || next->layer == LAYER_PAYLOAD)
            break;
    }
    if (reason == SKIP_NOT_IP && walk->packet->inner_len > 0)
        return SKIP_NOT_TCP; /* a tunnel with ARP in it */
    return reason;
}
