/* Where the headers of a frame stand: for those who copy frames, and cut or rewrite them. */
#ifndef TRAIL_H
#define TRAIL_H

#include "decode/layers.h"

enum trail_kind {
    TRAIL_ETHERNET, /* in a tunnel; the frame's own header is at 0 and of its link type */
    TRAIL_IP,       /* extension headers included */
    TRAIL_UDP,      /* of a tunnel */
    TRAIL_GRE,
    TRAIL_TCP,
    TRAIL_ICMP, /* an error; what it quotes follows */
};

struct trail_layer {
    uint8_t kind;        /* enum trail_kind */
    uint8_t version;     /* of IP: 4 or 6 */
    bool piece;          /* IP: of a fragmented datagram */
    bool quoted;         /* in an ICMP error */
    uint16_t header_len; /* IP: as captured, extension headers included */
    uint32_t at;         /* bytes from the front of the frame */
    uint32_t sent;       /* the header and all that it carries, by the lengths on the way to it */
};

enum {
    TRAIL_MAX = 5 * (TUNNELS_MAX + 1) /* a tunnel has at most Ethernet, IP, UDP and GRE */
};

struct trail {
    const uint8_t *frame;
    const struct tunnel_map *map; /* borrowed */
    bool quoted;                  /* what is added from now on is */
    size_t count;                 /* of layers, outermost first */
    struct trail_layer layers[TRAIL_MAX];
    uint32_t link_len; /* the link-layer header of the frame, with its tags */
    uint32_t end;      /* so many bytes are headers that are known; what follows is payload */
    bool has_tcp;      /* a TCP header was reached, quoted or not */
};

/* Follows the headers of one frame as decode_frame() does, but for pieces of IP datagrams: the
 * first one goes on to TCP, the others end with their IP header. The parameters are those of
 * decode_frame(); `map` may be NULL. */
void trail_follow(struct trail *trail, const struct tunnel_map *map, int dlt, const uint8_t *bytes,
                  uint32_t captured, uint32_t sent);

/* How many bytes of a layer are there at least if it was noted and is not beyond trail->end. */
uint32_t trail_least(const struct trail_layer *layer);

/* For walk.c: a header stands at the front of the view, or behind it in the case of IP. Protocols
 * that are no tunnel of their own headers are left out. */
void trail_add_ethernet(struct trail *trail, const struct view *view);
void trail_add_ip(struct trail *trail, const uint8_t *start, const struct view *view,
                  const struct ip_header *ip);
void trail_add(struct trail *trail, uint16_t protocol, const struct view *view);

/* For trail_follow.c: a TCP header, or that of an ICMP error, which is taken off the view and after
 * which all is quoted. False, and nothing more to follow, if it is not all there. */
void trail_add_tcp(struct trail *trail, const struct view *view);
bool trail_add_icmp(struct trail *trail, struct view *view);

/* All bytes before `end` are headers that are known. */
void trail_reach(struct trail *trail, const uint8_t *end);

#endif
