/* GRE, and what routers make of it: mirrored frames (ERSPAN), PPTP's calls, Ethernet over IP. */
#include "decode/encap.h"
#include "decode/layers.h"
#include "decode/numbers.h"

/* The first 16 bits. */
enum {
    GRE_CHECKSUM = 0x8000,
    GRE_ROUTING = 0x4000,
    GRE_KEY = 0x2000,
    GRE_SEQUENCE = 0x1000,
    PPTP_ACK = 0x0080,
    GRE_VERSION = 0x0007,
};

enum {
    ERSPAN_TRUNCATED = 0x0400, /* with the session, in the second 16 bits of types II and III */
    ERSPAN_SESSION = 0x03ff,
    DATAGRAM_MAX = 65535 + 18, /* an Ethernet frame with the largest datagram in it */
};

/* Takes `size` bytes that the header says are there. */
static enum skip_reason take(struct view *view, uint32_t size, const uint8_t **p)
{
    if (view_take(view, size, p))
        return SKIP_NONE;
    return view->sent < size ? SKIP_MALFORMED : SKIP_CUT;
}

/* Types II (8 bytes) and III (12, and 8 more if the last bit says so) of
 * draft-foschiano-erspan-03 §4. */
static enum skip_reason erspan_decode(struct view *view, uint8_t version, struct packet *packet,
                                      struct next *next)
{
    const uint8_t *p, *more;
    enum skip_reason reason = take(view, version == 1 ? 8 : 12, &p);

    if (reason != SKIP_NONE)
        return reason;
    if (p[0] >> 4 != version)
        return SKIP_NOT_TCP;
    next->layer = LAYER_ETHERNET;
    if (version == 2) {
        if (p[11] & 1 && (reason = take(view, 8, &more)) != SKIP_NONE)
            return reason;
        if ((be16(p + 10) >> 10 & 0x1f) == 2) /* frame type: IP, no Ethernet header */
            next->layer = LAYER_IP;
    }
    /* The mirror cut the frame as a snaplen would: its own headers say how long it was. */
    if (be16(p + 2) & ERSPAN_TRUNCATED && view->sent < DATAGRAM_MAX)
        view->sent = DATAGRAM_MAX;
    return encap_add(packet, TUNNEL_ERSPAN, be16(p + 2) & ERSPAN_SESSION) ? SKIP_NONE
                                                                          : SKIP_MALFORMED;
}

/* RFC 2637 §4.1: the key is the length of the payload and the call; packets without a sequence
 * number only acknowledge. */
static enum skip_reason pptp_decode(struct view *view, uint16_t flags, uint16_t type,
                                    struct packet *packet, struct next *next)
{
    const uint8_t *p, *number;
    enum skip_reason reason;

    if (type != ETHERTYPE_PPP || (flags & GRE_KEY) == 0 || (flags & GRE_SEQUENCE) == 0)
        return SKIP_NOT_TCP;
    if ((reason = take(view, 8, &p)) != SKIP_NONE)
        return reason;
    if (flags & PPTP_ACK && (reason = take(view, 4, &number)) != SKIP_NONE)
        return reason;
    view_limit(view, be16(p));
    next->layer = LAYER_PPP;
    return encap_add(packet, TUNNEL_PPTP, be16(p + 2)) ? SKIP_NONE : SKIP_MALFORMED;
}

/* MikroTik's Ethernet over IP, as its routers send it: the length of the frame, and the tunnel's
 * number in the other byte order. */
static enum skip_reason eoip_decode(struct view *view, struct packet *packet, struct next *next)
{
    const uint8_t *p;
    enum skip_reason reason = take(view, 4, &p);

    if (reason != SKIP_NONE)
        return reason;
    view_limit(view, be16(p));
    next->layer = LAYER_ETHERNET;
    return encap_add(packet, TUNNEL_EOIP, (uint32_t)p[3] << 8 | p[2]) ? SKIP_NONE : SKIP_MALFORMED;
}

enum skip_reason gre_decode(struct view *view, struct packet *packet, struct next *next)
{
    const uint8_t *p, *fields;
    uint16_t flags, type;
    uint32_t key = 0;
    enum skip_reason reason = take(view, 4, &p);

    if (reason != SKIP_NONE)
        return reason;
    flags = be16(p);
    type = be16(p + 2);
    if (flags == (GRE_KEY | 1) && type == ETHERTYPE_EOIP)
        return eoip_decode(view, packet, next);
    if ((flags & GRE_VERSION) == 1)
        return pptp_decode(view, flags, type, packet, next);
    if ((flags & GRE_VERSION) != 0 || flags & GRE_ROUTING)
        return SKIP_NOT_TCP;
    if (flags & GRE_CHECKSUM && (reason = take(view, 4, &fields)) != SKIP_NONE)
        return reason;
    if (flags & GRE_KEY) {
        if ((reason = take(view, 4, &fields)) != SKIP_NONE)
            return reason;
        key = be32(fields);
    }
    if (flags & GRE_SEQUENCE && (reason = take(view, 4, &fields)) != SKIP_NONE)
        return reason;
    if (type == ETHERTYPE_ERSPAN3)
        return erspan_decode(view, 2, packet, next);
    if (type == ETHERTYPE_ERSPAN && flags & GRE_SEQUENCE)
        return erspan_decode(view, 1, packet, next);
    *next = (struct next){LAYER_ETHERTYPE, type};
    if (type == ETHERTYPE_ERSPAN) { /* type I: no sequence number and no header */
        next->layer = LAYER_ETHERNET;
        return encap_add(packet, TUNNEL_ERSPAN, 0) ? SKIP_NONE : SKIP_MALFORMED;
    }
    return encap_add(packet, TUNNEL_GRE, key) ? SKIP_NONE : SKIP_MALFORMED;
}
