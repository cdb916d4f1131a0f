#include "capture/pcapng_block.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    HEAD_SIZE = 8,         /* type and length */
    TAIL_SIZE = 4,         /* the length again */
    SECTION_SIZE_MIN = 28, /* of a section header */
    BYTE_ORDER_MAGIC = 0x1a2b3c4d,
};

enum read_result pcapng_damage(struct reader *reader, uint64_t offset, const char *format, ...)
{
    int used = snprintf(reader->message, sizeof reader->message,
                        "at offset 0x%llx: ", (unsigned long long)offset);
    va_list args;

    va_start(args, format);
    vsnprintf(reader->message + used, sizeof reader->message - (size_t)used, format, args);
    va_end(args);
    return READ_DAMAGED;
}

enum read_result pcapng_damage_short(struct reader *reader, const struct pcapng_block *block)
{
    return pcapng_damage(reader, block->offset, "a block of type %u that is too short",
                         (unsigned)block->type);
}

enum read_result pcapng_damage_option(struct reader *reader, const struct pcapng_block *block)
{
    return pcapng_damage(reader, block->offset, "a block of type %u with a broken option",
                         (unsigned)block->type);
}

static enum read_result cut(struct pcapng_blocks *blocks)
{
    pcapng_damage(blocks->reader, blocks->offset, "the file ends inside of a block");
    return READ_TRUNCATED;
}

static uint32_t u32_at(const struct pcapng_blocks *blocks, const uint8_t *bytes)
{
    struct pcapng_fields fields = {bytes, 4, blocks->big_endian};
    uint32_t value = 0;

    return pcapng_take_u32(&fields, &value) ? value : 0;
}

/* A section says its byte order by how this number reads. */
static bool find_byte_order(struct pcapng_blocks *blocks, const uint8_t magic[4])
{
    blocks->big_endian = false;
    if (u32_at(blocks, magic) == BYTE_ORDER_MAGIC)
        return true;
    blocks->big_endian = true;
    return u32_at(blocks, magic) == BYTE_ORDER_MAGIC;
}

static enum read_result check_length(const struct pcapng_blocks *blocks, uint32_t type,
                                     uint32_t length)
{
    const unsigned shown = length;

    if (length % 4 != 0)
        return pcapng_damage(blocks->reader, blocks->offset,
                             "a block of %u bytes, no multiple of 4", shown);
    if (length < HEAD_SIZE + TAIL_SIZE ||
        (type == PCAPNG_SECTION_HEADER && length < SECTION_SIZE_MIN))
        return pcapng_damage(blocks->reader, blocks->offset, "a block of only %u bytes", shown);
    if (length > PCAPNG_BLOCK_MAX)
        return pcapng_damage(blocks->reader, blocks->offset,
                             "a block of %u bytes, too many to be true", shown);
    return READ_FRAME;
}

static void reserve(struct pcapng_blocks *blocks, size_t size)
{
    if (size <= blocks->capacity)
        return;
    blocks->buffer = memory_resize(blocks->buffer, size);
    blocks->capacity = size;
}

enum read_result pcapng_block_read(struct pcapng_blocks *blocks, struct pcapng_block *block)
{
    struct source *source = blocks->reader->source;
    uint8_t head[HEAD_SIZE], magic[4], tail[TAIL_SIZE];
    size_t got = source_read(source, head, sizeof head), known = 0;
    uint32_t length, size;
    enum read_result result;

    if (got == 0)
        return READ_END;
    if (got < sizeof head)
        return cut(blocks);
    block->offset = blocks->offset;
    block->type = u32_at(blocks, head);
    if (block->type == PCAPNG_SECTION_HEADER) {
        known = source_read(source, magic, sizeof magic);
        if (known < sizeof magic)
            return cut(blocks);
        if (!find_byte_order(blocks, magic))
            return pcapng_damage(blocks->reader, blocks->offset,
                                 "a section without a known byte order");
    }
    length = u32_at(blocks, head + 4);
    result = check_length(blocks, block->type, length);
    if (result != READ_FRAME)
        return result;
    size = length - HEAD_SIZE - TAIL_SIZE;
    reserve(blocks, size);
    if (known > 0)
        memcpy(blocks->buffer, magic, known);
    if (source_read(source, blocks->buffer + known, size - known) < size - known ||
        source_read(source, tail, sizeof tail) < sizeof tail)
        return cut(blocks);
    if (u32_at(blocks, tail) != length)
        return pcapng_damage(blocks->reader, blocks->offset,
                             "a block of %u bytes, but %u at its end", (unsigned)length,
                             (unsigned)u32_at(blocks, tail));
    block->body = (struct pcapng_fields){blocks->buffer, size, blocks->big_endian};
    blocks->offset += length;
    return READ_FRAME;
}

void pcapng_blocks_done(struct pcapng_blocks *blocks)
{
    free(blocks->buffer);
    *blocks = (struct pcapng_blocks){0};
}
