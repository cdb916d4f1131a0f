#include "merge/rewrite.h"

enum {
    ECN_BITS = 0xc0 /* ECE and CWR */
};

struct comparison {
    uint32_t *known;
    rewrite_fn *found;
    void *context;
};

struct fields fields_of(const struct packet *packet)
{
    const struct segment *tcp = &packet->tcp;
    const struct tcp_options *opt = &tcp->opt;
    struct fields fields = {
        .win = tcp->win,
        .mss = opt->mss,
        .flags = tcp->flags,
        .ttl = packet->ttl,
        .wscale = opt->wscale,
        .is_ipv4 = packet->version == 4,
        .df = packet->df,
        .has_options = (tcp->flags & TCP_SYN) != 0 && !opt->cut && !opt->malformed,
        .has_mss = opt->has_mss,
        .has_wscale = opt->has_wscale,
        .has_sack_permitted = opt->has_sack_permitted,
        .has_timestamps = opt->has_timestamps,
    };

    return fields;
}

static void tell(const struct comparison *comparison, enum rewrite_field field, bool has_before,
                 int64_t before)
{
    struct rewrite rewrite = {.field = field, .has_before = has_before, .before = before};
    uint32_t bit = 1U << field;

    if (*comparison->known & bit)
        return;
    *comparison->known |= bit;
    comparison->found(comparison->context, &rewrite);
}

static void compare_options(const struct comparison *to, const struct fields *a,
                            const struct fields *b)
{
    if (a->has_mss != b->has_mss || (a->has_mss && a->mss != b->mss))
        tell(to, REWRITE_MSS, a->has_mss, a->mss);
    if (a->has_wscale != b->has_wscale || (a->has_wscale && a->wscale != b->wscale))
        tell(to, REWRITE_WSCALE, a->has_wscale, a->wscale);
    if (a->has_sack_permitted != b->has_sack_permitted)
        tell(to, REWRITE_SACK_PERMITTED, true, a->has_sack_permitted);
    if (a->has_timestamps != b->has_timestamps)
        tell(to, REWRITE_TIMESTAMPS, true, a->has_timestamps);
    if ((a->flags & ECN_BITS) != (b->flags & ECN_BITS))
        tell(to, REWRITE_ECN_SETUP, true, a->flags & ECN_BITS);
}

void rewrite_compare(const struct fields *before, const struct fields *after, uint32_t *known,
                     rewrite_fn *found, void *context)
{
    const struct comparison to = {known, found, context};

    if (before->has_options && after->has_options)
        compare_options(&to, before, after);
    if (after->ttl > before->ttl)
        tell(&to, REWRITE_TTL, true, before->ttl);
    if (after->win != before->win)
        tell(&to, REWRITE_WINDOW, true, before->win);
    if (before->is_ipv4 && after->is_ipv4 && after->df != before->df)
        tell(&to, REWRITE_DF, true, before->df);
}
