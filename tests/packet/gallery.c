#include "packet/gallery.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static const uint8_t router_alert[] = {148, 4, 0, 0, 1, 1, 1, 0};

static const uint8_t syn_options[] = {FRAME_MSS(1460), FRAME_SACK_PERMITTED,
                                      FRAME_TIMESTAMPS(0x01020304, 0), FRAME_NOP, FRAME_WSCALE(7)};
static const uint8_t sack_options[] = {FRAME_NOP,
                                       FRAME_NOP,
                                       FRAME_TIMESTAMPS(5, 6),
                                       FRAME_NOP,
                                       FRAME_NOP,
                                       5,
                                       26,
                                       FRAME_BE32(100),
                                       FRAME_BE32(200),
                                       FRAME_BE32(300),
                                       FRAME_BE32(400),
                                       FRAME_BE32(500),
                                       FRAME_BE32(600)};

static const struct frame_extension chain[] = {
    {.type = 0 },
    {.type = 60, .len = 1},
    {.type = 43         },
    {.type = 51, .len = 4},
    {.type = 60 },
};
static const struct frame_extension atomic[] = {{.type = 44}};

static const struct frame_spec quoted_v4 = {.seq = 77, .payload_len = 100, .ttl = FRAME_FORCE(1)};
static const struct frame_spec quoted_v6 = {.version = 6, .seq = 77, .payload_len = 100};
static const struct frame_icmp time_exceeded = {.type = 11, .quote = &quoted_v4};
static const struct frame_icmp fragmentation_needed = {
    .type = 3, .code = 4, .rest = 1400, .quote = &quoted_v4, .quote_len = FRAME_FORCE(548)};
static const struct frame_icmp too_big = {.type = 2, .rest = 1280, .quote = &quoted_v6};

static const struct frame_spec quoted_vxlan = {.seq = 77,
                                               .payload_len = 1400,
                                               .ttl = FRAME_FORCE(64),
                                               FRAME_TUNNELS({.kind = FRAME_VXLAN, .id = 42})};
static const struct frame_icmp vxlan_too_big = {
    .type = 3, .code = 4, .rest = 1450, .quote = &quoted_vxlan, .quote_len = FRAME_FORCE(548)};

#define SYN  .flags = FRAME_SYN, .seq = 1000, .options = syn_options, .options_len = 20
#define SACK .seq = 5000, .ack = 6000, .options = sack_options, .options_len = 40, .payload_len = 10

const struct gallery_picture gallery[] = {
    {"SYN in Ethernet",             {SYN}                                                                },
    {"SYN in SLL",                  {.link = FRAME_SLL, SYN}                                             },
    {"SYN in SLL2",                 {.link = FRAME_SLL2, .ifindex = 3, SYN}                              },
    {"SYN in raw IP",               {.link = FRAME_RAW, SYN}                                             },
    {"SYN in raw IPv4",             {.link = FRAME_RAW_IPV4, SYN}                                        },
    {"SYN in raw IPv6",             {.link = FRAME_RAW_IPV6, .version = 6, SYN}                          },
    {"SYN in BSD loopback",         {.link = FRAME_NULL, SYN}                                            },
    {"SYN in swapped BSD loopback", {.link = FRAME_NULL_SWAPPED, .version = 6, SYN}                      },
    {"SYN in OpenBSD loopback",     {.link = FRAME_LOOP, SYN}                                            },
    {"SACK in IPv6",                {.version = 6, SACK}                                                 },
    {"SACK in a VLAN",              {.vlan = {5}, SACK}                                                  },
    {"SACK in two VLANs",           {.vlan = {5, 6}, .vlan_type = 0x88a8, .version = 6, SACK}            },
    {"IPv4 options",                {.ip_options = router_alert, .ip_options_len = 8, SACK}              },
    {"IPv6 extension headers",      {.version = 6, .extensions = chain, .extensions_count = 5, SACK}     },
    {"atomic fragment",             {.version = 6, .extensions = atomic, .extensions_count = 1, SACK}    },
    {"padded ACK",                  {.pad = true, .ack = 7}                                              },
    {"IPv4 length 0",               {.ip_len = FRAME_FORCE(0), SACK}                                     },
    {"IPv6 length 0",               {.version = 6, .ip_len = FRAME_FORCE(0), SACK}                       },
    {"time exceeded",               {.icmp = &time_exceeded}                                             },
    {"fragmentation needed",        {.icmp = &fragmentation_needed}                                      },
    {"packet too big",              {.version = 6, .icmp = &too_big}                                     },
    {"VXLAN too big",               {.icmp = &vxlan_too_big}                                             },
    {"time exceeded in GRE",        {.icmp = &time_exceeded, FRAME_TUNNELS({.kind = FRAME_GRE})}         },
    {"IPIP",                        {SACK, FRAME_TUNNELS({.kind = FRAME_IPIP})}                          },
    {"6in4",                        {.version = 6, SACK, FRAME_TUNNELS({.kind = FRAME_IPIP})}            },
    {"4in6",                        {SACK, FRAME_TUNNELS({.kind = FRAME_IPIP, .version = 6})}            },
    {"GRE",                         {SACK, FRAME_TUNNELS({.kind = FRAME_GRE})}                           },
    {"GRE with all fields",
     {SACK, FRAME_TUNNELS({.kind = FRAME_GRE,
                           .ethernet = true,
                           .vlan = 9,
                           .flags = FRAME_FORCE(0xb000),
                           FRAME_EXTRA(0xab, 0xcd, 0, 0, FRAME_BE32(7), FRAME_BE32(1))})}                },
    {"ERSPAN I",                    {SACK, FRAME_TUNNELS({.kind = FRAME_ERSPAN1})}                       },
    {"ERSPAN II",                   {SACK, FRAME_TUNNELS({.kind = FRAME_ERSPAN2, .id = 5})}              },
    {"ERSPAN III",
     {SACK, FRAME_TUNNELS({.kind = FRAME_ERSPAN3, .id = 5, FRAME_EXTRA(1, 2, 3, 4, 5, 6, 7, 8)})}        },
    {"PPTP",                        {SACK, FRAME_TUNNELS({.kind = FRAME_PPTP, .id = 3})}                 },
    {"EoIP",                        {SACK, FRAME_TUNNELS({.kind = FRAME_EOIP, .id = 300})}               },
    {"provider backbone bridge",    {SACK, FRAME_TUNNELS({.kind = FRAME_PBB, .id = 1193046})}            },
    {"VXLAN",                       {SACK, FRAME_TUNNELS({.kind = FRAME_VXLAN, .id = 42})}               },
    {"VXLAN in IPv6, tagged",
     {.version = 6, SACK, FRAME_TUNNELS({.kind = FRAME_VXLAN, .id = 42, .version = 6, .vlan = 9})}       },
    {"GENEVE",
     {SACK,
      FRAME_TUNNELS(
          {.kind = FRAME_GENEVE, .id = 3, FRAME_EXTRA(1, 2, 0x80, 1, 9, 9, 9, 9, 1, 2, 3, 0)})}          },
    {"GENEVE with a frame",
     {SACK, FRAME_TUNNELS({.kind = FRAME_GENEVE, .id = 3, .ethernet = true})}                            },
    {"GTP-U",                       {SACK, FRAME_TUNNELS({.kind = FRAME_GTPU, .id = 0x1a2b})}            },
    {"GTP-U with an extension",
     {SACK, FRAME_TUNNELS({.kind = FRAME_GTPU,
                           .id = 0x1a2b,
                           .flags = FRAME_FORCE(0x34ff),
                           FRAME_EXTRA(0, 1, 0, 0x85, 1, 0x10, 9, 0)})}                                  },
    {"GUE",                         {SACK, FRAME_TUNNELS({.kind = FRAME_GUE, FRAME_EXTRA(1, 2, 3, 4)})}  },
    {"GUE variant 1",               {.version = 6, SACK, FRAME_TUNNELS({.kind = FRAME_GUE1})}            },
    {"FOU",                         {SACK, FRAME_TUNNELS({.kind = FRAME_FOU})}                           },
    {"GRE in FOU",
     {SACK, FRAME_TUNNELS({.kind = FRAME_FOU}, {.kind = FRAME_GRE, .bare = true, .id = 7})}              },
    {"MPLS",
     {SACK, FRAME_TUNNELS({.kind = FRAME_MPLS, .id = 100}, {.kind = FRAME_MPLS, .id = 200})}             },
    {"MPLS pseudowire",
     {SACK,
      FRAME_TUNNELS({.kind = FRAME_MPLS, .id = 100, .ethernet = true, FRAME_EXTRA(0, 0, 0, 1)})}         },
    {"PPPoE",                       {.vlan = {5, 6}, SACK, FRAME_TUNNELS({.kind = FRAME_PPPOE, .id = 7})}},
    {"five tunnels",
     {SACK, FRAME_TUNNELS({.kind = FRAME_MPLS, .id = 16}, {.kind = FRAME_GUE},
                          {.kind = FRAME_VXLAN, .id = 1}, {.kind = FRAME_GENEVE, .id = 2},
                          {.kind = FRAME_IPIP})}                                                         },
};

const size_t gallery_size = COUNT(gallery);
