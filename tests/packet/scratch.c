#include "packet/scratch.h"

#include <stdlib.h>
#include <unistd.h>

static void must(int held, const char *path)
{
    if (held)
        return;
    perror(path);
    abort();
}

void scratch_open(struct scratch *scratch)
{
    int fd;

    *scratch = (struct scratch){.path = "/tmp/tcpmortem-test-XXXXXX"};
    fd = mkstemp(scratch->path);
    must(fd >= 0, scratch->path);
    scratch->file = fdopen(fd, "w+b");
    must(scratch->file != NULL, scratch->path);
}

void scratch_fill(struct scratch *scratch, const void *bytes, size_t size)
{
    rewind(scratch->file);
    must(fwrite(bytes, 1, size, scratch->file) == size, scratch->path);
    must(fflush(scratch->file) == 0, scratch->path);
    must(ftruncate(fileno(scratch->file), (off_t)size) == 0, scratch->path);
}

void scratch_close(struct scratch *scratch)
{
    fclose(scratch->file);
    unlink(scratch->path);
}
