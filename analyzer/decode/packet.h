/* What one frame holds, in host byte order: a TCP segment, an ICMP error, or nothing of use. */
#ifndef PACKET_H
#define PACKET_H

#include <stdbool.h>
#include <stdint.h>

struct address {
    uint8_t bytes[16]; /* network order; IPv4 in the first four, the rest zero */
};

struct endpoint {
    struct address addr;
    uint16_t port;
};

/* TCP flags as on the wire (RFC 9293 §3.1). */
enum {
    TCP_FIN = 0x01,
    TCP_SYN = 0x02,
    TCP_RST = 0x04,
    TCP_PSH = 0x08,
    TCP_ACK = 0x10,
    TCP_URG = 0x20,
};

enum {
    SACK_BLOCKS_MAX = 4, /* as many as fit into 40 bytes of options */
    SCALE_MAX = 14,      /* of a window; a larger one in a SYN counts as this (RFC 7323 §2.3) */
};

struct sack_block {
    uint32_t left, right;
};

struct tcp_options {
    bool has_mss, has_wscale, has_sack_permitted, has_timestamps, has_fast_open;
    bool cut;       /* the capture ended inside of the options */
    bool malformed; /* a length that does not fit (RFC 9293 §3.1) */
    uint16_t mss;
    uint8_t wscale;           /* as offered: it may be more than SCALE_MAX */
    uint8_t fast_open_cookie; /* its bytes; 0: a cookie is asked for */
    uint8_t sack_blocks;
    uint32_t tsval, tsecr;
    struct sack_block sack[SACK_BLOCKS_MAX];
};

struct segment {
    struct endpoint src, dst;
    uint32_t seq, ack;
    uint32_t len; /* payload as sent, not as captured */
    uint32_t payload_captured;
    const uint8_t *payload; /* what was captured of it; borrowed from the frame */
    const uint8_t *header;  /* likewise, options included */
    uint8_t header_captured;
    uint16_t win; /* raw */
    uint8_t flags;
    struct tcp_options opt;
};

/* An ICMP or ICMPv6 error and the packet that it quotes (RFC 792, RFC 4443). */
struct icmp_error {
    uint8_t type, code;
    uint32_t mtu;       /* 0: none given */
    struct address src; /* who sent the error */
    /* Of the innermost header if all headers down to it were quoted, else of the outermost. */
    struct endpoint quoted_src, quoted_dst;
    uint8_t quoted_version; /* 4 or 6; 0: no header quoted */
    uint8_t quoted_ttl;     /* of the outermost header: the one that the error is about */
    bool quoted_tunnel;     /* it is of a tunnel: `mtu` has to hold the tunnel's headers too */
    bool quotes_tcp;        /* the ports of a TCP segment are there */
    bool has_quoted_seq;
    uint32_t quoted_seq;
};

enum packet_kind {
    PACKET_SKIPPED,
    PACKET_SEGMENT,
    PACKET_ICMP,
};

/* Why a packet is neither a segment nor an ICMP error. */
enum skip_reason {
    SKIP_NONE,
    SKIP_LINKTYPE,  /* a link type that is not known */
    SKIP_NOT_IP,    /* ARP, LLDP, … */
    SKIP_NOT_TCP,   /* UDP, ICMP echo, … */
    SKIP_FRAGMENT,  /* a piece of a datagram that is not whole yet, or never was */
    SKIP_CUT,       /* captured bytes end before the ports and numbers */
    SKIP_MALFORMED, /* a length or version that cannot be */
    SKIP_ENCRYPTED, /* ESP */
    SKIP_FILTERED,  /* the user did not want it */
    SKIP_REASONS
};

/* What stands between the frame and the IP header of the segment. */
enum tunnel_kind {
    TUNNEL_NONE,
    TUNNEL_VLAN,  /* 802.1Q tag inside of a tunnel; the frame's own are in packet.vlan */
    TUNNEL_MPLS,  /* one for each label */
    TUNNEL_PPPOE, /* id: session */
    TUNNEL_PBB,   /* provider backbone bridge: IEEE 802.1ah; id: I-SID */
    TUNNEL_IPIP,  /* IPv4 in IPv4 */
    TUNNEL_4IN6,
    TUNNEL_6IN4,
    TUNNEL_6IN6,
    TUNNEL_GRE,    /* id: key, 0 without */
    TUNNEL_ERSPAN, /* id: session, 0 in type I, which has none */
    TUNNEL_PPTP,   /* id: call */
    TUNNEL_EOIP,   /* id: tunnel */
    TUNNEL_VXLAN,  /* id: VNI */
    TUNNEL_GENEVE, /* id: VNI */
    TUNNEL_GTPU,   /* id: TEID */
    TUNNEL_GUE,
    TUNNEL_FOU,
    TUNNEL_KINDS
};

struct tunnel {
    uint8_t kind; /* enum tunnel_kind */
    uint32_t id;  /* 0: none */
};

enum {
    TUNNELS_KEPT = 4, /* the outermost of them */
    TUNNELS_MAX = 16  /* nested deeper, a packet is malformed */
};

/* Header fields are those of the innermost IP header, which carries the segment. */
struct packet {
    enum packet_kind kind;
    enum skip_reason reason;
    uint8_t version; /* 4 or 6 */
    uint8_t ttl;     /* of the packet itself */
    bool has_ip_id;
    uint16_t ip_id;
    bool df;           /* IPv4 don't fragment; always true in IPv6 */
    uint8_t fragments; /* how many pieces it, or a tunnel's packet, came in; 0: not fragmented */
    uint16_t vlan[2];  /* 802.1Q tags of the frame, outermost first; 0: none */
    uint32_t ifindex;  /* of SLL2; 0: none */
    union {
        struct segment tcp;
        struct icmp_error icmp;
    };
    uint8_t tunnels; /* how many, labels and inner tags counted; more than TUNNELS_KEPT: */
    struct tunnel tunnel[TUNNELS_KEPT]; /* only these are told, outermost first */
    const uint8_t *ip_header;           /* borrowed from the frame, where all of it was captured */
    uint16_t ip_header_len;             /* extension headers included */
    uint32_t inner_len; /* the IP datagram of the segment as sent, headers included */
    uint32_t outer_len; /* and all that stands before it after the link layer and its tags: the
                         * outermost IP datagram. The difference is the tunnels' overhead. */
};

/* A name for people, as it stands in the database: "not TCP". Static. */
const char *skip_reason_name(enum skip_reason reason);

#endif
