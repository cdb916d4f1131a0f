/* gzip, by zlib. */
#include <stdlib.h>

#define ZLIB_CONST /* input is only read */
#include <zlib.h>

#include "base/memory.h"
#include "capture/unpack.h"

struct gzip {
    z_stream stream;
    bool between;
};

static bool gzip_recognises(const uint8_t *front, size_t size)
{
    return size >= 3 && front[0] == 0x1f && front[1] == 0x8b && front[2] == Z_DEFLATED;
}

static void *gzip_begin(void)
{
    struct gzip *gzip = memory_zalloc(sizeof *gzip);

    /* 15: the largest window; 16: with gzip's header and trailer. */
    if (inflateInit2(&gzip->stream, 15 + 16) == Z_OK)
        return gzip;
    free(gzip);
    return NULL;
}

/* Between two members: zeros fill up a tape's block, anything else has to be a member. */
static void begin_member(struct gzip *gzip, struct unpack_io *io)
{
    while (io->in_left > 0 && *io->in == 0) {
        io->in++;
        io->in_left--;
    }
    if (io->in_left == 0)
        return;
    inflateReset(&gzip->stream);
    gzip->between = false;
}

static enum unpacked gzip_unpack(void *state, struct unpack_io *io, const char **reason)
{
    struct gzip *gzip = state;
    z_stream *stream = &gzip->stream;
    int result;

    if (gzip->between)
        begin_member(gzip, io);
    if (gzip->between)
        return UNPACK_BETWEEN;
    stream->next_in = io->in;
    stream->avail_in = (uInt)io->in_left;
    stream->next_out = io->out;
    stream->avail_out = (uInt)io->out_left;
    result = inflate(stream, Z_NO_FLUSH);
    io->in = stream->next_in;
    io->in_left = stream->avail_in;
    io->out = stream->next_out;
    io->out_left = stream->avail_out;
    switch (result) {
    case Z_OK:
    case Z_BUF_ERROR: /* nothing to do for now */
        return UNPACK_INSIDE;
    case Z_STREAM_END:
        gzip->between = true;
        return UNPACK_BETWEEN;
    default:
        *reason = stream->msg ? stream->msg : zError(result);
        return UNPACK_FAILED;
    }
}

static void gzip_end(void *state)
{
    struct gzip *gzip = state;

    inflateEnd(&gzip->stream);
    free(gzip);
}

const struct unpacker unpack_gzip = {
    .name = "gzip",
    .recognises = gzip_recognises,
    .begin = gzip_begin,
    .unpack = gzip_unpack,
    .end = gzip_end,
};
