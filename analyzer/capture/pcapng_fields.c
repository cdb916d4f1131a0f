#include "capture/pcapng_fields.h"

#include <string.h>

#include "base/memory.h"

static bool take(struct pcapng_fields *fields, uint32_t size, const uint8_t **bytes)
{
    if (fields->left < size)
        return false;
    *bytes = fields->at;
    fields->at += size;
    fields->left -= size;
    return true;
}

bool pcapng_take_u16(struct pcapng_fields *fields, uint16_t *value)
{
    const uint8_t *p;

    if (!take(fields, 2, &p))
        return false;
    *value = (uint16_t)(fields->big_endian ? p[0] << 8 | p[1] : p[1] << 8 | p[0]);
    return true;
}

bool pcapng_take_u32(struct pcapng_fields *fields, uint32_t *value)
{
    const uint8_t *p;

    if (!take(fields, 4, &p))
        return false;
    if (fields->big_endian)
        *value = (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
    else
        *value = (uint32_t)p[3] << 24 | (uint32_t)p[2] << 16 | (uint32_t)p[1] << 8 | p[0];
    return true;
}

static bool take_halves(struct pcapng_fields *fields, uint32_t *first, uint32_t *second)
{
    return fields->left >= 8 && pcapng_take_u32(fields, first) && pcapng_take_u32(fields, second);
}

bool pcapng_take_u64(struct pcapng_fields *fields, uint64_t *value)
{
    uint32_t first, second;

    if (!take_halves(fields, &first, &second))
        return false;
    *value = fields->big_endian ? (uint64_t)first << 32 | second : (uint64_t)second << 32 | first;
    return true;
}

bool pcapng_take_timestamp(struct pcapng_fields *fields, uint64_t *value)
{
    uint32_t upper, lower;

    if (!take_halves(fields, &upper, &lower))
        return false;
    *value = (uint64_t)upper << 32 | lower;
    return true;
}

bool pcapng_take_bytes(struct pcapng_fields *fields, uint32_t size, struct pcapng_fields *bytes)
{
    uint32_t padding = (4 - size % 4) % 4;

    if (fields->left < size || fields->left - size < padding)
        return false;
    *bytes = (struct pcapng_fields){fields->at, size, fields->big_endian};
    fields->at += size + padding;
    fields->left -= size + padding;
    return true;
}

enum pcapng_option_result pcapng_take_option(struct pcapng_fields *fields,
                                             struct pcapng_option *option)
{
    uint16_t length;

    /* The mark at the end of the list may be missing. */
    if (!pcapng_take_u16(fields, &option->code))
        return OPTION_NONE;
    if (!pcapng_take_u16(fields, &length))
        return OPTION_BROKEN;
    if (option->code == 0)
        return OPTION_NONE;
    return pcapng_take_bytes(fields, length, &option->value) ? OPTION_TAKEN : OPTION_BROKEN;
}

void pcapng_comment_add(struct pcapng_comment *comment, const struct pcapng_fields *value)
{
    size_t length = strnlen((const char *)value->at, value->left);
    size_t need = comment->size + length + 2;

    if (length == 0)
        return;
    if (need > comment->capacity) {
        comment->capacity = need * 2;
        comment->text = memory_resize(comment->text, comment->capacity);
    }
    if (comment->size > 0)
        comment->text[comment->size++] = '\n';
    memcpy(comment->text + comment->size, value->at, length);
    comment->size += length;
    comment->text[comment->size] = '\0';
}
