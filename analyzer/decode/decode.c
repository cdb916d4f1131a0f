#include "decode/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "decode/fragment.h"
#include "decode/layers.h"

enum {
    PROTOCOL_ICMP = 1,
    PROTOCOL_TCP = 6,
    PROTOCOL_ESP = 50,
    PROTOCOL_ICMPV6 = 58,
};

struct decoder {
    struct fragment_table *fragments;
};

struct decoder *decoder_new(void)
{
    struct decoder *decoder = memory_alloc(sizeof *decoder);

    decoder->fragments = fragment_table_new();
    return decoder;
}

void decoder_free(struct decoder *decoder)
{
    if (decoder == NULL)
        return;
    fragment_table_free(decoder->fragments);
    free(decoder);
}

static enum skip_reason transport_decode(const struct ip_header *ip, struct view *view,
                                         struct packet *out)
{
    enum skip_reason reason;

    switch (ip->protocol) {
    case PROTOCOL_TCP:
        out->tcp.src.addr = ip->src;
        out->tcp.dst.addr = ip->dst;
        reason = tcp_decode(view, &out->tcp);
        if (reason == SKIP_NONE)
            out->kind = PACKET_SEGMENT;
        return reason;
    case PROTOCOL_ICMP:
    case PROTOCOL_ICMPV6:
        if ((ip->protocol == PROTOCOL_ICMPV6) != (ip->version == 6))
            return SKIP_NOT_TCP;
        reason = icmp_decode(view, ip->version, &out->icmp);
        out->icmp.src = ip->src;
        if (reason == SKIP_NONE)
            out->kind = PACKET_ICMP;
        return reason;
    case PROTOCOL_ESP:
        return SKIP_ENCRYPTED;
    default:
        return SKIP_NOT_TCP;
    }
}

static bool defragment(struct decoder *decoder, const struct ip_header *ip, struct view *view,
                       struct packet *out)
{
    struct datagram_key key = {
        .src = ip->src,
        .dst = ip->dst,
        .id = ip->fragment.id,
        .ifindex = out->ifindex,
        .version = ip->version,
        .protocol = ip->protocol,
    };

    return fragment_add(decoder->fragments, &key, &ip->fragment, view, &out->fragments);
}

static enum skip_reason frame_decode(struct decoder *decoder, int dlt, struct view *view,
                                     struct packet *out)
{
    struct ip_header ip;
    enum skip_reason reason = link_decode(dlt, view, out);

    if (reason != SKIP_NONE)
        return reason;
    reason = ip_decode(view, false, &ip);
    if (reason != SKIP_NONE)
        return reason;
    out->version = ip.version;
    out->ttl = ip.ttl;
    out->has_ip_id = ip.has_id;
    out->ip_id = ip.id;
    out->df = ip.df;
    if (ip.fragmented && !defragment(decoder, &ip, view, out))
        return SKIP_FRAGMENT;
    return transport_decode(&ip, view, out);
}

void decode_frame(struct decoder *decoder, int dlt, const uint8_t *bytes, uint32_t captured,
                  uint32_t sent, struct packet *out)
{
    struct view view = {bytes, captured, sent < captured ? captured : sent};

    memset(out, 0, sizeof *out);
    out->kind = PACKET_SKIPPED;
    out->reason = frame_decode(decoder, dlt, &view, out);
}

const char *skip_reason_name(enum skip_reason reason)
{
    static const char *const names[SKIP_REASONS] = {
        [SKIP_NONE] = "decoded",          [SKIP_LINKTYPE] = "link type not known",
        [SKIP_NOT_IP] = "not IP",         [SKIP_NOT_TCP] = "not TCP",
        [SKIP_FRAGMENT] = "IP fragment",  [SKIP_CUT] = "cut before the TCP header ends",
        [SKIP_MALFORMED] = "malformed",   [SKIP_ENCRYPTED] = "encrypted",
        [SKIP_FILTERED] = "filtered out",
    };

    return names[reason];
}
