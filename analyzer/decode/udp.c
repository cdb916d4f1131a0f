/* Tunnels in UDP. */
#include "decode/encap.h"
#include "decode/layers.h"
#include "decode/numbers.h"

enum {
    GENEVE_RESERVED = 0x3f, /* of the second byte */
    GENEVE_CONTROL = 0x80,
    GTPU_VERSION1 = 0x30, /* version 1, protocol type GTP */
    GTPU_OPTIONAL = 0x07, /* any of extension header, sequence number, N-PDU number */
    GTPU_EXTENSION = 0x04,
    GTPU_G_PDU = 255, /* message type: a user's packet */
    GUE_CONTROL = 0x20,
    GRE_RESERVED = 0x4fff, /* all but the flags of RFC 2890, and the version, which is 0 */
};

/* What a tunnel's decoder is given, and what it says. */
struct payload {
    struct view *view;
    struct packet *packet;
    struct next *next;
    enum ip_fit fit; /* of an IP packet that is the rest of the payload */
};

/* Takes `size` bytes of a header that is there if this is a tunnel. */
static enum skip_reason take(struct view *view, uint32_t size, const uint8_t **p)
{
    if (view_take(view, size, p))
        return SKIP_NONE;
    return view->sent < size ? SKIP_NOT_TCP : SKIP_CUT;
}

static enum skip_reason enter(const struct payload *payload, enum tunnel_kind kind, uint32_t id,
                              struct next next)
{
    *payload->next = next;
    return encap_add(payload->packet, kind, id) ? SKIP_NONE : SKIP_MALFORMED;
}

/* The rest is an IP packet, or this is no tunnel. */
static enum skip_reason enter_ip(const struct payload *payload, enum tunnel_kind kind, uint32_t id)
{
    enum skip_reason reason = ip_recognise(payload->view, payload->fit);

    if (reason != SKIP_NONE)
        return reason;
    return enter(payload, kind, id, (struct next){LAYER_IP, 0});
}

/* RFC 7348 §5: flags with the I bit, 24 bits reserved, the VNI, 8 bits reserved. Linux' group
 * policy (draft-smith-vxlan-group-policy) has a G bit and fills the first reserved bits. */
static enum skip_reason vxlan_decode(const struct payload *payload)
{
    const uint8_t *p;
    enum skip_reason reason = take(payload->view, 8, &p);

    if (reason != SKIP_NONE)
        return reason;
    if (p[7] != 0 ||
        !((p[0] == 0x08 && p[1] == 0 && be16(p + 2) == 0) || (p[0] == 0x88 && (p[1] & ~0x48) == 0)))
        return SKIP_NOT_TCP;
    return enter(payload, TUNNEL_VXLAN, be32(p + 4) >> 8, (struct next){LAYER_ETHERNET, 0});
}

/* RFC 8926 §3.5: each option tells its length in the last five bits of its fourth byte. */
static bool geneve_options_fit(const uint8_t *options, uint32_t size)
{
    uint32_t at = 0;

    while (at < size)
        at += 4 + (uint32_t)(options[at + 3] & 0x1f) * 4;
    return at == size;
}

/* RFC 8926 §3.4. */
static enum skip_reason geneve_decode(const struct payload *payload)
{
    const uint8_t *p, *options;
    uint32_t options_len;
    enum skip_reason reason = take(payload->view, 8, &p);

    if (reason != SKIP_NONE)
        return reason;
    if (p[0] >> 6 != 0 || p[1] & (GENEVE_RESERVED | GENEVE_CONTROL) || p[7] != 0)
        return SKIP_NOT_TCP;
    switch (be16(p + 2)) {
    case ETHERTYPE_ETHERNET:
    case ETHERTYPE_IPV4:
    case ETHERTYPE_IPV6:
    case ETHERTYPE_MPLS:
        break;
    default:
        return SKIP_NOT_TCP;
    }
    options_len = (uint32_t)(p[0] & 0x3f) * 4;
    if ((reason = take(payload->view, options_len, &options)) != SKIP_NONE)
        return reason;
    if (!geneve_options_fit(options, options_len))
        return SKIP_NOT_TCP;
    return enter(payload, TUNNEL_GENEVE, be32(p + 4) >> 8,
                 (struct next){LAYER_ETHERTYPE, be16(p + 2)});
}

/* 3GPP TS 29.281 §5.2: extension headers count their length in 4 bytes and end with the type of
 * the next. */
static enum skip_reason gtpu_extensions_decode(struct view *view, uint8_t type)
{
    const uint8_t *p;
    enum skip_reason reason;

    while (type != 0) {
        uint32_t size;

        if (view->captured == 0)
            return view->sent == 0 ? SKIP_NOT_TCP : SKIP_CUT;
        size = (uint32_t)view->at[0] * 4;
        if (size == 0)
            return SKIP_NOT_TCP;
        if ((reason = take(view, size, &p)) != SKIP_NONE)
            return reason;
        type = p[size - 1];
    }
    return SKIP_NONE;
}

/* 3GPP TS 29.281 §5.1. The length tells of all that follows the first 8 bytes. */
static enum skip_reason gtpu_decode(const struct payload *payload)
{
    const uint8_t *p, *optional;
    enum skip_reason reason = take(payload->view, 8, &p);

    if (reason != SKIP_NONE)
        return reason;
    if ((p[0] & ~GTPU_OPTIONAL) != GTPU_VERSION1 || p[1] != GTPU_G_PDU)
        return SKIP_NOT_TCP;
    if (payload->fit == IP_FITS_WHOLE && be16(p + 2) > payload->view->sent)
        return SKIP_NOT_TCP;
    view_limit(payload->view, be16(p + 2));
    if (p[0] & GTPU_OPTIONAL) {
        if ((reason = take(payload->view, 4, &optional)) != SKIP_NONE)
            return reason;
        reason = gtpu_extensions_decode(payload->view, p[0] & GTPU_EXTENSION ? optional[3] : 0);
        if (reason != SKIP_NONE)
            return reason;
    }
    return enter_ip(payload, TUNNEL_GTPU, be32(p + 4));
}

/* The rest is GRE with a packet or a frame in it, or this is no tunnel. */
static enum skip_reason enter_gre(const struct payload *payload, enum tunnel_kind kind)
{
    const struct view *view = payload->view;

    if (view->captured < 4)
        return view->sent < 4 ? SKIP_NOT_TCP : SKIP_CUT;
    if (be16(view->at) & GRE_RESERVED)
        return SKIP_NOT_TCP;
    switch (be16(view->at + 2)) {
    case ETHERTYPE_IPV4:
    case ETHERTYPE_IPV6:
    case ETHERTYPE_ETHERNET:
        return enter(payload, kind, 0, (struct next){LAYER_PROTOCOL, PROTOCOL_GRE});
    default:
        return SKIP_NOT_TCP;
    }
}

/* Foo over UDP (Linux): no header at all. Which protocol is inside was agreed on by both ends: IP,
 * or GRE. */
static enum skip_reason fou_decode(const struct payload *payload)
{
    enum skip_reason reason = enter_ip(payload, TUNNEL_FOU, 0);

    return reason == SKIP_NOT_TCP ? enter_gre(payload, TUNNEL_FOU) : reason;
}

/* draft-ietf-intarea-gue-09 §3: variant 0 has a header with the protocol, a length in 4 bytes and
 * flags, which say what the rest of the header is and matter to nobody here; variant 1 is an IP
 * header at once, whose version begins with the bits 01. */
static enum skip_reason gue_decode(const struct payload *payload)
{
    struct view *view = payload->view;
    const uint8_t *p, *rest;
    enum skip_reason reason;

    if (view->captured > 0 && view->at[0] >> 6 == 1)
        return enter_ip(payload, TUNNEL_GUE, 0);
    if ((reason = take(view, 4, &p)) != SKIP_NONE)
        return reason;
    if (p[0] >> 6 != 0 || p[0] & GUE_CONTROL)
        return SKIP_NOT_TCP;
    if ((reason = take(view, (uint32_t)(p[0] & 0x1f) * 4, &rest)) != SKIP_NONE)
        return reason;
    switch (p[1]) {
    case PROTOCOL_IPV4:
    case PROTOCOL_IPV6:
        return enter_ip(payload, TUNNEL_GUE, 0);
    case PROTOCOL_GRE:
        return enter_gre(payload, TUNNEL_GUE);
    default:
        return SKIP_NOT_TCP;
    }
}

enum skip_reason udp_decode(struct view *view, const struct tunnel_map *map, bool quoted,
                            struct packet *packet, struct next *next)
{
    const struct payload payload = {view, packet, next, quoted ? IP_FITS_ANY : IP_FITS_WHOLE};
    enum tunnel_kind kind = TUNNEL_NONE;
    const uint8_t *p;
    enum skip_reason reason;

    if (view->captured >= 4) {
        kind = tunnel_map_find(map, be16(view->at + 2));
        if (kind == TUNNEL_NONE)
            return SKIP_NOT_TCP;
    }
    if ((reason = take(view, 8, &p)) != SKIP_NONE)
        return reason;
    if (be16(p + 4) != 0) /* 0: longer than 16 bits can tell */
        view_limit(view, be16(p + 4) < 8 ? 0 : be16(p + 4) - 8U);
    switch (kind) {
    case TUNNEL_VXLAN:
        return vxlan_decode(&payload);
    case TUNNEL_GENEVE:
        return geneve_decode(&payload);
    case TUNNEL_GTPU:
        return gtpu_decode(&payload);
    case TUNNEL_GUE:
        return gue_decode(&payload);
    case TUNNEL_FOU:
        return fou_decode(&payload);
    default:
        return SKIP_NOT_TCP;
    }
}
