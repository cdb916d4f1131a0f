/* From the bytes of one frame to a packet: link layer, tunnels, IP, TCP or ICMP.
 * Allocates nothing, prints nothing and never reads past the captured bytes. */
#ifndef DECODE_H
#define DECODE_H

#include <stdint.h>

#include "decode/packet.h"
#include "decode/tunnel.h"

/* Remembers the IP fragments of one capture. */
struct decoder;

/* Caller frees with decoder_free(), which accepts NULL. */
struct decoder *decoder_new(void);
void decoder_free(struct decoder *decoder);

/* Which UDP ports are tunnels besides the default ones. `map` is borrowed until the decoder is
 * freed or given another; NULL: none, as in the beginning. */
void decoder_set_tunnels(struct decoder *decoder, const struct tunnel_map *map);

/* Decodes one frame.
 *   dlt      libpcap's DLT_ value
 *   bytes    the captured bytes, borrowed until the call returns
 *   captured how many there are
 *   sent     how long the frame was on the wire
 * Fills `out` whole. A frame that is neither a TCP segment nor an ICMP error has the kind
 * PACKET_SKIPPED and a reason. A fragment is skipped until the one that makes its datagram
 * whole, which then stands for the whole segment. */
void decode_frame(struct decoder *decoder, int dlt, const uint8_t *bytes, uint32_t captured,
                  uint32_t sent, struct packet *out);

#endif
