#include "capture/source.h"

#include <errno.h>
#include <fcntl.h>
#include <nettle/sha2.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

enum {
    BUFFER_SIZE = 256 * 1024
};

struct source {
    int fd;
    bool hashing;
    struct sha256_ctx hash;
    size_t used, filled; /* of the buffer */
    uint8_t buffer[BUFFER_SIZE];
};

/* Reads the next part of the file into the buffer. 0 at the end, -1 on an error. */
static ssize_t fill(struct source *source)
{
    ssize_t got;

    do
        got = read(source->fd, source->buffer, sizeof source->buffer);
    while (got < 0 && errno == EINTR);
    source->used = 0;
    source->filled = got > 0 ? (size_t)got : 0;
    if (source->hashing && got > 0)
        sha256_update(&source->hash, (size_t)got, source->buffer);
    return got;
}

/* Copies standard input into a file without a name, once; later calls start at its front. */
static int spool_stdin(void)
{
    static FILE *spool;
    char bytes[65536];
    size_t got;

    if (spool == NULL) {
        spool = tmpfile();
        if (spool == NULL)
            return -1;
        while ((got = fread(bytes, 1, sizeof bytes, stdin)) > 0)
            if (fwrite(bytes, 1, got, spool) != got)
                return -1;
        if (fflush(spool) != 0)
            return -1;
    }
    if (lseek(fileno(spool), 0, SEEK_SET) < 0)
        return -1;
    return dup(fileno(spool));
}

enum status source_open(const char *path, bool hash, struct source **out, struct error *err)
{
    struct source *source;
    struct stat info;
    int fd = strcmp(path, "-") == 0 ? spool_stdin() : open(path, O_RDONLY | O_CLOEXEC);
    ssize_t got;

    *out = NULL;
    if (fd < 0)
        return error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        close(fd);
        return error_set(err, STATUS_INPUT, "%s: is a directory, not a capture", path);
    }
    source = memory_alloc(sizeof *source);
    source->fd = fd;
    source->hashing = hash;
    sha256_init(&source->hash);
    got = fill(source);
    if (got <= 0) {
        enum status status =
            got < 0 ? error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno))
                    : error_set(err, STATUS_INPUT, "%s: the file is empty, not a capture", path);
        source_close(source);
        return status;
    }
    *out = source;
    return STATUS_OK;
}

size_t source_peek(const struct source *source, uint8_t *bytes, size_t size)
{
    if (size > source->filled)
        size = source->filled;
    memcpy(bytes, source->buffer, size);
    return size;
}

static ssize_t stream_read(void *cookie, char *bytes, size_t size)
{
    struct source *source = cookie;
    size_t left = source->filled - source->used;

    if (left == 0) {
        ssize_t got = fill(source);

        if (got <= 0)
            return got;
        left = source->filled;
    }
    if (size > left)
        size = left;
    memcpy(bytes, source->buffer + source->used, size);
    source->used += size;
    return (ssize_t)size;
}

FILE *source_stream(struct source *source)
{
    cookie_io_functions_t functions = {.read = stream_read};
    FILE *stream = fopencookie(source, "r", functions);

    if (stream != NULL)
        setvbuf(stream, NULL, _IOFBF, 65536);
    return stream;
}

void source_sha256(struct source *source, char text[SHA256_TEXT])
{
    uint8_t digest[SHA256_DIGEST_SIZE];

    while (fill(source) > 0)
        continue;
    sha256_digest(&source->hash, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}

void source_close(struct source *source)
{
    if (source == NULL)
        return;
    close(source->fd);
    free(source);
}
