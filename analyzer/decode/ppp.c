/* PPP, and PPP over Ethernet. */
#include "decode/encap.h"
#include "decode/layers.h"
#include "decode/numbers.h"

enum {
    PPP_IPV4 = 0x0021,
    PPP_IPV6 = 0x0057,
    PPP_MPLS = 0x0281, /* RFC 3032 §4.3 */
};

enum skip_reason pppoe_decode(struct view *view, struct packet *packet, struct next *next)
{
    const uint8_t *p;

    if (!view_take(view, 6, &p))
        return view->sent < 6 ? SKIP_MALFORMED : SKIP_CUT;
    if (p[0] != 0x11 || p[1] != 0) /* version 1, type 1; code 0: data */
        return SKIP_NOT_IP;
    view_limit(view, be16(p + 4));
    next->layer = LAYER_PPP;
    return encap_add(packet, TUNNEL_PPPOE, be16(p + 2)) ? SKIP_NONE : SKIP_MALFORMED;
}

enum skip_reason ppp_decode(struct view *view, struct next *next)
{
    const uint8_t *p;
    uint16_t protocol;

    if (view->captured < 2)
        return view->sent < 2 ? SKIP_MALFORMED : SKIP_CUT;
    /* Address and control, which the ends may agree to leave out. */
    if (be16(view->at) == 0xff03)
        view_take(view, 2, &p);
    if (!view_take(view, 1, &p))
        return view->sent < 1 ? SKIP_MALFORMED : SKIP_CUT;
    protocol = p[0];
    if ((protocol & 1) == 0) { /* only the last byte of a number is odd */
        if (!view_take(view, 1, &p))
            return view->sent < 1 ? SKIP_MALFORMED : SKIP_CUT;
        protocol = (uint16_t)(protocol << 8 | p[0]);
    }
    switch (protocol) {
    case PPP_IPV4:
    case PPP_IPV6:
        next->layer = LAYER_IP;
        return SKIP_NONE;
    case PPP_MPLS:
        *next = (struct next){LAYER_ETHERTYPE, ETHERTYPE_MPLS};
        return SKIP_NONE;
    default:
        return SKIP_NOT_IP;
    }
}
