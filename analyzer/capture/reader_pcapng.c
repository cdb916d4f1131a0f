/* pcapng (draft-ietf-opsawg-pcapng): sections, interfaces, packets and what was counted. Names,
 * secrets, journals and all that is not known is skipped. */
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "capture/pcapng_block.h"
#include "capture/pcapng_section.h"
#include "capture/pcapng_time.h"
#include "capture/reader_ops.h"

enum {
    BLOCK_INTERFACE = 1,
    BLOCK_PACKET = 2, /* obsolete: what was before the enhanced one */
    BLOCK_SIMPLE_PACKET = 3,
    BLOCK_STATISTICS = 5,
    BLOCK_ENHANCED_PACKET = 6,
};

enum {
    OPTION_EPB_DROPCOUNT = 4,
    DROPS_UNKNOWN = 0xffff, /* in an obsolete packet */
};

struct pcapng {
    struct reader *reader; /* borrowed */
    struct pcapng_blocks blocks;
    struct pcapng_section section;
    struct pcapng_comment comment; /* of the frame */
    int64_t last_ns;               /* of the frame before */
};

/* --- packets ------------------------------------------------------------------------------- */

/* What stands behind the data of interface `number`'s packet. */
static enum read_result read_options(struct pcapng *pcapng, struct pcapng_block *block,
                                     uint32_t number, struct frame *frame)
{
    struct pcapng_option option;
    enum pcapng_option_result result;
    uint64_t count;

    pcapng->comment.size = 0;
    while ((result = pcapng_take_option(&block->body, &option)) == OPTION_TAKEN) {
        if (option.code == PCAPNG_OPTION_COMMENT)
            pcapng_comment_add(&pcapng->comment, &option.value);
        if (option.code != OPTION_EPB_DROPCOUNT || block->type != BLOCK_ENHANCED_PACKET)
            continue;
        if (!pcapng_take_u64(&option.value, &count))
            return pcapng_damage_option(pcapng->reader, block);
        pcapng_section_dropped(&pcapng->section, number, count);
    }
    if (result == OPTION_BROKEN)
        return pcapng_damage_option(pcapng->reader, block);
    frame->comment = pcapng->comment.size > 0 ? pcapng->comment.text : NULL;
    return READ_FRAME;
}

/* What all kinds of packet share: `frame` has its lengths, and the body is at the data. */
static enum read_result read_data(struct pcapng *pcapng, struct pcapng_block *block,
                                  uint32_t number, struct frame *frame)
{
    struct pcapng_fields data;

    if (number >= pcapng->section.count)
        return pcapng_damage(pcapng->reader, block->offset,
                             "a packet of interface %u, which is unknown", (unsigned)number);
    if (!pcapng_take_bytes(&block->body, frame->captured, &data))
        return pcapng_damage(pcapng->reader, block->offset,
                             "a packet of %u captured bytes in a block that has %u left",
                             (unsigned)frame->captured, (unsigned)block->body.left);
    frame->bytes = data.at;
    frame->interface = (uint32_t)pcapng->section.first + number;
    frame->dlt = pcapng->reader->interfaces[frame->interface].dlt;
    if (frame->sent < frame->captured)
        frame->sent = frame->captured;
    return READ_FRAME;
}

/* The interface of an obsolete packet has 16 bits; what was dropped before it has the others. */
static bool take_interface(struct pcapng_block *block, uint32_t *number, uint16_t *drops)
{
    uint16_t short_number;

    *drops = DROPS_UNKNOWN;
    if (block->type == BLOCK_ENHANCED_PACKET)
        return pcapng_take_u32(&block->body, number);
    if (!pcapng_take_u16(&block->body, &short_number) || !pcapng_take_u16(&block->body, drops))
        return false;
    *number = short_number;
    return true;
}

static enum read_result read_packet(struct pcapng *pcapng, struct pcapng_block *block,
                                    struct frame *frame)
{
    struct pcapng_fields *body = &block->body;
    uint16_t drops;
    uint32_t number;
    uint64_t ticks;
    enum read_result result;

    if (!take_interface(block, &number, &drops) || !pcapng_take_timestamp(body, &ticks) ||
        !pcapng_take_u32(body, &frame->captured) || !pcapng_take_u32(body, &frame->sent))
        return pcapng_damage_short(pcapng->reader, block);
    result = read_data(pcapng, block, number, frame);
    if (result == READ_FRAME)
        result = read_options(pcapng, block, number, frame);
    if (result != READ_FRAME)
        return result;
    if (drops != DROPS_UNKNOWN)
        pcapng_section_dropped(&pcapng->section, number, drops);
    frame->ts_ns = pcapng_time_ns(ticks, pcapng->reader->interfaces[frame->interface].tsresol,
                                  pcapng->section.interfaces[number].offset_s);
    return READ_FRAME;
}

/* A packet of interface 0 that has no time of its own. What was captured of it is not told
 * either, but follows from the snaplen. */
static enum read_result read_simple_packet(struct pcapng *pcapng, struct pcapng_block *block,
                                           struct frame *frame)
{
    uint32_t snaplen = 0;

    if (!pcapng_take_u32(&block->body, &frame->sent))
        return pcapng_damage_short(pcapng->reader, block);
    if (pcapng->section.count > 0)
        snaplen = pcapng->reader->interfaces[pcapng->section.first].snaplen;
    frame->captured = snaplen > 0 && snaplen < frame->sent ? snaplen : frame->sent;
    frame->ts_ns = pcapng->last_ns;
    return read_data(pcapng, block, 0, frame);
}

/* --- the format ---------------------------------------------------------------------------- */

static bool pcapng_recognises(const uint8_t *front, size_t size)
{
    static const uint8_t magic[4] = {0x0a, 0x0d, 0x0d, 0x0a};

    return size >= sizeof magic && memcmp(front, magic, sizeof magic) == 0;
}

static bool pcapng_open(struct reader *reader)
{
    struct pcapng *pcapng = memory_zalloc(sizeof *pcapng);
    struct pcapng_block block;

    reader->state = pcapng;
    pcapng->reader = pcapng->blocks.reader = pcapng->section.reader = reader;
    return pcapng_block_read(&pcapng->blocks, &block) == READ_FRAME &&
           pcapng_section_begin(&pcapng->section, &block) == READ_FRAME;
}

/* Takes in a block. `*is_frame` tells whether it was a packet, now in `frame`. */
static enum read_result read_block(struct pcapng *pcapng, struct pcapng_block *block,
                                   struct frame *frame, bool *is_frame)
{
    *is_frame = false;
    switch (block->type) {
    case PCAPNG_SECTION_HEADER:
        return pcapng_section_begin(&pcapng->section, block);
    case BLOCK_INTERFACE:
        return pcapng_section_interface(&pcapng->section, block);
    case BLOCK_STATISTICS:
        return pcapng_section_statistics(&pcapng->section, block);
    case BLOCK_SIMPLE_PACKET:
        *is_frame = true;
        return read_simple_packet(pcapng, block, frame);
    case BLOCK_PACKET:
    case BLOCK_ENHANCED_PACKET:
        *is_frame = true;
        return read_packet(pcapng, block, frame);
    default:
        return READ_FRAME;
    }
}

static enum read_result pcapng_next(struct reader *reader, struct frame *frame)
{
    struct pcapng *pcapng = reader->state;
    struct pcapng_block block;
    enum read_result result;
    bool is_frame = false;

    *frame = (struct frame){0};
    do {
        result = pcapng_block_read(&pcapng->blocks, &block);
        if (result == READ_FRAME)
            result = read_block(pcapng, &block, frame, &is_frame);
    } while (result == READ_FRAME && !is_frame);
    if (result == READ_FRAME)
        pcapng->last_ns = frame->ts_ns;
    return result;
}

static void pcapng_close(struct reader *reader)
{
    struct pcapng *pcapng = reader->state;

    if (pcapng == NULL)
        return;
    pcapng_blocks_done(&pcapng->blocks);
    pcapng_section_done(&pcapng->section);
    free(pcapng->comment.text);
    free(pcapng);
}

const struct reader_ops reader_pcapng = {
    .format = "pcapng",
    .recognises = pcapng_recognises,
    .open = pcapng_open,
    .next = pcapng_next,
    .close = pcapng_close,
};
