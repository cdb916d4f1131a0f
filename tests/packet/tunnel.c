#include "packet/tunnel.h"

#include <assert.h>

#include "packet/writer.h"

enum {
    PROTOCOL_UDP = 17,
    PROTOCOL_GRE = 47,
    HEADER_ROOM = 400,
};

static uint32_t forced(struct frame_forced wish, uint32_t otherwise)
{
    return wish.set ? wish.value : otherwise;
}

static void put_extra(struct writer *w, const struct frame_tunnel *tunnel)
{
    put_bytes(w, tunnel->extra, tunnel->extra_len);
}

/* The header of an inner frame, where the tunnel carries frames. */
static void put_ethernet(struct writer *w, const struct frame_tunnel *tunnel, uint16_t ethertype)
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 4, 2, 0, 0, 0, 0, 3};

    put_bytes(w, macs, sizeof(macs));
    if (tunnel->vlan) {
        put16(w, 0x8100);
        put16(w, tunnel->vlan);
    }
    put16(w, ethertype);
}

/* --- GRE ----------------------------------------------------------------------------------- */

static void put_gre(struct writer *w, const struct frame_tunnel *tunnel, uint16_t ethertype)
{
    put16(w, forced(tunnel->flags, tunnel->id ? 0x2000 : 0));
    put16(w, forced(tunnel->carries, tunnel->ethernet ? 0x6558 : ethertype));
    if (tunnel->id)
        put32(w, tunnel->id);
    put_extra(w, tunnel);
    if (tunnel->ethernet)
        put_ethernet(w, tunnel, ethertype);
}

static void put_erspan(struct writer *w, const struct frame_tunnel *tunnel, uint16_t ethertype)
{
    bool third = tunnel->kind == FRAME_ERSPAN3;

    if (tunnel->kind == FRAME_ERSPAN1) {
        put16(w, forced(tunnel->flags, 0));
        put16(w, 0x88be);
    } else {
        put16(w, forced(tunnel->flags, 0x1000));
        put16(w, third ? 0x22eb : 0x88be);
        put32(w, 7); /* sequence number */
        put16(w, forced(tunnel->carries, third ? 0x2000 : 0x1000));
        put16(w, tunnel->id);
        put32(w, 0x12345678); /* port index; time */
        if (third)
            put32(w, tunnel->extra_len ? 1 : 0); /* a subheader follows */
        put_extra(w, tunnel);
    }
    put_ethernet(w, tunnel, ethertype);
}

/* `extra` begins with the sequence number. */
static void put_eoip(struct writer *w, const struct frame_tunnel *tunnel, uint32_t len,
                     uint16_t ethertype)
{
    put16(w, forced(tunnel->flags, 0x2001));
    put16(w, forced(tunnel->carries, 0x6400));
    put16(w, len + 14);
    put16(w, (tunnel->id & 0xff) << 8 | tunnel->id >> 8);
    put_ethernet(w, tunnel, ethertype);
}

static void put_pptp(struct writer *w, const struct frame_tunnel *tunnel, uint32_t len,
                     uint16_t ethertype)
{
    put16(w, forced(tunnel->flags, 0x3001));
    put16(w, forced(tunnel->carries, 0x880b));
    put16(w, len + 4);
    put16(w, tunnel->id);
    if (tunnel->extra_len)
        put_extra(w, tunnel);
    else
        put32(w, 1);
    put16(w, 0xff03);
    put16(w, ethertype == 0x86dd ? 0x0057 : 0x0021);
}

/* --- in UDP -------------------------------------------------------------------------------- */

static void put_vxlan(struct writer *w, const struct frame_tunnel *tunnel, uint16_t ethertype)
{
    put16(w, forced(tunnel->flags, 0x0800));
    put16(w, 0);
    put32(w, tunnel->id << 8);
    put_ethernet(w, tunnel, ethertype);
}

static void put_geneve(struct writer *w, const struct frame_tunnel *tunnel, uint16_t ethertype)
{
    put16(w, forced(tunnel->flags, (uint32_t)tunnel->extra_len / 4 << 8));
    put16(w, forced(tunnel->carries, tunnel->ethernet ? 0x6558 : ethertype));
    put32(w, tunnel->id << 8);
    put_extra(w, tunnel);
    if (tunnel->ethernet)
        put_ethernet(w, tunnel, ethertype);
}

static void put_gtpu(struct writer *w, const struct frame_tunnel *tunnel, uint32_t len)
{
    put16(w, forced(tunnel->flags, 0x30ff));
    put16(w, forced(tunnel->carries, len + tunnel->extra_len));
    put32(w, tunnel->id);
    put_extra(w, tunnel);
}

static void put_gue(struct writer *w, const struct frame_tunnel *tunnel, uint8_t protocol)
{
    put16(w, forced(tunnel->flags,
                    (uint32_t)tunnel->extra_len / 4 << 8 | forced(tunnel->carries, protocol)));
    put16(w, 0);
    put_extra(w, tunnel);
}

static uint16_t usual_port(enum frame_tunnel_kind kind)
{
    switch (kind) {
    case FRAME_VXLAN:
        return 4789;
    case FRAME_GENEVE:
        return 6081;
    case FRAME_GTPU:
        return 2152;
    case FRAME_GUE:
    case FRAME_GUE1:
        return 6080;
    default:
        return 5555;
    }
}

static void put_udp(struct writer *w, const struct frame_tunnel *tunnel, uint32_t len)
{
    put16(w, 50000);
    put16(w, tunnel->port ? tunnel->port : usual_port(tunnel->kind));
    put16(w, forced(tunnel->udp_len, 8 + len));
    put16(w, 0);
}

static void put_tunnel_in_udp(struct writer *w, const struct frame_tunnel *tunnel,
                              const struct tunnel_content *content)
{
    switch (tunnel->kind) {
    case FRAME_VXLAN:
        put_vxlan(w, tunnel, content->ethertype);
        break;
    case FRAME_GENEVE:
        put_geneve(w, tunnel, content->ethertype);
        break;
    case FRAME_GTPU:
        put_gtpu(w, tunnel, content->len);
        break;
    case FRAME_GUE:
        put_gue(w, tunnel, content->protocol);
        break;
    default: /* no header */
        break;
    }
}

/* --- below IP ------------------------------------------------------------------------------ */

static void put_mpls(struct writer *w, const struct frame_tunnel *tunnel,
                     const struct tunnel_content *content)
{
    bool bottom = tunnel->ethernet || content->ethertype != 0x8847;

    put32(w, tunnel->id << 12 | (bottom ? 0x100U : 0) | 64);
    put_extra(w, tunnel);
    if (tunnel->ethernet)
        put_ethernet(w, tunnel, content->ethertype);
}

static void put_pppoe(struct writer *w, const struct frame_tunnel *tunnel,
                      const struct tunnel_content *content)
{
    put16(w, forced(tunnel->flags, 0x1100));
    put16(w, tunnel->id);
    put16(w, content->len + 2);
    put16(w, forced(tunnel->carries, content->ethertype == 0x86dd ? 0x0057 : 0x0021));
}

static void put_pbb(struct writer *w, const struct frame_tunnel *tunnel,
                    const struct tunnel_content *content)
{
    put32(w, tunnel->id);
    put_ethernet(w, tunnel, content->ethertype);
}

/* --- the whole ----------------------------------------------------------------------------- */

static void put_before(struct tunnel_content *content, const struct writer *header)
{
    memmove(content->bytes + written(header), content->bytes, content->len);
    memcpy(content->bytes, header->start, written(header));
    content->len += written(header);
    assert(content->len <= FRAME_ROOM);
}

static void wrap_in_udp(const struct frame_tunnel *tunnel, struct tunnel_content *content)
{
    uint8_t room[HEADER_ROOM];
    struct writer w = {.start = room, .at = room};

    put_tunnel_in_udp(&w, tunnel, content);
    put_before(content, &w);
    w.at = room;
    put_udp(&w, tunnel, content->len);
    put_before(content, &w);
    content->protocol = PROTOCOL_UDP;
}

bool tunnel_wrap(const struct frame_tunnel *tunnel, struct tunnel_content *content)
{
    uint8_t room[HEADER_ROOM];
    struct writer w = {.start = room, .at = room};

    switch (tunnel->kind) {
    case FRAME_IPIP:
        return true;
    case FRAME_GRE:
        put_gre(&w, tunnel, content->ethertype);
        break;
    case FRAME_ERSPAN1:
    case FRAME_ERSPAN2:
    case FRAME_ERSPAN3:
        put_erspan(&w, tunnel, content->ethertype);
        break;
    case FRAME_PPTP:
        put_pptp(&w, tunnel, content->len, content->ethertype);
        break;
    case FRAME_EOIP:
        put_eoip(&w, tunnel, content->len, content->ethertype);
        break;
    case FRAME_MPLS:
        put_mpls(&w, tunnel, content);
        put_before(content, &w);
        content->ethertype = 0x8847;
        return false;
    case FRAME_PBB:
        put_pbb(&w, tunnel, content);
        put_before(content, &w);
        content->ethertype = 0x88e7;
        return false;
    case FRAME_PPPOE:
        put_pppoe(&w, tunnel, content);
        put_before(content, &w);
        content->ethertype = 0x8864;
        return false;
    default:
        wrap_in_udp(tunnel, content);
        return true;
    }
    put_before(content, &w);
    content->protocol = PROTOCOL_GRE;
    return !tunnel->bare;
}
