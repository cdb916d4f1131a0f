#include "track/conntrack_leg.h"

struct conntrack_cases conntrack_cases_default(void)
{
    struct conntrack_cases cases = {.configs = {
                                        conntrack_defaults(CONNTRACK_5_10),
                                        conntrack_defaults(CONNTRACK_6_1),
                                        conntrack_defaults(CONNTRACK_5_10),
                                    }};

    cases.configs[CONNTRACK_CASE_LIBERAL].be_liberal = true;
    return cases;
}

const char *conntrack_case_name(enum conntrack_case asked)
{
    static const char *const names[CONNTRACK_CASES] = {"5.10", "6.1", "5.10 be_liberal"};

    return names[asked];
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
                           struct conntrack_result results[CONNTRACK_CASES])
{
    bool own = is_own_reset(leg, dir, packet), accepted = true, refused = false;

    for (int i = 0; i < CONNTRACK_CASES; i++) {
        struct conntrack_entry *entry = &leg->entries[i];

        if (own)
            results[i] = (struct conntrack_result){.verdict = CONNTRACK_INVALID,
                                                   .reason = CONNTRACK_NO_ENTRY,
                                                   .state = entry->state};
        else
            conntrack_segment(entry, &cases->configs[i], dir, &packet->tcp, ts_ns, &results[i]);
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
