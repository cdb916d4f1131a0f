#include "base/output.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/scrap.h"

static void forget(struct output *output)
{
    scrap_forget(output->temporary);
    free(output->path);
    free(output->temporary);
    *output = (struct output){0};
}

enum status output_make_folder(const char *dir, struct error *err)
{
    struct stat info;
    int reason;

    if (mkdir(dir, 0777) == 0)
        return STATUS_OK;
    reason = errno;
    if (stat(dir, &info) == 0 && S_ISDIR(info.st_mode))
        return STATUS_OK;
    return error_set(err, STATUS_OUTPUT, "%s: %s", dir, strerror(reason));
}

enum status output_open(struct output *output, const char *dir, const char *name, struct error *err)
{
    enum status status;

    output->path = memory_print("%s/%s", dir, name);
    output->temporary = memory_print("%s/.%s.part", dir, name);
    scrap_add(output->temporary);
    output->file = fopen(output->temporary, "w");
    if (output->file != NULL)
        return STATUS_OK;
    status = error_set(err, STATUS_OUTPUT, "%s: %s", output->path, strerror(errno));
    forget(output);
    return status;
}

enum status output_commit(struct output *output, struct error *err)
{
    bool failed = ferror(output->file) != 0;
    enum status status;

    failed = fclose(output->file) != 0 || failed;
    output->file = NULL;
    if (!failed && rename(output->temporary, output->path) == 0) {
        forget(output);
        return STATUS_OK;
    }
    status = error_set(err, STATUS_OUTPUT, "%s: %s", output->path, strerror(errno));
    unlink(output->temporary);
    forget(output);
    return status;
}

void output_abandon(struct output *output)
{
    if (output->file == NULL)
        return;
    fclose(output->file);
    unlink(output->temporary);
    forget(output);
}
