#include "decode/encap.h"

#include <inttypes.h>
#include <stdarg.h>
#include <stdio.h>

/* How the id of a kind is written. */
enum id_style {
    ID_NONE,
    ID_DECIMAL,
    ID_HEX,
    ID_OPTIONAL, /* decimal, left out when 0 */
};

static const struct {
    const char *name;
    enum id_style style;
} kinds[TUNNEL_KINDS] = {
    [TUNNEL_NONE] = {"none",   ID_NONE    },
      [TUNNEL_VLAN] = {"vlan",   ID_DECIMAL },
    [TUNNEL_MPLS] = {"mpls",   ID_DECIMAL },
      [TUNNEL_PPPOE] = {"pppoe",  ID_DECIMAL },
    [TUNNEL_IPIP] = {"ipip",   ID_NONE    },
      [TUNNEL_4IN6] = {"4in6",   ID_NONE    },
    [TUNNEL_6IN4] = {"6in4",   ID_NONE    },
      [TUNNEL_6IN6] = {"6in6",   ID_NONE    },
    [TUNNEL_GRE] = {"gre",    ID_OPTIONAL},
      [TUNNEL_ERSPAN] = {"erspan", ID_OPTIONAL},
    [TUNNEL_PBB] = {"pbb",    ID_DECIMAL },
      [TUNNEL_EOIP] = {"eoip",   ID_DECIMAL },
    [TUNNEL_PPTP] = {"pptp",   ID_DECIMAL },
      [TUNNEL_VXLAN] = {"vxlan",  ID_DECIMAL },
    [TUNNEL_GENEVE] = {"geneve", ID_DECIMAL },
      [TUNNEL_GTPU] = {"gtpu",   ID_HEX     },
    [TUNNEL_GUE] = {"gue",    ID_NONE    },
      [TUNNEL_FOU] = {"fou",    ID_NONE    },
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
    const char *name = kinds[tunnel->kind].name;

    if (tunnel->kind == TUNNEL_MPLS && label_before) {
        put(line, "/%" PRIu32, tunnel->id);
        return;
    }
    put(line, "%s%s", space, name);
    switch (kinds[tunnel->kind].style) {
    case ID_NONE:
        break;
    case ID_OPTIONAL:
        if (tunnel->id != 0)
            put(line, tunnel->kind == TUNNEL_GRE ? " key %" PRIu32 : " %" PRIu32, tunnel->id);
        break;
    case ID_DECIMAL:
        put(line, " %" PRIu32, tunnel->id);
        break;
    case ID_HEX:
        put(line, " 0x%" PRIx32, tunnel->id);
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
