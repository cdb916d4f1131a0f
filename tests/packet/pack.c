#include "packet/pack.h"

#include <lz4frame.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>
#include <zstd.h>

static void must(int held, const char *what)
{
    if (held)
        return;
    fprintf(stderr, "pack: %s\n", what);
    abort();
}

/* The output always has room enough, so that one call does it. */
static size_t pack_gzip(const void *bytes, size_t size, uint8_t **packed)
{
    z_stream stream = {.next_in = (Bytef *)bytes, .avail_in = (uInt)size};
    size_t room, done;

    /* 16: in gzip's wrapping */
    must(deflateInit2(&stream, 6, Z_DEFLATED, 15 + 16, 8, Z_DEFAULT_STRATEGY) == Z_OK, "gzip");
    room = deflateBound(&stream, (uLong)size);
    *packed = malloc(room);
    must(*packed != NULL, "memory");
    stream.next_out = *packed;
    stream.avail_out = (uInt)room;
    must(deflate(&stream, Z_FINISH) == Z_STREAM_END, "gzip");
    done = stream.total_out;
    deflateEnd(&stream);
    return done;
}

static size_t pack_zstd(const void *bytes, size_t size, uint8_t **packed)
{
    ZSTD_CCtx *context = ZSTD_createCCtx();
    size_t done;

    *packed = malloc(ZSTD_compressBound(size));
    must(context != NULL && *packed != NULL, "memory");
    ZSTD_CCtx_setParameter(context, ZSTD_c_checksumFlag, 1);
    done = ZSTD_compress2(context, *packed, ZSTD_compressBound(size), bytes, size);
    must(!ZSTD_isError(done), "zstd");
    ZSTD_freeCCtx(context);
    return done;
}

static size_t pack_lz4(const void *bytes, size_t size, uint8_t **packed)
{
    const LZ4F_preferences_t preferences = {
        .frameInfo = {.blockSizeID = LZ4F_max256KB,
                      .contentChecksumFlag = LZ4F_contentChecksumEnabled}
    };
    size_t room = LZ4F_compressFrameBound(size, &preferences), done;

    *packed = malloc(room);
    must(*packed != NULL, "memory");
    done = LZ4F_compressFrame(*packed, room, bytes, size, &preferences);
    must(!LZ4F_isError(done), "lz4");
    return done;
}

size_t pack(enum pack_format format, const void *bytes, size_t size, uint8_t **packed)
{
    switch (format) {
    case PACK_GZIP:
        return pack_gzip(bytes, size, packed);
    case PACK_ZSTD:
        return pack_zstd(bytes, size, packed);
    case PACK_LZ4:
        return pack_lz4(bytes, size, packed);
    default:
        *packed = malloc(size ? size : 1);
        must(*packed != NULL, "memory");
        memcpy(*packed, bytes, size);
        return size;
    }
}
