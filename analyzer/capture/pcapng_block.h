/* Cuts a pcapng capture into its blocks (draft-ietf-opsawg-pcapng, 3.1), checks their lengths and
 * follows the byte order from section to section. What is in a block is not its business. */
#ifndef PCAPNG_BLOCK_H
#define PCAPNG_BLOCK_H

#include <stddef.h>

#include "capture/pcapng_fields.h"
#include "capture/reader_ops.h"

enum {
    PCAPNG_SECTION_HEADER = 0x0a0d0d0a, /* the same in both byte orders */
    PCAPNG_BLOCK_MAX = 16 * 1024 * 1024
};

struct pcapng_blocks {
    struct reader *reader; /* borrowed: its source and its message */
    uint64_t offset;       /* of the next block */
    bool big_endian;
    uint8_t *buffer;
    size_t capacity;
};

struct pcapng_block {
    uint32_t type;
    uint64_t offset;           /* of its first byte, for messages */
    struct pcapng_fields body; /* borrowed until the next block */
};

/* The next block; its body is all between the two lengths, so that of a section header begins
 * with the byte-order magic. READ_FRAME stands for a block that was read; otherwise as
 * reader_next(), and the message says where. */
enum read_result pcapng_block_read(struct pcapng_blocks *blocks, struct pcapng_block *block);

/* Each writes `at offset 0x1c: …` into the reader's message and returns READ_DAMAGED. */
enum read_result pcapng_damage(struct reader *reader, uint64_t offset, const char *format, ...)
    __attribute__((format(printf, 3, 4)));
enum read_result pcapng_damage_short(struct reader *reader, const struct pcapng_block *block);
enum read_result pcapng_damage_option(struct reader *reader, const struct pcapng_block *block);

void pcapng_blocks_done(struct pcapng_blocks *blocks);

#endif
