/* One TCP connection as seen at one point, as far as it must be known to tell which segment
 * belongs to it: the table finds the leg of a segment, or begins a new one. Both passes use it, and
 * both number the legs of a point alike, since both see its segments in the same order. */
#ifndef LEG_H
#define LEG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "decode/packet.h"

/* Direction of a segment; indexes arrays of what each end sent. */
enum {
    DIR_CLIENT = 0,
    DIR_SERVER = 1,
    DIRS = 2
};

/* No padding: it is hashed and compared as bytes. */
struct leg_key {
    struct address low, high; /* the lower endpoint first, so that both directions are one key */
    uint16_t low_port, high_port;
    uint32_t point;
    uint32_t version; /* 4 or 6 */
};

enum leg_phase {
    LEG_MIDSTREAM,    /* no handshake was seen */
    LEG_SYN_SENT,     /* a SYN, and no answer to it */
    LEG_SYN_ANSWERED, /* SYN-ACK seen */
    LEG_ESTABLISHED,  /* and acknowledged, or followed by data */
};

/* Its fields stand so that there are no holes: a million may be open. */
struct leg {
    struct leg_key key;
    uint32_t number; /* among the legs of its point, from 0 */
    enum leg_phase phase;
    bool client_is_low;
    bool fin[DIRS], rst; /* seen */
    bool has_isn[DIRS];  /* the client's may come from what the SYN-ACK acknowledged */
    bool has_base[DIRS];
    bool waits;      /* in the table's queue of legs that may leave */
    bool has_former; /* another leg had the tuple before */
    bool replaced;   /* it leaves the table, since another leg begins on its tuple */
    uint32_t isn[DIRS];
    uint32_t base[DIRS];       /* the number that counts as offset 0: the ISN where it is known */
    uint32_t former;           /* the number of the other leg */
    int64_t top[DIRS];         /* highest offset seen, one past the last byte */
    int64_t first_ns, last_ns; /* raw: see leg_table_add() */
    int64_t waits_since_ns;
    struct leg *next, *previous; /* in that queue */
    int64_t former_last_ns;
};

/* What the table says of one segment. */
struct leg_hit {
    struct leg *leg;
    int dir;
    bool is_new;
    int64_t off; /* of the first byte; the SYN has 0 */
    bool has_ack;
    int64_t ack_off; /* only with has_ack */
};

/* Called for each leg that leaves the table: its tuple is used again, it was closed or never
 * answered and 2MSL are over, or the table is freed. The leg is void afterwards. */
typedef void leg_retire_fn(void *context, struct leg *leg);

struct leg_table;

/* Each leg takes `leg_size` bytes, zeroed, of which `struct leg` is the front and the rest the
 * caller's. `retire` may be NULL. Caller frees with leg_table_free(), which retires all legs in
 * the order of point and number, and accepts NULL. */
struct leg_table *leg_table_new(size_t leg_size, leg_retire_fn *retire, void *context);
void leg_table_free(struct leg_table *table);

/* Called for a leg that is over and has been quiet for some seconds (LEG_QUIET_NS); it may be heard
 * of again all the same, and then become quiet once more. */
typedef void leg_quiet_fn(void *context, struct leg *leg);

/* `quiet` gets the context of leg_table_new(). */
void leg_table_on_quiet(struct leg_table *table, leg_quiet_fn *quiet);

/* How many legs are in the table. */
size_t leg_table_count(const struct leg_table *table);

/* Finds or begins the leg of a TCP segment (`packet->kind` is PACKET_SEGMENT) seen at `point` and
 * brings it up to date. `ts_ns` is the raw time: when a leg ends may not depend on how the clocks
 * were fitted, or the two passes would not number the legs alike.
 * A SYN begins a new leg unless it repeats the ISN of the leg that has the tuple, or answers its
 * SYN from the other side (simultaneous open, RFC 9293 §3.5). Which end is the client is said by
 * the SYN or SYN-ACK; without either, the end whose port looks less like a service. */
struct leg_hit leg_table_add(struct leg_table *table, uint32_t point, const struct packet *packet,
                             int64_t ts_ns);

/* The leg that has the tuple now, NULL if none; `*dir` is the direction of what `src` sends. */
struct leg *leg_table_find(const struct leg_table *table, uint32_t point, uint8_t version,
                           const struct endpoint *src, const struct endpoint *dst, int *dir);

/* Exchanges client and server of a leg that has just begun, and of its first segment. */
void leg_flip(struct leg *leg, struct leg_hit *hit);

/* How much a port looks like a service: 2 reserved, 1 one that no system takes for outgoing
 * connections by itself, 0 any other. */
int leg_service_rank(uint16_t port);

/* The end that sends in direction `dir`. */
struct endpoint leg_end(const struct leg *leg, int dir);

#endif
