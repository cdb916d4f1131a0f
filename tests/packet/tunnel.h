/* The headers of tunnels, for frame.c. */
#ifndef TEST_TUNNEL_H
#define TEST_TUNNEL_H

#include "packet/frame.h"

/* What a tunnel carries, and how headers around it name it. */
struct tunnel_content {
    uint8_t *bytes; /* room for FRAME_ROOM */
    uint32_t len;
    uint16_t ethertype;
    uint8_t protocol;
};

/* Puts the header of `tunnel` before the content, which becomes that of the next tunnel out.
 * True if it is to be put into an IP packet now; else `ethertype` and `protocol` name it. */
bool tunnel_wrap(const struct frame_tunnel *tunnel, struct tunnel_content *content);

#endif
