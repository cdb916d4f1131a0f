/* The layers, for walk.c and decode.c: each takes its header off the view and says what follows.
 * All return SKIP_NONE, or why the packet can't be decoded further. */
#ifndef LAYERS_H
#define LAYERS_H

#include "decode/fragment.h"
#include "decode/packet.h"
#include "decode/tunnel.h"
#include "decode/view.h"

/* What stands at the front of the view. */
enum layer {
    LAYER_ETHERNET,  /* an Ethernet header */
    LAYER_ETHERTYPE, /* what the EtherType `number` names */
    LAYER_PPP,       /* PPP, from its protocol field on */
    LAYER_IP,        /* an IPv4 or IPv6 header */
    LAYER_PROTOCOL,  /* what the IP protocol `number` names */
    LAYER_PAYLOAD,   /* no tunnel: TCP, ICMP, … */
};

struct next {
    enum layer layer;
    uint16_t number;
};

/* --- link layer ---------------------------------------------------------------------------- */

/* Takes the link-layer header of link type `dlt` and any 802.1Q tags off; fills packet->vlan and
 * ifindex. */
enum skip_reason link_decode(int dlt, struct view *view, struct packet *packet, struct next *next);

/* An Ethernet header, without the tags that may follow it. */
enum skip_reason ethernet_decode(struct view *view, struct next *next);

/* The 802.1Q tag of a frame in a tunnel. */
enum skip_reason inner_tag_decode(struct view *view, struct packet *packet, struct next *next);

/* --- between link layer and IP ------------------------------------------------------------- */

/* RFC 3032: the label stack. What is below has no type field: IP by its first four bits, else an
 * Ethernet frame with or without a control word (RFC 4448). `quoted`: as in ip_decode(). */
enum skip_reason mpls_decode(struct view *view, bool quoted, struct packet *packet,
                             struct next *next);

/* IEEE 802.1Q §9.7: the I-TAG of a provider backbone bridge, before the customer's own frame. */
enum skip_reason backbone_decode(struct view *view, struct packet *packet, struct next *next);

/* RFC 2516: the session stage. */
enum skip_reason pppoe_decode(struct view *view, struct packet *packet, struct next *next);

/* RFC 1661 §2 and RFC 1662: the protocol field, in one or two bytes. */
enum skip_reason ppp_decode(struct view *view, struct next *next);

/* --- IP ------------------------------------------------------------------------------------ */

/* The addresses and the protocol of an IP header, and whether it is a piece of a datagram. */
struct ip_header {
    struct address src, dst;
    /* Not version and ttl side by side as in struct packet: gcc copies such two at once, and the
     * processor then waits until both single stores are through, for half the time of the rest. */
    uint8_t version, protocol, ttl;
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

/* How much of the view the length in an IP header has to tell of. */
enum ip_fit {
    IP_FITS_ANY,   /* a quote */
    IP_FITS_INTO,  /* no more: padding may follow */
    IP_FITS_WHOLE, /* all of it */
};

/* Whether an IP header stands at the front where nothing but itself can tell. Takes nothing.
 * SKIP_NONE if so, SKIP_CUT if too little was captured to say, SKIP_NOT_TCP if not. */
enum skip_reason ip_recognise(const struct view *view, enum ip_fit fit);

/* --- tunnels in IP ------------------------------------------------------------------------- */

/* GRE (RFC 2784, 2890), ERSPAN in it, PPTP's GRE (RFC 2637 §4.1) and EoIP. SKIP_NOT_TCP for any
 * other version and for source routes (RFC 1701). */
enum skip_reason gre_decode(struct view *view, struct packet *packet, struct next *next);

/* UDP (RFC 768) and the tunnel header after it. SKIP_NOT_TCP unless the destination port is one
 * of a tunnel and the payload is valid as such, so that other traffic on the port is not misread:
 * reserved bits have to be 0, lengths have to fit. */
enum skip_reason udp_decode(struct view *view, const struct tunnel_map *map, bool quoted,
                            struct packet *packet, struct next *next);

/* --- the way down -------------------------------------------------------------------------- */

struct trail;

struct walk {
    struct packet *packet; /* gets the tunnels, the sizes and the number of pieces */
    const struct tunnel_map *map;
    struct fragment_table *fragments; /* NULL: nothing is put together: the first piece of a
                                       * datagram stands for it, the others end the way */
    bool quoted;                      /* in an ICMP error: as in ip_decode() */
    struct trail *trail;              /* gets where each header stands; NULL: not asked */
};

/* Follows the headers, the first of which is `*next`, through all tunnels down to what the
 * innermost IP header carries: that header is `ip`, the view is left behind it. Uses `*next` up.
 * SKIP_NOT_IP only if there was no IP header at all. */
enum skip_reason walk_down(const struct walk *walk, struct next *next, struct view *view,
                           struct ip_header *ip);

/* --- what IP carries ----------------------------------------------------------------------- */

/* RFC 9293 §3.1. Fills all of `tcp` but the addresses. */
enum skip_reason tcp_decode(struct view *view, struct segment *tcp);

/* RFC 792; RFC 4443 if `version` is 6. SKIP_NOT_TCP if it is no error. The quoted packet is
 * followed through its tunnels as far as it was quoted. */
enum skip_reason icmp_decode(struct view *view, uint8_t version, const struct tunnel_map *map,
                             struct icmp_error *icmp);

#endif
