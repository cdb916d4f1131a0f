#include "capture/source.h"

#include <errno.h>
#include <stdio_ext.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "capture/unpack.h"

enum {
    BUFFER_SIZE = 256 * 1024,
    STREAM_SIZE = 128 * 1024
};

struct source {
    struct file *file;
    uint8_t *buffer; /* the capture's bytes */
    size_t used, filled;
    char *stream_buffer; /* of the stream; NULL: there is none */

    const struct unpacker *unpacker; /* NULL: not compressed, the rest is unused */
    void *unpacking;                 /* its state */
    uint8_t *packed;                 /* the file's bytes */
    size_t packed_used, packed_filled;

    /* What is wrong at the end of the buffer, and what the reader has come to know of it. */
    enum source_state found, state;
    char message[160];
};

/* `who`: the format that complains; NULL: the system. */
static void fail(struct source *source, enum source_state state, uint64_t offset, const char *who,
                 const char *reason)
{
    source->found = state;
    snprintf(source->message, sizeof source->message, "at offset 0x%llx of the file: %s%s%s",
             (unsigned long long)offset, who ? who : "", who ? ": " : "", reason);
}

/* The next bytes of the file; 0 at its end. */
static size_t read_file(struct source *source, uint8_t *bytes, size_t size)
{
    ssize_t got = file_read(source->file, bytes, size);

    if (got >= 0)
        return (size_t)got;
    fail(source, SOURCE_DAMAGED, file_offset(source->file), NULL, strerror(errno));
    return 0;
}

/* Fills the buffer from the compressed bytes, as far as they go. */
static void unpack(struct source *source)
{
    const char *name = source->unpacker->name, *reason = "unknown error";
    struct unpack_io io = {.out = source->buffer, .out_left = BUFFER_SIZE};

    while (io.out_left > 0 && source->found == SOURCE_WHOLE) {
        size_t room = io.out_left;
        enum unpacked result;

        if (source->packed_used == source->packed_filled) {
            source->packed_used = 0;
            source->packed_filled = read_file(source, source->packed, BUFFER_SIZE);
            if (source->found != SOURCE_WHOLE)
                break;
        }
        io.in = source->packed + source->packed_used;
        io.in_left = source->packed_filled - source->packed_used;
        result = source->unpacker->unpack(source->unpacking, &io, &reason);
        source->packed_used = source->packed_filled - io.in_left;
        if (result == UNPACK_FAILED)
            fail(source, SOURCE_DAMAGED, file_offset(source->file) - io.in_left, name, reason);
        if (source->packed_filled > 0 || io.out_left < room)
            continue;
        if (result == UNPACK_INSIDE)
            fail(source, SOURCE_CUT, file_offset(source->file), name, "the data end too early");
        break;
    }
    source->filled = BUFFER_SIZE - io.out_left;
}

/* Puts the next part of the capture into the empty buffer. False at the end. */
static bool fill(struct source *source)
{
    source->used = source->filled = 0;
    if (source->found == SOURCE_WHOLE && source->unpacker != NULL)
        unpack(source);
    else if (source->found == SOURCE_WHOLE)
        source->filled = read_file(source, source->buffer, BUFFER_SIZE);
    if (source->filled == 0)
        source->state = source->found;
    return source->filled > 0;
}

/* Looks at the first part of the file and unpacks it if it has to be. */
static enum status begin(struct source *source, const char *path, struct error *err)
{
    if (!fill(source))
        return source->state == SOURCE_WHOLE
                   ? error_set(err, STATUS_INPUT, "%s: the file is empty, not a capture", path)
                   : error_set(err, STATUS_INPUT, "%s: %s", path, source->message);
    source->unpacker = unpack_find(source->buffer, source->filled);
    if (source->unpacker == NULL)
        return STATUS_OK;
    source->unpacking = source->unpacker->begin();
    if (source->unpacking == NULL)
        return error_set(err, STATUS_INPUT, "%s: out of memory", path);
    source->packed = source->buffer;
    source->packed_filled = source->filled;
    source->buffer = memory_alloc(BUFFER_SIZE);
    if (fill(source))
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "%s: %s", path,
                     source->state == SOURCE_WHOLE ? "nothing was compressed, so not a capture"
                                                   : source->message);
}

enum status source_open(const char *path, bool hash, struct source **out, struct error *err)
{
    struct source *source = memory_zalloc(sizeof *source);
    enum status status;

    *out = NULL;
    source->buffer = memory_alloc(BUFFER_SIZE);
    status = file_open(path, hash, &source->file, err);
    if (status == STATUS_OK)
        status = begin(source, path, err);
    if (status == STATUS_OK)
        *out = source;
    else
        source_close(source);
    return status;
}

size_t source_peek(const struct source *source, uint8_t *bytes, size_t size)
{
    if (size > source->filled)
        size = source->filled;
    memcpy(bytes, source->buffer, size);
    return size;
}

/* As much as the buffer has, after filling it if it is empty. */
static size_t take(struct source *source, void *bytes, size_t size)
{
    if (source->used == source->filled && !fill(source))
        return 0;
    if (size > source->filled - source->used)
        size = source->filled - source->used;
    memcpy(bytes, source->buffer + source->used, size);
    source->used += size;
    return size;
}

size_t source_read(struct source *source, void *bytes, size_t size)
{
    size_t done = 0, got;

    while (done < size && (got = take(source, (uint8_t *)bytes + done, size - done)) > 0)
        done += got;
    return done;
}

/* Past what the buffer holds, bytes that need no unpacking go straight to the stream. */
static ssize_t stream_read(void *cookie, char *bytes, size_t size)
{
    struct source *source = cookie;
    size_t got;

    if (source->unpacker != NULL || source->used < source->filled || source->found != SOURCE_WHOLE)
        return (ssize_t)take(source, bytes, size);
    got = read_file(source, (uint8_t *)bytes, size);
    if (got == 0)
        source->state = source->found;
    return (ssize_t)got;
}

FILE *source_stream(struct source *source)
{
    cookie_io_functions_t functions = {.read = stream_read};
    FILE *stream = fopencookie(source, "r", functions);

    if (stream == NULL)
        return NULL;
    source->stream_buffer = memory_alloc(STREAM_SIZE);
    setvbuf(stream, source->stream_buffer, _IOFBF, STREAM_SIZE);
    __fsetlocking(stream, FSETLOCKING_BYCALLER); /* a lock for each frame: but one thread reads */
    return stream;
}

enum source_state source_state(const struct source *source)
{
    return source->state;
}

const char *source_message(const struct source *source)
{
    return source->message;
}

void source_sha256(struct source *source, char text[SHA256_TEXT])
{
    file_sha256(source->file, text);
}

void source_close(struct source *source)
{
    if (source == NULL)
        return;
    if (source->unpacking != NULL)
        source->unpacker->end(source->unpacking);
    file_close(source->file);
    free(source->packed);
    free(source->buffer);
    free(source->stream_buffer);
    free(source);
}
