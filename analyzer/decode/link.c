/* Link layers: from the first byte of a frame to its IP header. */
#include "decode/layers.h"

#include <stddef.h>

/* libpcap's DLT_ values (https://www.tcpdump.org/linktypes.html), named here so that decoding
 * needs no libpcap. Raw IP has had three numbers. */
enum {
    DLT_NULL_ = 0,
    DLT_EN10MB_ = 1,
    DLT_RAW_ = 12,
    DLT_RAW_OPENBSD = 14,
    LINKTYPE_RAW_ = 101,
    DLT_LOOP_ = 108,
    DLT_LINUX_SLL_ = 113,
    DLT_IPV4_ = 228,
    DLT_IPV6_ = 229,
    DLT_LINUX_SLL2_ = 276,
};

enum {
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_VLAN = 0x8100, /* IEEE 802.1Q */
    ETHERTYPE_QINQ = 0x88a8, /* IEEE 802.1ad */
    ETHERTYPE_QINQ_OLD = 0x9100,
    ETHERTYPE_MIN = 0x0600, /* below: an IEEE 802.3 length */
};

enum {
    VLAN_TAGS_MAX = 4
}; /* deeper than any network; bounds the loop */

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

static enum skip_reason ethertype_decode(uint16_t ethertype, struct view *view,
                                         struct packet *packet)
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
    return ethertype == ETHERTYPE_IPV4 || ethertype == ETHERTYPE_IPV6 ? SKIP_NONE : SKIP_NOT_IP;
}

static enum skip_reason ethernet_decode(struct view *view, struct packet *packet)
{
    const uint8_t *p;
    uint16_t ethertype;
    enum skip_reason reason;

    if (!view_take(view, 14, &p))
        return SKIP_CUT;
    ethertype = be16(p + 12);
    if (ethertype < ETHERTYPE_MIN) {
        view_limit(view, ethertype);
        reason = snap_decode(view, &ethertype);
        if (reason != SKIP_NONE)
            return reason;
    }
    return ethertype_decode(ethertype, view, packet);
}

/* Linux "cooked" capture, version 1: 16 bytes, the EtherType last. */
static enum skip_reason sll_decode(struct view *view, struct packet *packet)
{
    const uint8_t *p;

    if (!view_take(view, 16, &p))
        return SKIP_CUT;
    return ethertype_decode(be16(p + 14), view, packet);
}

/* Version 2: 20 bytes, the EtherType first, then the interface index. */
static enum skip_reason sll2_decode(struct view *view, struct packet *packet)
{
    const uint8_t *p;

    if (!view_take(view, 20, &p))
        return SKIP_CUT;
    packet->ifindex = be32(p + 4);
    return ethertype_decode(be16(p), view, packet);
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

enum skip_reason link_decode(int dlt, struct view *view, struct packet *packet)
{
    switch (dlt) {
    case DLT_EN10MB_:
        return ethernet_decode(view, packet);
    case DLT_LINUX_SLL_:
        return sll_decode(view, packet);
    case DLT_LINUX_SLL2_:
        return sll2_decode(view, packet);
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
}
