/* Which UDP ports are tunnels: those that IANA or custom gave to one, and those that the user
 * names. */
#ifndef TUNNEL_H
#define TUNNEL_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "decode/packet.h"

enum {
    TUNNEL_PORTS_MAX = 32
};

/* The ports that the user named. Zeroed: none. */
struct tunnel_map {
    size_t count;
    struct {
        uint16_t port;
        uint8_t kind; /* enum tunnel_kind */
    } ports[TUNNEL_PORTS_MAX];
};

/* Adds a port as the user writes it: `udp/PORT=KIND`, KIND one of vxlan, geneve, gue, fou, gtpu.
 * A port that was named before, or that is a tunnel by default, becomes the new kind.
 * STATUS_USAGE, with the reason in `err` and nothing changed, if the text says something else. */
enum status tunnel_map_add(struct tunnel_map *map, const char *text, struct error *err);

/* The same for a port and a kind. False, and nothing changed, if there is no room left. */
bool tunnel_map_set(struct tunnel_map *map, uint16_t port, enum tunnel_kind kind);

enum {
    TUNNEL_TEXT = 24
};

/* Writes one of the ports as tunnel_map_add() reads it. */
void tunnel_map_print(const struct tunnel_map *map, size_t index, char text[TUNNEL_TEXT]);

/* The tunnel whose packets go to this UDP port, TUNNEL_NONE if none. `map` may be NULL. By default:
 * VXLAN 4789 (RFC 7348 §5) and 8472 (Linux, before there was a number), GENEVE 6081 (RFC 8926
 * §3.3), GUE 6080 (draft-ietf-intarea-gue), GTP-U 2152 (3GPP TS 29.281 §4.4.2). FOU has no
 * port of its own. */
enum tunnel_kind tunnel_map_find(const struct tunnel_map *map, uint16_t port);

#endif
