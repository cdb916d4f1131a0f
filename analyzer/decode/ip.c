/* IPv4 and IPv6 headers, down to the payload. */
#include "decode/layers.h"
#include "decode/numbers.h"

#include <string.h>

enum {
    EXTENSIONS_MAX = 16 /* more than RFC 8200 §4.1 lists twice over; bounds the loop */
};

enum {
    PAYLOAD_MIN = 8, /* the shortest header that may follow: UDP, ICMP, an extension */
    LENGTH_MAX = 65535
};

static enum skip_reason ipv4_decode(struct view *view, bool quoted, struct ip_header *ip)
{
    struct view whole = *view;
    const uint8_t *p, *options;
    uint32_t header_len, total_len;

    if (!view_take(view, 20, &p))
        return SKIP_CUT;
    header_len = (uint32_t)(p[0] & 0x0f) * 4;
    total_len = be16(p + 2);
    if (header_len < 20 || (!quoted && total_len != 0 && total_len < header_len))
        return SKIP_MALFORMED;
    if (!quoted && total_len != 0) {
        /* Ethernet pads short frames: what follows the datagram is not of it. */
        view_limit(&whole, total_len);
        view->captured = whole.captured < 20 ? 0 : whole.captured - 20;
        view->sent = whole.sent < 20 ? 0 : whole.sent - 20;
    }
    if (!view_take(view, header_len - 20, &options))
        return view->sent < header_len - 20 ? SKIP_MALFORMED : SKIP_CUT;

    ip->has_id = true;
    ip->id = be16(p + 4);
    ip->df = (p[6] & 0x40) != 0;
    ip->fragmented = (be16(p + 6) & 0x3fff) != 0;
    ip->fragment.id = ip->id;
    ip->fragment.offset = (uint32_t)(be16(p + 6) & 0x1fff) * 8;
    ip->fragment.more = (p[6] & 0x20) != 0;
    ip->ttl = p[8];
    ip->protocol = p[9];
    memcpy(ip->src.bytes, p + 12, 4);
    memcpy(ip->dst.bytes, p + 16, 4);
    return SKIP_NONE;
}

static enum skip_reason extension_decode(struct view *view, struct ip_header *ip, bool *found)
{
    const uint8_t *p, *rest;
    uint8_t type = ip->protocol;
    uint32_t size;

    *found = true;
    switch (type) {
    case EXT_FRAGMENT:
        if (!view_take(view, 8, &p))
            return SKIP_CUT;
        ip->fragment.offset = be16(p + 2) & 0xfff8;
        ip->fragment.more = (p[3] & 1) != 0;
        ip->fragment.id = be32(p + 4);
        /* RFC 6946: an "atomic" fragment is a whole datagram. */
        ip->fragmented = ip->fragment.offset != 0 || ip->fragment.more;
        break;
    case EXT_HOP_BY_HOP:
    case EXT_ROUTING:
    case EXT_DESTINATION:
    case EXT_AUTHENTICATION:
    case EXT_MOBILITY:
    case EXT_HIP:
    case EXT_SHIM6:
        if (!view_take(view, 8, &p))
            return SKIP_CUT;
        /* RFC 4302 §2.2: the length of AH counts in 4 bytes less two, all others in 8 less one. */
        size = type == EXT_AUTHENTICATION ? ((uint32_t)p[1] + 2) * 4 : ((uint32_t)p[1] + 1) * 8;
        if (size > 8 && !view_take(view, size - 8, &rest))
            return view->sent < size - 8 ? SKIP_MALFORMED : SKIP_CUT;
        break;
    default:
        *found = false;
        return SKIP_NONE;
    }
    ip->protocol = p[0];
    return SKIP_NONE;
}

static enum skip_reason ipv6_decode(struct view *view, bool quoted, struct ip_header *ip)
{
    const uint8_t *p;
    uint32_t payload_len;
    enum skip_reason reason = SKIP_NONE;
    bool found = true;

    if (!view_take(view, 40, &p))
        return SKIP_CUT;
    payload_len = be16(p + 4);
    if (!quoted && payload_len != 0)
        view_limit(view, payload_len);
    ip->protocol = p[6];
    ip->ttl = p[7];
    ip->df = true;
    memcpy(ip->src.bytes, p + 8, 16);
    memcpy(ip->dst.bytes, p + 24, 16);
    for (unsigned i = 0; found && i < EXTENSIONS_MAX && reason == SKIP_NONE; i++) {
        if (ip->fragmented)
            break; /* offsets count from here: what follows is put together first */
        reason = extension_decode(view, ip, &found);
    }
    return reason;
}

enum skip_reason ip_decode(struct view *view, bool quoted, struct ip_header *ip)
{
    memset(ip, 0, sizeof *ip);
    if (view->captured == 0)
        return SKIP_CUT;
    ip->version = view->at[0] >> 4;
    switch (ip->version) {
    case 4:
        return ipv4_decode(view, quoted, ip);
    case 6:
        return ipv6_decode(view, quoted, ip);
    default:
        return SKIP_MALFORMED;
    }
}

enum skip_reason ip_recognise(const struct view *view, enum ip_fit fit)
{
    uint8_t version;
    uint32_t header_len, len;

    if (view->captured == 0)
        return view->sent == 0 ? SKIP_NOT_TCP : SKIP_CUT;
    version = view->at[0] >> 4;
    if (version != 4 && version != 6)
        return SKIP_NOT_TCP;
    if (view->captured < 6)
        return view->sent < 6 ? SKIP_NOT_TCP : SKIP_CUT;
    header_len = version == 6 ? 40 : (uint32_t)(view->at[0] & 0x0f) * 4;
    len = version == 6 ? header_len + be16(view->at + 4) : be16(view->at + 2);
    if (header_len < 20)
        return SKIP_NOT_TCP;
    if (len == (version == 6 ? header_len : 0)) /* not told; rare, so only where it has to be */
        return fit != IP_FITS_ANY && view->sent <= LENGTH_MAX ? SKIP_NOT_TCP : SKIP_NONE;
    if (len < header_len + PAYLOAD_MIN)
        return SKIP_NOT_TCP;
    switch (fit) {
    case IP_FITS_WHOLE:
        return len == view->sent ? SKIP_NONE : SKIP_NOT_TCP;
    case IP_FITS_INTO:
        return len <= view->sent ? SKIP_NONE : SKIP_NOT_TCP;
    case IP_FITS_ANY:
        break;
    }
    return SKIP_NONE;
}
