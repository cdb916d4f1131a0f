/* Link layers: from the first byte of a frame to what it carries. */
#include "decode/encap.h"
#include "decode/layers.h"
#include "decode/numbers.h"

enum {
    VLAN_TAGS_MAX = 4 /* deeper than any network; bounds the loop */
};

/* IEEE 802.2 LLC with SNAP, after an 802.3 length: AA AA 03, an OUI of zero, an EtherType. */
static enum skip_reason snap_decode(struct view *view, uint16_t *ethertype)
{
    const uint8_t *p;

    if (!view_take(view, 8, &p))
        return SKIP_CUT;
    if (p[0] != 0xaa || p[1] != 0xaa || p[2] != 0x03 || p[3] || p[4] || p[5])
        return SKIP_NOT_IP;
    *ethertype = be16(p + 6);
    return SKIP_NONE;
}

static inline enum skip_reason ethernet_take(struct view *view, uint16_t *ethertype)
{
    const uint8_t *p;

    if (!view_take(view, 14, &p))
        return SKIP_CUT;
    *ethertype = be16(p + 12);
    if (*ethertype >= ETHERTYPE_MIN)
        return SKIP_NONE;
    view_limit(view, *ethertype);
    return snap_decode(view, ethertype);
}

enum skip_reason ethernet_decode(struct view *view, struct next *next)
{
    next->layer = LAYER_ETHERTYPE;
    return ethernet_take(view, &next->number);
}

enum skip_reason inner_tag_decode(struct view *view, struct packet *packet, struct next *next)
{
    const uint8_t *p;

    if (!view_take(view, 4, &p))
        return SKIP_CUT;
    next->number = be16(p + 2);
    return encap_add(packet, TUNNEL_VLAN, be16(p) & 0x0fff) ? SKIP_NONE : SKIP_MALFORMED;
}

enum skip_reason backbone_decode(struct view *view, struct packet *packet, struct next *next)
{
    const uint8_t *p;

    if (!view_take(view, 4, &p))
        return SKIP_CUT;
    next->layer = LAYER_ETHERNET;
    return encap_add(packet, TUNNEL_PBB, be32(p) & 0xffffff) ? SKIP_NONE : SKIP_MALFORMED;
}

/* The tags of the frame itself, and what follows them. */
static enum skip_reason tags_decode(struct view *view, uint16_t ethertype, struct packet *packet,
                                    struct next *next)
{
    const uint8_t *p;

    for (unsigned tag = 0; tag < VLAN_TAGS_MAX; tag++) {
        if (ethertype != ETHERTYPE_VLAN && ethertype != ETHERTYPE_QINQ &&
            ethertype != ETHERTYPE_QINQ_OLD)
            break;
        if (!view_take(view, 4, &p))
            return SKIP_CUT;
        if (tag < 2)
            packet->vlan[tag] = be16(p) & 0x0fff;
        ethertype = be16(p + 2);
    }
    next->layer =
        ethertype == ETHERTYPE_IPV4 || ethertype == ETHERTYPE_IPV6 ? LAYER_IP : LAYER_ETHERTYPE;
    next->number = ethertype;
    return SKIP_NONE;
}

/* Linux "cooked" capture, version 1: 16 bytes, the EtherType last. */
static enum skip_reason sll_take(struct view *view, uint16_t *ethertype)
{
    const uint8_t *p;

    if (!view_take(view, 16, &p))
        return SKIP_CUT;
    *ethertype = be16(p + 14);
    return SKIP_NONE;
}

/* Version 2: 20 bytes, the EtherType first, then the interface index. */
static enum skip_reason sll2_take(struct view *view, struct packet *packet, uint16_t *ethertype)
{
    const uint8_t *p;

    if (!view_take(view, 20, &p))
        return SKIP_CUT;
    packet->ifindex = be32(p + 4);
    *ethertype = be16(p);
    return SKIP_NONE;
}

/* BSD loopback: an address family in the byte order of the machine that captured. AF_INET is 2
 * everywhere; AF_INET6 is 10, 24, 28 or 30. */
static enum skip_reason loopback_decode(struct view *view)
{
    const uint8_t *p;
    uint32_t family;

    if (!view_take(view, 4, &p))
        return SKIP_CUT;
    family = be32(p);
    if (family > 0xffff)
        family = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
    switch (family) {
    case 2:
    case 10:
    case 24:
    case 28:
    case 30:
        return SKIP_NONE;
    default:
        return SKIP_NOT_IP;
    }
}

enum skip_reason link_decode(int dlt, struct view *view, struct packet *packet, struct next *next)
{
    enum skip_reason reason;
    uint16_t ethertype = 0;

    next->layer = LAYER_IP;
    switch (dlt) {
    case DLT_EN10MB_:
        reason = ethernet_take(view, &ethertype);
        break;
    case DLT_LINUX_SLL_:
        reason = sll_take(view, &ethertype);
        break;
    case DLT_LINUX_SLL2_:
        reason = sll2_take(view, packet, &ethertype);
        break;
    case DLT_NULL_:
    case DLT_LOOP_:
        return loopback_decode(view);
    case DLT_RAW_:
    case DLT_RAW_OPENBSD:
    case LINKTYPE_RAW_:
    case DLT_IPV4_:
    case DLT_IPV6_:
        return SKIP_NONE;
    default:
        return SKIP_LINKTYPE;
    }
    return reason == SKIP_NONE ? tags_decode(view, ethertype, packet, next) : reason;
}
