/* MPLS labels. */
#include "decode/encap.h"
#include "decode/layers.h"
#include "decode/numbers.h"

enum {
    LABEL = 4,
    CONTROL_WORD = 4,
    ETHERNET_HEADER = 14,
};

/* Whether an Ethernet header stands `offset` bytes on whose EtherType we can follow. */
static bool is_ethernet(const struct view *view, uint32_t offset)
{
    if (view->captured < offset + ETHERNET_HEADER)
        return false;
    switch (be16(view->at + offset + ETHERNET_HEADER - 2)) {
    case ETHERTYPE_IPV4:
    case ETHERTYPE_IPV6:
    case ETHERTYPE_VLAN:
    case ETHERTYPE_QINQ:
    case ETHERTYPE_MPLS:
        return true;
    default:
        return false;
    }
}

/* RFC 4448 §4.6: the control word begins with four zero bits; whether there is one was agreed on
 * by the routers and is told nowhere. */
static enum skip_reason pseudowire_decode(struct view *view, struct next *next)
{
    const uint8_t *control_word;

    next->layer = LAYER_ETHERNET;
    if (is_ethernet(view, 0))
        return SKIP_NONE;
    if (view->captured < CONTROL_WORD + ETHERNET_HEADER)
        return view->sent < CONTROL_WORD + ETHERNET_HEADER ? SKIP_NOT_IP : SKIP_CUT;
    if (view->at[0] >> 4 != 0 || !is_ethernet(view, CONTROL_WORD))
        return SKIP_NOT_IP;
    view_take(view, CONTROL_WORD, &control_word);
    return SKIP_NONE;
}

enum skip_reason mpls_decode(struct view *view, bool quoted, struct packet *packet,
                             struct next *next)
{
    const uint8_t *p;
    enum skip_reason reason;

    do {
        if (!view_take(view, LABEL, &p))
            return view->sent < LABEL ? SKIP_MALFORMED : SKIP_CUT;
        if (!encap_add(packet, TUNNEL_MPLS, be32(p) >> 12))
            return SKIP_MALFORMED;
    } while ((p[2] & 1) == 0); /* bottom of stack */
    next->layer = LAYER_IP;
    reason = ip_recognise(view, quoted ? IP_FITS_ANY : IP_FITS_INTO);
    return reason == SKIP_NOT_TCP ? pseudowire_decode(view, next) : reason;
}
