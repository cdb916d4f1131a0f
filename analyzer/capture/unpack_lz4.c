/* LZ4 frames, by liblz4. Not the format that the first lz4 command wrote (`lz4 -l`). */
#include <lz4frame.h>
#include <stdlib.h>

#include "base/memory.h"
#include "capture/unpack.h"

enum {
    BEGIN_SIZE = 7 /* of the shortest header of a frame */
};

struct lz4 {
    LZ4F_dctx *context;
    size_t hint; /* bytes up to the next step of liblz4; 0: between two frames */
};

static bool lz4_recognises(const uint8_t *front, size_t size)
{
    return size >= 4 && front[0] == 0x04 && front[1] == 0x22 && front[2] == 0x4d &&
           front[3] == 0x18;
}

static void *lz4_begin(void)
{
    struct lz4 *lz4 = memory_zalloc(sizeof *lz4);

    lz4->hint = BEGIN_SIZE;
    if (!LZ4F_isError(LZ4F_createDecompressionContext(&lz4->context, LZ4F_VERSION)))
        return lz4;
    free(lz4);
    return NULL;
}

/* liblz4 gets a step at a time: where it fails, what it unpacked in the same call is lost. */
static enum unpacked lz4_unpack(void *state, struct unpack_io *io, const char **reason)
{
    struct lz4 *lz4 = state;
    size_t taken, given = io->out_left;

    if (lz4->hint == 0 && io->in_left == 0)
        return UNPACK_BETWEEN;
    if (lz4->hint == 0)
        lz4->hint = BEGIN_SIZE;
    taken = io->in_left < lz4->hint ? io->in_left : lz4->hint;
    lz4->hint = LZ4F_decompress(lz4->context, io->out, &given, io->in, &taken, NULL);
    if (LZ4F_isError(lz4->hint)) {
        *reason = LZ4F_getErrorName(lz4->hint);
        return UNPACK_FAILED;
    }
    io->in += taken;
    io->in_left -= taken;
    io->out += given;
    io->out_left -= given;
    return lz4->hint == 0 ? UNPACK_BETWEEN : UNPACK_INSIDE;
}

static void lz4_end(void *state)
{
    struct lz4 *lz4 = state;

    LZ4F_freeDecompressionContext(lz4->context);
    free(lz4);
}

const struct unpacker unpack_lz4 = {
    .name = "lz4",
    .recognises = lz4_recognises,
    .begin = lz4_begin,
    .unpack = lz4_unpack,
    .end = lz4_end,
};
