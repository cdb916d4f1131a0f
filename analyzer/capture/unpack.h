/* Compressed files: one `struct unpacker` a format. */
#ifndef UNPACK_H
#define UNPACK_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* Where compressed bytes come from and plain ones go to. Unpacking moves both on. */
struct unpack_io {
    const uint8_t *in;
    size_t in_left;
    uint8_t *out;
    size_t out_left;
};

enum unpacked {
    UNPACK_INSIDE,  /* of a member: more bytes must follow */
    UNPACK_BETWEEN, /* members: the file may end here, or another member may follow */
    UNPACK_FAILED,
};

struct unpacker {
    const char *name; /* 'gzip' */
    bool (*recognises)(const uint8_t *front, size_t size);
    void *(*begin)(void); /* the state, to be given to end(); NULL: out of memory */

    /* Unpacks as much as `io` has room for. Called again without input, it gives out what it had
     * kept back. UNPACK_FAILED with a `*reason` that is static; it is not called again then. */
    enum unpacked (*unpack)(void *state, struct unpack_io *io, const char **reason);

    void (*end)(void *state);
};

extern const struct unpacker unpack_gzip; /* RFC 1952, several members too */
extern const struct unpacker unpack_zstd; /* RFC 8878, several frames too */
extern const struct unpacker unpack_lz4;  /* LZ4's frame format, several frames too */

/* The format of a file that begins with these bytes; NULL if it is not compressed. */
const struct unpacker *unpack_find(const uint8_t *front, size_t size);

#endif
