#include "capture/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/progress.h"

struct file {
    int fd;
    uint64_t offset;
    struct hash *hash; /* NULL: not asked */
};

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

enum status file_open(const char *path, bool hash, struct file **out, struct error *err)
{
    int fd = strcmp(path, "-") == 0 ? spool_stdin() : open(path, O_RDONLY | O_CLOEXEC);
    struct file *file;
    struct stat info;

    *out = NULL;
    if (fd < 0)
        return error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
    if (fstat(fd, &info) == 0 && S_ISDIR(info.st_mode)) {
        close(fd);
        return error_set(err, STATUS_INPUT, "%s: is a directory, not a capture", path);
    }
    file = memory_zalloc(sizeof *file);
    file->fd = fd;
    file->hash = hash ? hash_new() : NULL;
    *out = file;
    return STATUS_OK;
}

ssize_t file_read(struct file *file, uint8_t *bytes, size_t size)
{
    size_t filled = 0;

    while (filled < size) {
        ssize_t got = read(file->fd, bytes + filled, size - filled);

        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0 && filled == 0)
            return -1;
        if (got <= 0)
            break; /* an error comes again with the next call */
        filled += (size_t)got;
    }
    if (file->hash != NULL && filled > 0)
        hash_add(file->hash, bytes, filled);
    file->offset += filled;
    progress_add(filled);
    return (ssize_t)filled;
}

uint64_t file_offset(const struct file *file)
{
    return file->offset;
}

void file_sha256(struct file *file, char text[SHA256_TEXT])
{
    uint8_t bytes[65536];

    while (file_read(file, bytes, sizeof bytes) > 0)
        continue;
    hash_write(file->hash, text);
}

void file_close(struct file *file)
{
    if (file == NULL)
        return;
    close(file->fd);
    hash_free(file->hash);
    free(file);
}
