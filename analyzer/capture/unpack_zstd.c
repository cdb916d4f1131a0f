/* Zstandard, by libzstd. A window above its limit of 128 MiB (`zstd --ultra --long=31`) is
 * refused. */
#include <stdlib.h>
#include <zstd.h>

#include "base/memory.h"
#include "capture/unpack.h"

struct zstd {
    ZSTD_DStream *stream;
    size_t begin; /* bytes that a frame's begin takes */
    size_t hint;  /* bytes up to the next step of libzstd; 0: between two frames */
};

/* A frame to be skipped in front, 0x184d2a5?, is what pzstd writes. */
static bool zstd_recognises(const uint8_t *front, size_t size)
{
    if (size < 4)
        return false;
    return (front[0] == 0x28 && front[1] == 0xb5 && front[2] == 0x2f && front[3] == 0xfd) ||
           ((front[0] & 0xf0) == 0x50 && front[1] == 0x2a && front[2] == 0x4d && front[3] == 0x18);
}

static void *zstd_begin(void)
{
    struct zstd *zstd = memory_zalloc(sizeof *zstd);

    zstd->stream = ZSTD_createDStream();
    if (zstd->stream == NULL) {
        free(zstd);
        return NULL;
    }
    zstd->hint = zstd->begin = ZSTD_initDStream(zstd->stream);
    return zstd;
}

/* libzstd gets a step at a time: where it fails, what it unpacked in the same call is lost. */
static enum unpacked zstd_unpack(void *state, struct unpack_io *io, const char **reason)
{
    struct zstd *zstd = state;
    ZSTD_inBuffer in = {.src = io->in};
    ZSTD_outBuffer out = {.dst = io->out, .size = io->out_left};

    if (zstd->hint == 0 && io->in_left == 0)
        return UNPACK_BETWEEN;
    if (zstd->hint == 0)
        zstd->hint = zstd->begin;
    in.size = io->in_left < zstd->hint ? io->in_left : zstd->hint;
    zstd->hint = ZSTD_decompressStream(zstd->stream, &out, &in);
    if (ZSTD_isError(zstd->hint)) {
        *reason = ZSTD_getErrorName(zstd->hint);
        return UNPACK_FAILED;
    }
    io->in += in.pos;
    io->in_left -= in.pos;
    io->out += out.pos;
    io->out_left -= out.pos;
    return zstd->hint == 0 ? UNPACK_BETWEEN : UNPACK_INSIDE;
}

static void zstd_end(void *state)
{
    struct zstd *zstd = state;

    ZSTD_freeDStream(zstd->stream);
    free(zstd);
}

const struct unpacker unpack_zstd = {
    .name = "zstd",
    .recognises = zstd_recognises,
    .begin = zstd_begin,
    .unpack = zstd_unpack,
    .end = zstd_end,
};
