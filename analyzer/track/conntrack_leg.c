#include "track/conntrack_leg.h"

void conntrack_leg_assume(struct conntrack_leg *leg, const struct conntrack_cases *cases,
                          int original, const uint8_t scale[2], const struct segment *first,
                          int64_t ts_ns)
{
    for (int i = 0; i < cases->count; i++)
        conntrack_assume(&leg->entries[i], &cases->items[i].config, original, scale, first, ts_ns);
}

/* A RST of the machine that refused a segment, in the name of the end that it was for. */
static bool is_own_reset(struct conntrack_leg *leg, int dir, const struct packet *packet)
{
    const struct segment *tcp = &packet->tcp;

    if ((tcp->flags & (TCP_RST | TCP_ACK)) != TCP_RST)
        return false;
    if (leg->has_ttl[dir] && leg->ttl[dir] == packet->ttl)
        return false;
    for (int i = 0; i < REFUSED; i++) {
        if (!leg->refused[!dir].waits[i] || leg->refused[!dir].ack[i] != tcp->seq)
            continue;
        leg->refused[!dir].waits[i] = false; /* one answer each */
        return true;
    }
    return false;
}

/* RFC 9293 §3.10.7.1: nothing answers a RST. */
static void remember_refused(struct conntrack_leg *leg, int dir, const struct segment *tcp)
{
    uint8_t at = leg->refused[dir].at;

    if ((tcp->flags & (TCP_RST | TCP_ACK)) != TCP_ACK)
        return;
    leg->refused[dir].waits[at] = true;
    leg->refused[dir].ack[at] = tcp->ack;
    leg->refused[dir].at = (uint8_t)((at + 1) % REFUSED);
}

bool conntrack_leg_segment(struct conntrack_leg *leg, const struct conntrack_cases *cases, int dir,
                           const struct packet *packet, int64_t ts_ns,
                           struct conntrack_result results[CONNTRACK_CASES_MAX])
{
    bool own = is_own_reset(leg, dir, packet), accepted = true, refused = false;

    for (int i = 0; i < cases->count; i++) {
        struct conntrack_entry *entry = &leg->entries[i];

        if (own)
            results[i] = (struct conntrack_result){
                .verdict = CONNTRACK_INVALID, .reason = CONNTRACK_NO_ENTRY, .state = entry->state};
        else
            conntrack_segment(entry, &cases->items[i].config, dir, &packet->tcp, ts_ns,
                              &results[i]);
        accepted &= results[i].verdict == CONNTRACK_ACCEPT;
        refused |= results[i].verdict == CONNTRACK_INVALID;
    }
    if (refused && !own)
        remember_refused(leg, dir, &packet->tcp);
    if (!(packet->tcp.flags & TCP_RST)) {
        leg->has_ttl[dir] = true;
        leg->ttl[dir] = packet->ttl;
    }
    return accepted;
}
