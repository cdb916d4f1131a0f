#include "decode/encap.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

static const char *const names[TUNNEL_KINDS] = {
    [TUNNEL_NONE] = "none",   [TUNNEL_VLAN] = "vlan",     [TUNNEL_MPLS] = "mpls",
    [TUNNEL_PPPOE] = "pppoe", [TUNNEL_PBB] = "pbb",       [TUNNEL_IPIP] = "ipip",
    [TUNNEL_4IN6] = "4in6",   [TUNNEL_6IN4] = "6in4",     [TUNNEL_6IN6] = "6in6",
    [TUNNEL_GRE] = "gre",     [TUNNEL_ERSPAN] = "erspan", [TUNNEL_PPTP] = "pptp",
    [TUNNEL_EOIP] = "eoip",   [TUNNEL_VXLAN] = "vxlan",   [TUNNEL_GENEVE] = "geneve",
    [TUNNEL_GTPU] = "gtpu",   [TUNNEL_GUE] = "gue",       [TUNNEL_FOU] = "fou",
};

bool encap_add(struct packet *packet, enum tunnel_kind kind, uint32_t id)
{
    if (packet->tunnels == TUNNELS_MAX)
        return false;
    if (packet->tunnels < TUNNELS_KEPT) {
        packet->tunnel[packet->tunnels].kind = (uint8_t)kind;
        packet->tunnel[packet->tunnels].id = id;
    }
    packet->tunnels++;
    return true;
}

/* A text that grows up to its size. */
struct line {
    char *text;
    size_t size, len;
};

static void put(struct line *line, const char *format, ...) __attribute__((format(printf, 2, 3)));

static void put(struct line *line, const char *format, ...)
{
    va_list arguments;
    int len;

    va_start(arguments, format);
    len = vsnprintf(line->text + line->len, line->size - line->len, format, arguments);
    va_end(arguments);
    if (len > 0)
        line->len += (size_t)len;
    if (line->len >= line->size)
        line->len = line->size - 1; /* cut */
}

static void put_tunnel(struct line *line, const struct tunnel *tunnel, bool label_before)
{
    const char *space = line->len > 0 ? " " : "";

    if (tunnel->kind == TUNNEL_MPLS && label_before) {
        put(line, "/%" PRIu32, tunnel->id);
        return;
    }
    put(line, "%s%s", space, names[tunnel->kind]);
    switch (tunnel->kind) {
    case TUNNEL_IPIP:
    case TUNNEL_4IN6:
    case TUNNEL_6IN4:
    case TUNNEL_6IN6:
    case TUNNEL_GUE:
    case TUNNEL_FOU:
        break; /* have no id */
    case TUNNEL_GRE:
        if (tunnel->id != 0)
            put(line, " key %" PRIu32, tunnel->id);
        break;
    case TUNNEL_ERSPAN:
        if (tunnel->id != 0)
            put(line, " %" PRIu32, tunnel->id);
        break;
    case TUNNEL_GTPU: /* as 3GPP writes a TEID */
        put(line, " 0x%" PRIx32, tunnel->id);
        break;
    default:
        put(line, " %" PRIu32, tunnel->id);
        break;
    }
}

void encap_print(const struct packet *packet, char *text, size_t size)
{
    struct line line = {text, size, 0};
    uint8_t kept = packet->tunnels < TUNNELS_KEPT ? packet->tunnels : TUNNELS_KEPT;

    if (size == 0)
        return;
    text[0] = '\0';
    for (int tag = 0; tag < 2; tag++) {
        if (packet->vlan[tag] != 0)
            put(&line, "%svlan %u", line.len > 0 ? " " : "", packet->vlan[tag]);
    }
    for (uint8_t i = 0; i < kept; i++)
        put_tunnel(&line, &packet->tunnel[i], i > 0 && packet->tunnel[i - 1].kind == TUNNEL_MPLS);
    if (packet->tunnels > kept)
        put(&line, " +%u", (unsigned)(packet->tunnels - kept));
}
