/* Builds frames for tests, from a description: `struct frame_spec` says what differs from an
 * ordinary TCP segment from 10.0.0.1:40000 to 10.0.0.2:80 in an Ethernet frame. Checksums and
 * lengths come out right unless the description says otherwise, so a test names only what it is
 * about:
 *
 *     frame_build(&(struct frame_spec){ .flags = FRAME_SYN, .seq = 1000,
 *                                       FRAME_OPTIONS(FRAME_MSS(1460)) }, &frame);
 */
#ifndef FRAME_H
#define FRAME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    FRAME_ROOM = 70000 /* a datagram of 65535 bytes with any link header before it */
};

/* Bytes as they would be on the wire. */
struct built_frame {
    uint32_t len;
    uint8_t bytes[FRAME_ROOM];
};

enum frame_link {
    FRAME_ETHERNET,
    FRAME_SLL,  /* Linux cooked capture, `-i any` */
    FRAME_SLL2, /* its second version, with an interface index */
    FRAME_RAW,  /* IP at once, 4 or 6 */
    FRAME_RAW_IPV4,
    FRAME_RAW_IPV6,
    FRAME_NULL,         /* BSD loopback: address family in host order */
    FRAME_NULL_SWAPPED, /* the same, from a machine of the other byte order */
    FRAME_LOOP,         /* OpenBSD loopback: address family in network order */
    FRAME_LINKS
};

/* The libpcap number (DLT_) that a capture of such frames has. */
int frame_dlt(enum frame_link link);

/* TCP flags, spelled for tests: independent of the code under test. */
enum {
    FRAME_FIN = 1,
    FRAME_SYN = 2,
    FRAME_RST = 4,
    FRAME_PSH = 8,
    FRAME_ACK = 16,
    FRAME_URG = 32,
    FRAME_ECE = 64,
    FRAME_CWR = 128,
    FRAME_NO_FLAGS = 256, /* 0 means ACK, the flag of most segments */
};

/* TCP options as bytes, to be listed in FRAME_OPTIONS(). */
#define FRAME_BE16(n)            (uint8_t)((n) / 256 % 256), (uint8_t)((n) % 256)
#define FRAME_BE32(n)            FRAME_BE16((uint32_t)(n) / 65536), FRAME_BE16((uint32_t)(n) % 65536)
#define FRAME_EOL                0
#define FRAME_NOP                1
#define FRAME_MSS(n)             2, 4, FRAME_BE16(n)
#define FRAME_WSCALE(n)          3, 3, (n)
#define FRAME_SACK_PERMITTED     4, 2
#define FRAME_SACK1(left, right) 5, 10, FRAME_BE32(left), FRAME_BE32(right)
#define FRAME_SACK2(left, right, left2, right2)                                                    \
    5, 18, FRAME_BE32(left), FRAME_BE32(right), FRAME_BE32(left2), FRAME_BE32(right2)
#define FRAME_TIMESTAMPS(value, echo) 8, 10, FRAME_BE32(value), FRAME_BE32(echo)
#define FRAME_FAST_OPEN               34, 2

/* Initialises .options and .options_len of a frame_spec. Padded with zeros to whole words. */
#define FRAME_OPTIONS(...)                                                                         \
    .options = (const uint8_t[]){__VA_ARGS__}, .options_len = sizeof((const uint8_t[]){__VA_ARGS__})

/* A value that replaces what the builder would compute: FRAME_FORCE(0). */
struct frame_forced {
    bool set;
    uint32_t value;
};
#define FRAME_FORCE(n)                                                                             \
    {                                                                                              \
        .set = true, .value = (n)                                                                  \
    }

/* An IPv6 extension header. Without `data` its content is zero: padding options. */
struct frame_extension {
    uint8_t type; /* 0 hop-by-hop, 43 routing, 44 fragment, 51 authentication, 60 destination, … */
    uint8_t len;  /* in the unit of the wire: 8-byte words after the first (AH: 4-byte words - 2) */
    const uint8_t *data;      /* what follows the first two bytes, all of it */
    struct frame_forced next; /* instead of what really follows */
};

/* An ICMP or ICMPv6 message that quotes another packet, with its tunnels. */
struct frame_icmp {
    uint8_t type, code;
    uint32_t rest;                  /* the second word: the MTU, … */
    const struct frame_spec *quote; /* its link layer is left out; NULL: no quote */
    struct frame_forced quote_len;  /* bytes of it; otherwise its IP header and 8 more */
};

/* A tunnel around the packet. Those in IP bring their outer IP header with them: TTL 33, from
 * 192.0.2.1 to 192.0.2.2, or 2001:db8::1 to ::2. */
enum frame_tunnel_kind {
    FRAME_IPIP, /* IP in IP, whatever the versions */
    FRAME_GRE,
    FRAME_ERSPAN1,
    FRAME_ERSPAN2,
    FRAME_ERSPAN3,
    FRAME_PPTP,
    FRAME_EOIP,
    FRAME_PBB,
    FRAME_VXLAN,
    FRAME_GENEVE,
    FRAME_GTPU,
    FRAME_GUE,
    FRAME_GUE1, /* variant 1: IP at once */
    FRAME_FOU,  /* to UDP port 5555 */
    FRAME_MPLS, /* one label */
    FRAME_PPPOE,
};

struct frame_tunnel {
    enum frame_tunnel_kind kind;
    uint32_t id;
    uint8_t version;      /* of the outer IP header, 4 or 6; 0: 4 */
    bool bare;            /* GRE without an IP header, as it is in FOU and GUE */
    uint16_t port;        /* UDP destination; 0: the usual one */
    bool ethernet;        /* the packet in a frame where there is a choice: GRE, GENEVE, MPLS */
    uint16_t vlan;        /* a tag in that frame */
    const uint8_t *extra; /* what follows the fixed header: options, fields, control word */
    uint8_t extra_len;
    struct frame_forced flags;   /* the first 16 bits of the header */
    struct frame_forced carries; /* its type or protocol field */
    struct frame_forced udp_len;
};

/* A list of tunnels and how many, outermost first. */
#define FRAME_LIST(...)                                                                            \
    (const struct frame_tunnel[]){__VA_ARGS__},                                                    \
        sizeof((const struct frame_tunnel[]){__VA_ARGS__}) / sizeof(struct frame_tunnel)

/* Initialises .tunnels and .tunnels_count of a frame_spec. */
#define FRAME_TUNNELS(...)                                                                         \
    .tunnels = (const struct frame_tunnel[]){__VA_ARGS__},                                         \
    .tunnels_count =                                                                               \
        sizeof((const struct frame_tunnel[]){__VA_ARGS__}) / sizeof(struct frame_tunnel)

/* Initialises .extra and .extra_len of a frame_tunnel. */
#define FRAME_EXTRA(...)                                                                           \
    .extra = (const uint8_t[]){__VA_ARGS__}, .extra_len = sizeof((const uint8_t[]){__VA_ARGS__})

struct frame_spec {
    enum frame_link link;
    uint16_t vlan[3];   /* 802.1Q tags, outermost first, up to the first 0 */
    uint16_t vlan_type; /* of the outer tag; 0: 0x8100 */
    struct frame_forced ethertype;
    uint32_t ifindex; /* SLL2 */
    bool pad;         /* to the 60 bytes of the shortest Ethernet frame, with 0xee */

    const struct frame_tunnel *tunnels; /* outermost first */
    uint8_t tunnels_count;

    uint8_t version;         /* 4 or 6; 0: 4 */
    const char *src, *dst;   /* text; NULL: 10.0.0.1, 10.0.0.2, fd00::1, fd00::2 */
    struct frame_forced ttl; /* otherwise 64 */
    uint16_t ip_id;
    bool dont_fragment, more_fragments;
    uint16_t fragment_offset;                 /* IPv4, in bytes, a multiple of 8 */
    const uint8_t *ip_options;                /* IPv4 */
    uint8_t ip_options_len;                   /* a multiple of 4 */
    const struct frame_extension *extensions; /* IPv6 */
    uint8_t extensions_count;
    struct frame_forced header_words; /* the IPv4 header length field, in 4-byte words */
    struct frame_forced ip_len;       /* the IPv4 total length, the IPv6 payload length */
    struct frame_forced ip_version;   /* the version field alone */
    struct frame_forced protocol;     /* otherwise 6, or that of `icmp` */
    const uint8_t *body; /* instead of TCP: the payload of the IP packet as it stands */
    uint32_t body_len;
    const struct frame_icmp *icmp; /* instead of TCP */

    uint16_t sport, dport; /* 0: 40000, 80 */
    uint32_t seq, ack;
    uint16_t flags;             /* 0: ACK */
    struct frame_forced window; /* otherwise 64240 */
    const uint8_t *options;
    uint8_t options_len;
    struct frame_forced data_offset; /* in 4-byte words */
    bool bad_checksum;
    const uint8_t *payload; /* NULL: 'a', 'b', … for payload_len bytes */
    uint32_t payload_len;
};

/* Builds the frame. */
void frame_build(const struct frame_spec *spec, struct built_frame *frame);

/* A SYN, for a first packet that only needs to be one: seq 1000, MSS 1460. */
extern const struct frame_spec frame_syn;

/* Cuts the IP packet of `spec` into fragments whose payload is `piece` bytes (a multiple of 8),
 * each a frame of its own. Returns how many; at most `room` are written. */
size_t frame_fragments(const struct frame_spec *spec, uint32_t piece, struct built_frame *frames,
                       size_t room);

#endif
