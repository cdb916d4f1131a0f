#include "decode/decode.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "decode/fragment.h"
#include "decode/layers.h"
#include "decode/numbers.h"

struct decoder {
    struct fragment_table *fragments;
    const struct tunnel_map *tunnels; /* borrowed; NULL: only the default ports */
};

struct decoder *decoder_new(void)
{
    struct decoder *decoder = memory_zalloc(sizeof *decoder);

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

void decoder_set_tunnels(struct decoder *decoder, const struct tunnel_map *map)
{
    decoder->tunnels = map;
}

static enum skip_reason transport_decode(const struct decoder *decoder, const struct ip_header *ip,
                                         struct view *view, struct packet *out)
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
        reason = icmp_decode(view, ip->version, decoder->tunnels, &out->icmp);
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

static enum skip_reason frame_decode(struct decoder *decoder, int dlt, struct view *view,
                                     struct packet *out)
{
    const struct walk walk = {
        .packet = out, .map = decoder->tunnels, .fragments = decoder->fragments};
    struct next next;
    struct ip_header ip;
    enum skip_reason reason = link_decode(dlt, view, out, &next);

    if (reason != SKIP_NONE)
        return reason;
    reason = walk_down(&walk, &next, view, &ip);
    if (reason != SKIP_NONE)
        return reason;
    out->version = ip.version;
    out->ttl = ip.ttl;
    out->has_ip_id = ip.has_id;
    out->ip_id = ip.id;
    out->df = ip.df;
    return transport_decode(decoder, &ip, view, out);
}

/* In three: gcc makes one memset() of this size a string instruction, which takes as long as all
 * the rest of the decoding. */
static void packet_clear(struct packet *packet)
{
    uint8_t *bytes = (uint8_t *)packet;
    const size_t third = sizeof *packet / 3;

    memset(bytes, 0, third);
    memset(bytes + third, 0, third);
    memset(bytes + 2 * third, 0, sizeof *packet - 2 * third);
}

void decode_frame(struct decoder *decoder, int dlt, const uint8_t *bytes, uint32_t captured,
                  uint32_t sent, struct packet *out)
{
    struct view view = {bytes, captured, sent < captured ? captured : sent};

    packet_clear(out);
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
