#include "capture/pcapng_section.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    OPTION_IF_NAME = 2,
    OPTION_IF_DESCRIPTION = 3,
    OPTION_IF_TSRESOL = 9,
    OPTION_IF_TSOFFSET = 14,
    OPTION_ISB_IFRECV = 4,
    OPTION_ISB_IFDROP = 5,
    OPTION_ISB_OSDROP = 7,
};

enum {
    INTERFACES_MAX = 65536, /* of all sections: no capture has them, and each takes memory */
    TEXT_MAX = 255,         /* what is kept of a name or description */
    COMMENT_ENOUGH = 65536, /* comments of sections beyond that size are left out */
    MICROSECONDS = 6,       /* the resolution of an interface that tells none */
};

/* --- sections ------------------------------------------------------------------------------ */

enum read_result pcapng_section_begin(struct pcapng_section *section, struct pcapng_block *block)
{
    struct pcapng_option option;
    enum pcapng_option_result result;
    uint32_t magic;
    uint16_t major, minor;
    uint64_t length; /* only of use to somebody who skips the section; mostly not told */

    if (!pcapng_take_u32(&block->body, &magic) || !pcapng_take_u16(&block->body, &major) ||
        !pcapng_take_u16(&block->body, &minor) || !pcapng_take_u64(&block->body, &length))
        return pcapng_damage_short(section->reader, block);
    if (major != 1)
        return pcapng_damage(section->reader, block->offset, "pcapng %u.%u, which is not known",
                             (unsigned)major, (unsigned)minor);
    while ((result = pcapng_take_option(&block->body, &option)) == OPTION_TAKEN)
        if (option.code == PCAPNG_OPTION_COMMENT && section->comment.size < COMMENT_ENOUGH)
            pcapng_comment_add(&section->comment, &option.value);
    section->reader->comment = section->comment.text;
    if (result == OPTION_BROKEN)
        return pcapng_damage_option(section->reader, block);
    section->first = section->reader->interfaces_count;
    section->count = 0;
    return READ_FRAME;
}

void pcapng_section_done(struct pcapng_section *section)
{
    free(section->interfaces);
    free(section->comment.text);
    *section = (struct pcapng_section){0};
}

/* --- interfaces ---------------------------------------------------------------------------- */

/* Raw IP has a number in files (LINKTYPE_) that differs from libpcap's own (DLT_). All other link
 * types that are decoded have one number. */
static int dlt_of_linktype(uint16_t linktype)
{
    enum {
        LINKTYPE_RAW_IP = 101,
        DLT_RAW_IP = 12
    };

    return linktype == LINKTYPE_RAW_IP ? DLT_RAW_IP : linktype;
}

/* A text that needs no zero at its end, but may have one. */
static void replace_text(char **text, const struct pcapng_fields *value)
{
    size_t size = strnlen((const char *)value->at, value->left < TEXT_MAX ? value->left : TEXT_MAX);

    free(*text);
    *text = NULL;
    if (size > 0)
        *text = memory_print("%.*s", (int)size, (const char *)value->at);
}

/* False if the value is shorter than it must be. */
static bool note_option(struct reader_interface *interface, struct section_interface *more,
                        struct pcapng_option *option)
{
    uint64_t offset;

    switch (option->code) {
    case OPTION_IF_NAME:
        replace_text(&interface->name, &option->value);
        return true;
    case OPTION_IF_DESCRIPTION:
        replace_text(&interface->description, &option->value);
        return true;
    case OPTION_IF_TSRESOL:
        if (option->value.left < 1)
            return false;
        interface->tsresol = option->value.at[0];
        return true;
    case OPTION_IF_TSOFFSET:
        if (!pcapng_take_u64(&option->value, &offset))
            return false;
        more->offset_s = (int64_t)offset;
        return true;
    default:
        return true;
    }
}

enum read_result pcapng_section_interface(struct pcapng_section *section,
                                          struct pcapng_block *block)
{
    struct reader *reader = section->reader;
    struct reader_interface *interface;
    struct section_interface *more;
    struct pcapng_option option;
    enum pcapng_option_result result;
    uint16_t linktype, reserved;
    uint32_t snaplen;

    if (!pcapng_take_u16(&block->body, &linktype) || !pcapng_take_u16(&block->body, &reserved) ||
        !pcapng_take_u32(&block->body, &snaplen))
        return pcapng_damage_short(reader, block);
    if (reader->interfaces_count == INTERFACES_MAX)
        return pcapng_damage(reader, block->offset, "more than %d interfaces", INTERFACES_MAX);
    interface = reader_add_interface(reader, dlt_of_linktype(linktype));
    interface->snaplen = snaplen;
    interface->tsresol = MICROSECONDS;
    more = MEMORY_APPEND(section->interfaces, section->count, section->capacity);
    while ((result = pcapng_take_option(&block->body, &option)) == OPTION_TAKEN)
        if (!note_option(interface, more, &option))
            return pcapng_damage_option(reader, block);
    return result == OPTION_BROKEN ? pcapng_damage_option(reader, block) : READ_FRAME;
}

/* --- counts -------------------------------------------------------------------------------- */

static uint64_t sum_of(uint64_t a, uint64_t b)
{
    return a > INT64_MAX || b > INT64_MAX - a ? INT64_MAX : a + b;
}

/* What the packets tell and what the statistics tell are two accounts of the same loss. */
static void note_dropped(struct reader_interface *interface, uint64_t dropped)
{
    interface->has_dropped = true;
    if (dropped > interface->dropped)
        interface->dropped = dropped;
}

void pcapng_section_dropped(struct pcapng_section *section, uint32_t number, uint64_t count)
{
    struct section_interface *more = &section->interfaces[number];

    more->dropped = sum_of(more->dropped, count);
    note_dropped(&section->reader->interfaces[section->first + number], more->dropped);
}

enum read_result pcapng_section_statistics(struct pcapng_section *section,
                                           struct pcapng_block *block)
{
    struct reader *reader = section->reader;
    struct reader_interface *interface;
    struct pcapng_option option;
    enum pcapng_option_result result;
    uint32_t number;
    uint64_t ts, count, dropped = 0;
    bool has_dropped = false;

    if (!pcapng_take_u32(&block->body, &number) || !pcapng_take_timestamp(&block->body, &ts))
        return pcapng_damage_short(reader, block);
    if (number >= section->count)
        return pcapng_damage(reader, block->offset, "statistics of interface %u, which is unknown",
                             (unsigned)number);
    interface = &reader->interfaces[section->first + number];
    while ((result = pcapng_take_option(&block->body, &option)) == OPTION_TAKEN) {
        if (option.code != OPTION_ISB_IFRECV && option.code != OPTION_ISB_IFDROP &&
            option.code != OPTION_ISB_OSDROP)
            continue;
        if (!pcapng_take_u64(&option.value, &count))
            return pcapng_damage_option(reader, block);
        if (option.code != OPTION_ISB_IFRECV) {
            has_dropped = true;
            dropped = sum_of(dropped, count);
            continue;
        }
        interface->has_received = true;
        interface->received = sum_of(count, 0); /* a later block counts from the same begin */
    }
    if (has_dropped)
        note_dropped(interface, dropped);
    return result == OPTION_BROKEN ? pcapng_damage_option(reader, block) : READ_FRAME;
}
