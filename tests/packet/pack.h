/* Compresses bytes for tests. */
#ifndef PACK_H
#define PACK_H

#include <stddef.h>
#include <stdint.h>

enum pack_format {
    PACK_NONE,
    PACK_GZIP,
    PACK_ZSTD,
    PACK_LZ4,
    PACK_FORMATS
};

/* One member (or frame) that holds `bytes`, with a checksum over its content. Returns its size;
 * caller frees `*packed` with free(). */
size_t pack(enum pack_format format, const void *bytes, size_t size, uint8_t **packed);

#endif
