/* What a direction's IP-IDs are worth. Many stacks count them up, per connection or per host;
 * others send 0, or random ones where fragments are forbidden (RFC 6864 §4.1). */
#ifndef IP_ID_H
#define IP_ID_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/packet.h"

/* Zeroed at the start. */
struct ip_ids {
    bool seen;
    uint16_t newest;
    uint8_t counted, other; /* steps that a counter makes, and those that it does not; both fade */
};

/* Takes the IP-ID of the direction's next packet. */
void ip_ids_follow(struct ip_ids *ids, const struct packet *packet);

/* Whether they count: then an equal IP-ID is the same packet, a lower one an older packet. */
bool ip_ids_count(const struct ip_ids *ids);

/* How much later `id` was given than `former`, by their counter; negative if before it. */
static inline int ip_id_step(uint16_t id, uint16_t former)
{
    return (int16_t)(uint16_t)(id - former);
}

#endif
