/* Puts IP fragments together as far as TCP needs it: the first bytes, and the length. */
#ifndef FRAGMENT_H
#define FRAGMENT_H

#include "decode/packet.h"
#include "decode/view.h"

/* One fragment's place in its datagram. */
struct fragment {
    uint32_t id;     /* 16 bits in IPv4, 32 in IPv6 */
    uint32_t offset; /* bytes */
    bool more;       /* more fragments follow */
};

/* Which datagram: RFC 791 §3.2, RFC 8200 §4.5. The interface and the tunnel keep the copies apart
 * that one capture of all interfaces has of one datagram, and networks that use the same
 * addresses. */
struct datagram_key {
    struct address src, dst;
    uint32_t id, ifindex;
    uint32_t tunnel; /* id of the innermost that is known */
    uint8_t version, protocol, tunnels;
};

struct fragment_table;

struct fragment_table *fragment_table_new(void);
void fragment_table_free(struct fragment_table *table);

/* Adds one fragment, whose payload is `view`. True if the datagram is whole with it: then `view`
 * holds its first bytes (borrowed until the next call; only as many as were captured without a
 * hole, and no more than the headers need) and its full length, and `*pieces` says in how many
 * fragments it came (255: or more). The table is bounded: when it is full, the datagram that
 * was not added to for longest is forgotten. */
bool fragment_add(struct fragment_table *table, const struct datagram_key *key,
                  const struct fragment *fragment, struct view *view, uint8_t *pieces);

#endif
