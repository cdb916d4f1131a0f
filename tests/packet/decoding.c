#include "packet/decoding.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

static const struct tunnel_map fou_port = {.count = 1, .ports = {{5555, TUNNEL_FOU}}};

static struct decoder *fresh_decoder(void)
{
    struct decoder *decoder = decoder_new();

    decoder_set_tunnels(decoder, &fou_port);
    return decoder;
}

struct packet decoded_bytes(struct decoder *decoder, int dlt, const uint8_t *bytes,
                            uint32_t captured, uint32_t sent)
{
    struct decoder *fresh = decoder ? NULL : fresh_decoder();
    uint8_t *block = malloc(captured);
    struct packet packet;

    assert(captured == 0 || block);
    if (captured > 0)
        memcpy(block, bytes, captured);
    memset(&packet, 0xa5, sizeof(packet)); /* what the decoder forgets to fill shows */
    decode_frame(decoder ? decoder : fresh, dlt, block, captured, sent, &packet);
    if (packet.kind == PACKET_SEGMENT)
        packet.tcp.payload = NULL; /* it goes with the block */
    free(block);
    decoder_free(fresh);
    return packet;
}

struct packet decoded_frame(struct decoder *decoder, int dlt, const struct built_frame *frame)
{
    return decoded_bytes(decoder, dlt, frame->bytes, frame->len, frame->len);
}

struct packet decoded_up_to(const struct frame_spec *spec, uint32_t captured)
{
    struct built_frame *frame = malloc(sizeof(*frame));
    struct packet packet;

    assert(frame);
    frame_build(spec, frame);
    if (captured == 0 || captured > frame->len)
        captured = frame->len;
    packet = decoded_bytes(NULL, frame_dlt(spec->link), frame->bytes, captured, frame->len);
    free(frame);
    return packet;
}

struct packet decoded(const struct frame_spec *spec)
{
    return decoded_up_to(spec, 0);
}
