#include "capture/pcapng_block.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    HEAD_SIZE = 8,         /* type and length */
    FRAME_SIZE = 12,       /* and the length again at the end */
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
    if (length < FRAME_SIZE || (type == PCAPNG_SECTION_HEADER && length < SECTION_SIZE_MIN))
        return pcapng_damage(blocks->reader, blocks->offset, "a block of only %u bytes", shown);
    if (length > PCAPNG_BLOCK_MAX)
        return pcapng_damage(blocks->reader, blocks->offset,
                             "a block of %u bytes, too many to be true", shown);
    return READ_FRAME;
}

static void reserve(struct pcapng_blocks *blocks, size_t size)
{
    size_t capacity = blocks->capacity ? blocks->capacity : 4096;

    while (capacity < size)
        capacity *= 2;
    if (capacity == blocks->capacity)
        return;
    blocks->buffer = memory_resize(blocks->buffer, capacity);
    blocks->capacity = capacity;
}

enum read_result pcapng_block_read(struct pcapng_blocks *blocks, struct pcapng_block *block)
{
    uint8_t head[HEAD_SIZE], magic[4];
    size_t got = source_read(blocks->reader->source, head, sizeof head), known = 0;
    uint32_t length, again;
    enum read_result result;

    if (got == 0)
        return READ_END;
    if (got < sizeof head)
        return cut(blocks);
    block->offset = blocks->offset;
    block->type = u32_at(blocks, head);
    if (block->type == PCAPNG_SECTION_HEADER) {
        known = source_read(blocks->reader->source, magic, sizeof magic);
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
    reserve(blocks, length);
    memcpy(blocks->buffer, magic, known);
    got = source_read(blocks->reader->source, blocks->buffer + known, length - HEAD_SIZE - known);
    if (got < length - HEAD_SIZE - known)
        return cut(blocks);
    again = u32_at(blocks, blocks->buffer + length - FRAME_SIZE);
    if (again != length)
        return pcapng_damage(blocks->reader, blocks->offset,
                             "a block of %u bytes, but %u at its end", (unsigned)length,
                             (unsigned)again);
    block->body = (struct pcapng_fields){blocks->buffer, length - FRAME_SIZE, blocks->big_endian};
    blocks->offset += length;
    return READ_FRAME;
}

void pcapng_blocks_done(struct pcapng_blocks *blocks)
{
    free(blocks->buffer);
    *blocks = (struct pcapng_blocks){0};
}
