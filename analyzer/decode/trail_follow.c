/* The way down once more, for the places of the headers on it. */
#include "decode/numbers.h"
#include "decode/trail.h"

static void follow_icmp(struct trail *trail, const struct tunnel_map *map, uint8_t version,
                        struct view *view)
{
    struct packet packet = {0};
    const struct walk walk = {.packet = &packet, .map = map, .quoted = true, .trail = trail};
    struct next next = {LAYER_IP, 0};
    struct view whole = *view;
    struct icmp_error icmp;
    struct ip_header ip;

    if (icmp_decode(&whole, version, map, &icmp) != SKIP_NONE || !trail_add_icmp(trail, view))
        return;
    if (walk_down(&walk, &next, view, &ip) == SKIP_NONE && ip.protocol == PROTOCOL_TCP)
        trail_add_tcp(trail, view);
}

void trail_follow(struct trail *trail, const struct tunnel_map *map, int dlt, const uint8_t *bytes,
                  uint32_t captured, uint32_t sent)
{
    struct packet packet = {0};
    const struct walk walk = {.packet = &packet, .map = map, .trail = trail};
    struct view view = {bytes, captured, sent < captured ? captured : sent};
    struct ip_header ip;
    struct next next;

    *trail = (struct trail){.frame = bytes, .map = map};
    if (link_decode(dlt, &view, &packet, &next) != SKIP_NONE)
        return;
    trail_reach(trail, view.at);
    trail->link_len = trail->end;
    if (walk_down(&walk, &next, &view, &ip) != SKIP_NONE)
        return;
    if (ip.protocol == PROTOCOL_TCP)
        trail_add_tcp(trail, &view);
    else if (ip.protocol == (ip.version == 6 ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP))
        follow_icmp(trail, map, ip.version, &view);
}
