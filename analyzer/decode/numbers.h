/* Numbers that more than one file knows: of link types, EtherTypes, IP protocols and headers, TCP
 * options. */
#ifndef NUMBERS_H
#define NUMBERS_H

/* libpcap's DLT_ values (https://www.tcpdump.org/linktypes.html), named here so that decoding
 * needs no libpcap. Raw IP has had three numbers. */
enum {
    DLT_NULL_ = 0,
    DLT_EN10MB_ = 1,
    DLT_RAW_ = 12,
    DLT_RAW_OPENBSD = 14,
    LINKTYPE_RAW_ = 101,
    DLT_LOOP_ = 108,
    DLT_LINUX_SLL_ = 113,
    DLT_IPV4_ = 228,
    DLT_IPV6_ = 229,
    DLT_LINUX_SLL2_ = 276,
};

enum ip_protocol {
    PROTOCOL_ICMP = 1,
    PROTOCOL_IPV4 = 4, /* IPv4 inside, whatever is outside */
    PROTOCOL_TCP = 6,
    PROTOCOL_UDP = 17,
    PROTOCOL_IPV6 = 41,
    PROTOCOL_GRE = 47,
    PROTOCOL_ESP = 50,
    PROTOCOL_AUTHENTICATION = 51,
    PROTOCOL_ICMPV6 = 58,
};

enum ethertype {
    ETHERTYPE_MIN = 0x0600, /* below: an IEEE 802.3 length */
    ETHERTYPE_IPV4 = 0x0800,
    ETHERTYPE_ERSPAN3 = 0x22eb,
    ETHERTYPE_ETHERNET = 0x6558, /* an Ethernet frame, its own header first (RFC 1701) */
    ETHERTYPE_EOIP = 0x6400,     /* not registered: what MikroTik's routers send */
    ETHERTYPE_VLAN = 0x8100,     /* IEEE 802.1Q */
    ETHERTYPE_IPV6 = 0x86dd,
    ETHERTYPE_PPP = 0x880b,
    ETHERTYPE_MPLS = 0x8847,
    ETHERTYPE_MPLS_UPSTREAM = 0x8848, /* "multicast" before RFC 5332 */
    ETHERTYPE_PPPOE_SESSION = 0x8864,
    ETHERTYPE_QINQ = 0x88a8, /* IEEE 802.1ad */
    ETHERTYPE_ERSPAN = 0x88be,
    ETHERTYPE_PBB = 0x88e7, /* IEEE 802.1ah */
    ETHERTYPE_QINQ_OLD = 0x9100,
};

/* IANA, IPv6 extension header types. */
enum {
    EXT_HOP_BY_HOP = 0,
    EXT_ROUTING = 43,
    EXT_FRAGMENT = 44,
    EXT_AUTHENTICATION = 51,
    EXT_DESTINATION = 60,
    EXT_MOBILITY = 135,
    EXT_HIP = 139,
    EXT_SHIM6 = 140,
};

/* IANA, TCP option kind numbers. */
enum tcp_option {
    TCP_OPT_END = 0,
    TCP_OPT_NOP = 1,
    TCP_OPT_MSS = 2,             /* RFC 9293 §3.7.1 */
    TCP_OPT_WSCALE = 3,          /* RFC 7323 §2 */
    TCP_OPT_SACK_PERMITTED = 4,  /* RFC 2018 §2 */
    TCP_OPT_SACK = 5,            /* RFC 2018 §3 */
    TCP_OPT_TIMESTAMPS = 8,      /* RFC 7323 §3 */
    TCP_OPT_MD5 = 19,            /* RFC 2385 */
    TCP_OPT_AUTHENTICATION = 29, /* RFC 5925 */
    TCP_OPT_MULTIPATH = 30,      /* RFC 8684 */
    TCP_OPT_FAST_OPEN = 34,      /* RFC 7413 §4.1.1 */
    TCP_OPT_EXPERIMENT = 254,    /* RFC 6994; Fast Open had the number 0xf989 there */
};

#endif
