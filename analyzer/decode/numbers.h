/* Numbers that more than one layer knows: IANA's IP protocols and IEEE's EtherTypes. */
#ifndef NUMBERS_H
#define NUMBERS_H

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

#endif
