/* Decodes built frames, for the unit tests of analyzer/decode/. The bytes always lie in a block
 * of exactly their size, so that AddressSanitizer sees a read past the end. The block is gone
 * afterwards, and tcp.payload is NULL. */
#ifndef DECODING_H
#define DECODING_H

#include "decode/decode.h"
#include "packet/frame.h"

/* The frame of `spec`, whole, by a decoder that saw nothing before. It knows FOU on port 5555,
 * which has no port of its own. */
struct packet decoded(const struct frame_spec *spec);

/* The same of its first `captured` bytes; 0: whole. */
struct packet decoded_up_to(const struct frame_spec *spec, uint32_t captured);

/* The first `captured` bytes of a frame that had `sent` on the wire. `decoder` may be NULL:
 * one that saw nothing before. */
struct packet decoded_bytes(struct decoder *decoder, int dlt, const uint8_t *bytes,
                            uint32_t captured, uint32_t sent);

/* A whole frame. */
struct packet decoded_frame(struct decoder *decoder, int dlt, const struct built_frame *frame);

#endif
