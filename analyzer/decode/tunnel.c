#include "decode/tunnel.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>

static const struct {
    const char *name;
    enum tunnel_kind kind;
} kinds[] = {
    {"vxlan",  TUNNEL_VXLAN },
    {"geneve", TUNNEL_GENEVE},
    {"gue",    TUNNEL_GUE   },
    {"fou",    TUNNEL_FOU   },
    {"gtpu",   TUNNEL_GTPU  },
};

static enum tunnel_kind kind_named(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++) {
        if (strcmp(kinds[i].name, name) == 0)
            return kinds[i].kind;
    }
    return TUNNEL_NONE;
}

/* Decimal digits up to `=`, nothing else: no sign, no blank. */
static bool port_read(const char *text, uint16_t *port, const char **end)
{
    uint32_t value = 0;

    for (*end = text; **end >= '0' && **end <= '9'; ++*end) {
        value = value * 10 + (uint32_t)(**end - '0');
        if (value > UINT16_MAX)
            return false;
    }
    *port = (uint16_t)value;
    return value > 0 && **end == '=';
}

bool tunnel_map_set(struct tunnel_map *map, uint16_t port, enum tunnel_kind kind)
{
    size_t at = 0;

    while (at < map->count && map->ports[at].port != port)
        at++;
    if (at == TUNNEL_PORTS_MAX)
        return false;
    map->ports[at].port = port;
    map->ports[at].kind = (uint8_t)kind;
    if (at == map->count)
        map->count++;
    return true;
}

void tunnel_map_print(const struct tunnel_map *map, size_t index, char text[TUNNEL_TEXT])
{
    const char *name = "";

    for (size_t i = 0; i < sizeof kinds / sizeof kinds[0]; i++)
        if (kinds[i].kind == (enum tunnel_kind)map->ports[index].kind)
            name = kinds[i].name;
    snprintf(text, TUNNEL_TEXT, "udp/%u=%s", (unsigned)map->ports[index].port, name);
}

enum status tunnel_map_add(struct tunnel_map *map, const char *text, struct error *err)
{
    enum tunnel_kind kind;
    const char *end;
    uint16_t port;

    if (strncmp(text, "udp/", 4) != 0 || strchr(text, '=') == NULL)
        return error_set(err, STATUS_USAGE, "%s: a tunnel is written udp/PORT=KIND", text);
    if (!port_read(text + 4, &port, &end))
        return error_set(err, STATUS_USAGE, "%s: a port is a number from 1 to 65535", text);
    kind = kind_named(end + 1);
    if (kind == TUNNEL_NONE)
        return error_set(err, STATUS_USAGE,
                         "%s: no tunnel '%s'; there are vxlan, geneve, gue, fou and gtpu", text,
                         end + 1);
    if (!tunnel_map_set(map, port, kind))
        return error_set(err, STATUS_USAGE, "%s: more than %d tunnel ports", text,
                         TUNNEL_PORTS_MAX);
    return STATUS_OK;
}

enum tunnel_kind tunnel_map_find(const struct tunnel_map *map, uint16_t port)
{
    for (size_t i = 0; map != NULL && i < map->count; i++) {
        if (map->ports[i].port == port)
            return (enum tunnel_kind)map->ports[i].kind;
    }
    switch (port) {
    case 4789:
    case 8472:
        return TUNNEL_VXLAN;
    case 6081:
        return TUNNEL_GENEVE;
    case 6080:
        return TUNNEL_GUE;
    case 2152:
        return TUNNEL_GTPU;
    default:
        return TUNNEL_NONE;
    }
}
