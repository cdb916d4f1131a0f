/* The tunnels that a packet came in: keeping them, and printing them for people. */
#ifndef ENCAP_H
#define ENCAP_H

#include <stddef.h>

#include "decode/packet.h"

enum {
    ENCAP_TEXT = 128 /* the longest text, with its end */
};

/* Adds the next inner tunnel. False, and nothing added, if the packet is in TUNNELS_MAX already. */
bool encap_add(struct packet *packet, enum tunnel_kind kind, uint32_t id);

/* Writes what the packet came in, outermost first: "vlan 5 gue", "mpls 100/200", "vxlan 42 vlan 7",
 * "gre key 7", "gtpu 0x1a2b". The empty text if it came in nothing. The tunnels that are not kept
 * are counted: "… +3". */
void encap_print(const struct packet *packet, char *text, size_t size);

#endif
