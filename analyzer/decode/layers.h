/* The layers, for decode.c: each takes its header off the view and says what follows.
 * All return SKIP_NONE, or why the packet can't be decoded further. */
#ifndef LAYERS_H
#define LAYERS_H

#include "decode/fragment.h"
#include "decode/packet.h"
#include "decode/view.h"

/* Takes the link-layer header of link type `dlt` and any 802.1Q tags off; fills packet->vlan and
 * ifindex. Leaves the view at an IP header. */
enum skip_reason link_decode(int dlt, struct view *view, struct packet *packet);

/* The addresses and the protocol of an IP header, and whether it is a piece of a datagram. */
struct ip_header {
    struct address src, dst;
    uint8_t version, ttl, protocol;
    bool has_id, df;
    uint16_t id;
    bool fragmented;
    struct fragment fragment; /* set if fragmented */
};

/* RFC 791 §3.1 and RFC 8200 §3, §4. Leaves the view at the payload, cut to the length that the
 * header gives. A length of 0 (TCP segmentation offload, BIG TCP) means all that follows.
 * `quoted`: the header is a quote in an ICMP error, whose length fields tell of the packet that
 * was sent and not of the quote: they are not checked. */
enum skip_reason ip_decode(struct view *view, bool quoted, struct ip_header *ip);

/* RFC 9293 §3.1. Fills all of `tcp` but the addresses. */
enum skip_reason tcp_decode(struct view *view, struct segment *tcp);

/* RFC 792; RFC 4443 if `version` is 6. SKIP_NOT_TCP if it is no error. */
enum skip_reason icmp_decode(struct view *view, uint8_t version, struct icmp_error *icmp);

#endif
