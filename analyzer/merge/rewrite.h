/* What devices on the way write anew in a segment: routers the TTL, load balancers and firewalls
 * options and windows. NAT of addresses and ports is no part of it: each leg has its own tuple. */
#ifndef REWRITE_H
#define REWRITE_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/packet.h"

/* The numbers are event.a of `rewritten` in the database. */
enum rewrite_field {
    REWRITE_MSS = 1, /* these five only of SYNs */
    REWRITE_WSCALE = 2,
    REWRITE_SACK_PERMITTED = 3,
    REWRITE_TIMESTAMPS = 4,
    REWRITE_ECN_SETUP = 5, /* ECE and CWR, which ask for ECN (RFC 3168 §6.1.1) */
    REWRITE_TTL = 6,       /* it rises: routers only lower it */
    REWRITE_WINDOW = 7,    /* as it stands in the header, not scaled */
    REWRITE_DF = 8,        /* IPv4 don't fragment */
};

struct fields {
    uint16_t win, mss;
    uint8_t flags, ttl, wscale;
    bool is_ipv4, df;
    bool has_options; /* a SYN, with all of its options captured */
    bool has_mss, has_wscale, has_sack_permitted, has_timestamps;
};

struct fields fields_of(const struct packet *packet);

/* Of a field that differs: what it was before. */
struct rewrite {
    enum rewrite_field field;
    bool has_before; /* else the option was not there */
    int64_t before;
};

typedef void rewrite_fn(void *context, const struct rewrite *rewrite);

/* Compares a packet at two points and gives what differs to `found`, but for the fields whose bits
 * (1 << field) are in `*known`; sets these bits. */
void rewrite_compare(const struct fields *before, const struct fields *after, uint32_t *known,
                     rewrite_fn *found, void *context);

#endif
