#include "fuzz/fuzz_decode.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "decode/decode.h"
#include "decode/encap.h"

enum {
    FRAMES_MAX = 32,
    DLT_UNKNOWN = 105
};

/* FOU has no port of its own. */
static const struct tunnel_map tunnels = {.count = 1, .ports = {{5555, TUNNEL_FOU}}};

static const int links[] = {1, 113, 276, 12, 228, 229, 0, 108, 101, 14, DLT_UNKNOWN};

enum {
    LINKS = sizeof(links) / sizeof(links[0])
};

uint8_t fuzz_link(int dlt)
{
    uint8_t index = 0;

    while (index < LINKS - 1 && links[index] != dlt)
        index++;
    return index;
}

static void promise(int kept, const char *what)
{
    if (kept)
        return;
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

/* A mirror may cut a frame and say so: it was longer than what was sent of it. */
static bool was_mirrored(const struct packet *packet)
{
    for (uint8_t i = 0; i < packet->tunnels && i < TUNNELS_KEPT; i++) {
        if (packet->tunnel[i].kind == TUNNEL_ERSPAN)
            return true;
    }
    return packet->tunnels > TUNNELS_KEPT;
}

static void check_segment(const struct packet *packet, uint32_t sent)
{
    const struct segment *tcp = &packet->tcp;

    promise(packet->reason == SKIP_NONE, "a segment has no reason to be skipped");
    promise(packet->version == 4 || packet->version == 6, "a segment is in IPv4 or IPv6");
    promise(tcp->opt.sack_blocks <= SACK_BLOCKS_MAX, "SACK blocks fit");
    promise(!(tcp->opt.cut && tcp->opt.malformed), "options are cut or malformed, not both");
    promise(packet->fragments > 0 || was_mirrored(packet) || tcp->len <= sent,
            "no more data than was sent");
    promise(packet->inner_len >= tcp->len + 40, "IP and TCP headers are counted");
    promise(packet->version == 6 || packet->has_ip_id, "IPv4 has an ID");
}

static void check_tunnels(const struct packet *packet)
{
    char text[ENCAP_TEXT], shorter[ENCAP_TEXT];

    promise(packet->tunnels <= TUNNELS_MAX, "nesting is bounded");
    promise(packet->inner_len <= packet->outer_len, "what is outside is not smaller");
    promise(packet->tunnels > 0 || packet->inner_len == packet->outer_len,
            "no tunnel, no overhead");
    encap_print(packet, text, sizeof(text));
    promise(strlen(text) < sizeof(text) - 1, "the longest text has room");
    promise((text[0] != '\0') ==
                (packet->tunnels > 0 || packet->vlan[0] > 0 || packet->vlan[1] > 0),
            "what is around the packet has a text");
    encap_print(packet, shorter, strlen(text) / 2 + 1);
    promise(strncmp(text, shorter, strlen(text) / 2) == 0, "a text without room is cut");
}

static void check_packet(const struct packet *packet, uint32_t sent)
{
    check_tunnels(packet);
    switch (packet->kind) {
    case PACKET_SEGMENT:
        check_segment(packet, sent);
        break;
    case PACKET_ICMP:
        promise(packet->reason == SKIP_NONE, "an ICMP error has no reason to be skipped");
        promise(!packet->icmp.has_quoted_seq || packet->icmp.quotes_tcp,
                "a sequence number is one of TCP");
        break;
    case PACKET_SKIPPED:
        promise(packet->reason > SKIP_NONE && packet->reason < SKIP_REASONS,
                "what is skipped has a reason");
        break;
    default:
        promise(0, "a packet is a segment, an ICMP error or skipped");
    }
}

/* The payload lies within what was captured, or within what the decoder keeps of fragments: each
 * byte of it may be read. */
static void check_payload(const struct packet *packet, const uint8_t *block, uint32_t captured)
{
    const struct segment *tcp = &packet->tcp;
    volatile uint8_t sum = 0;

    promise(tcp->payload_captured <= tcp->len, "no more was captured than was sent");
    for (uint32_t i = 0; i < tcp->payload_captured; i++)
        sum = (uint8_t)(sum + tcp->payload[i]);
    if (tcp->payload_captured > 0 && packet->fragments == 0)
        promise(tcp->payload >= block && tcp->payload + tcp->payload_captured <= block + captured,
                "the payload is part of the frame");
}

/* The headers as well, as far as they are told to be there. */
static void check_headers(const struct packet *packet)
{
    volatile uint8_t sum = 0;

    for (uint32_t i = 0; i < packet->tcp.header_captured; i++)
        sum = (uint8_t)(sum + packet->tcp.header[i]);
    for (uint32_t i = 0; packet->ip_header != NULL && i < packet->ip_header_len; i++)
        sum = (uint8_t)(sum + packet->ip_header[i]);
}

/* Decodes in a block of exactly the size that was captured. What points into it is checked and then
 * no longer pointed to. */
static void decode_exactly(struct decoder *decoder, int dlt, const uint8_t *bytes,
                           uint32_t captured, uint32_t sent, struct packet *packet)
{
    uint8_t *block = malloc(captured);

    if (captured > 0 && !block)
        abort();
    if (captured > 0)
        memcpy(block, bytes, captured);
    memset(packet, 0xa5, sizeof(*packet));
    decode_frame(decoder, dlt, block, captured, sent, packet);
    if (packet->kind == PACKET_SEGMENT) {
        check_payload(packet, block, captured);
        check_headers(packet);
        packet->tcp.payload = packet->tcp.header = NULL;
    }
    packet->ip_header = NULL;
    free(block);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct decoder *decoder = decoder_new();
    struct decoder *twin = decoder_new();

    decoder_set_tunnels(decoder, &tunnels);
    decoder_set_tunnels(twin, &tunnels);
    for (int frame = 0; frame < FRAMES_MAX && size >= FUZZ_HEADER; frame++) {
        int dlt = links[data[0] % LINKS];
        uint32_t captured = (uint32_t)data[2] << 8 | data[3];
        uint32_t sent = captured + data[1] * 16U;
        struct packet packet, again;

        if (captured > size - FUZZ_HEADER)
            captured = (uint32_t)(size - FUZZ_HEADER);
        decode_exactly(decoder, dlt, data + FUZZ_HEADER, captured, sent, &packet);
        decode_exactly(twin, dlt, data + FUZZ_HEADER, captured, sent, &again);
        check_packet(&packet, sent);
        /* NOLINTNEXTLINE(*-memory-comparison,cert-*): padding too was filled by the decoder */
        promise(memcmp(&packet, &again, sizeof(packet)) == 0, "the same frames, the same packets");
        data += FUZZ_HEADER + captured;
        size -= FUZZ_HEADER + captured;
    }
    decoder_free(decoder);
    decoder_free(twin);
    return 0;
}
