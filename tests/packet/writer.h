/* Writes bytes one after the other, for what builds packets. The caller has the room. */
#ifndef PACKET_WRITER_H
#define PACKET_WRITER_H

#include <stddef.h>
#include <stdint.h>
#include <string.h>

struct writer {
    uint8_t *start, *at;
};

static inline void put8(struct writer *w, uint32_t value)
{
    *w->at++ = (uint8_t)value;
}

static inline void put16(struct writer *w, uint32_t value)
{
    put8(w, value >> 8);
    put8(w, value);
}

static inline void put32(struct writer *w, uint32_t value)
{
    put16(w, value >> 16);
    put16(w, value);
}

static inline void put_bytes(struct writer *w, const void *bytes, size_t size)
{
    if (size > 0)
        memcpy(w->at, bytes, size);
    w->at += size;
}

static inline void put_zeros(struct writer *w, size_t size)
{
    memset(w->at, 0, size);
    w->at += size;
}

static inline uint32_t written(const struct writer *w)
{
    return (uint32_t)(w->at - w->start);
}

#endif
