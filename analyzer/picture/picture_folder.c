#include "picture/picture_folder.h"

#include <dirent.h>
#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/scrap.h"
#include "picture/chart_kinds.h"

enum status picture_folder_make(const char *dir, char **folder, struct error *err)
{
    *folder = memory_print("%s/.plots-XXXXXX", dir);
    if (mkdtemp(*folder) != NULL) {
        scrap_add(*folder);
        return STATUS_OK;
    }
    free(*folder);
    *folder = NULL;
    return error_set(err, STATUS_OUTPUT, "%s: %s", dir, strerror(errno));
}

static bool is_any_name(const char *name)
{
    return strcmp(name, ".") != 0 && strcmp(name, "..") != 0;
}

/* Of a chart: KIND.png, connection-N-KIND.svg; `name` is what follows "connection-N-". */
static bool is_chart_name(const char *name)
{
    size_t count;
    const struct chart_kind *const *kinds = chart_kinds(&count);

    for (size_t i = 0; i < count; i++) {
        size_t length = strlen(kinds[i]->name);

        if (strncmp(name, kinds[i]->name, length) == 0 &&
            (strcmp(name + length, ".png") == 0 || strcmp(name + length, ".svg") == 0))
            return true;
    }
    return false;
}

static bool is_picture_name(const char *name)
{
    static const char *const tails[] = {".png",      ".svg",        "-zoom.png",
                                        "-zoom.svg", "-ladder.png", "-ladder.svg"};
    static const char head[] = "connection-";

    if (strncmp(name, head, sizeof head - 1) != 0)
        return is_chart_name(name);
    name += sizeof head - 1;
    name += strspn(name, "0123456789");
    for (size_t i = 0; i < sizeof tails / sizeof *tails; i++)
        if (strcmp(name, tails[i]) == 0)
            return true;
    return *name == '-' && is_chart_name(name + 1);
}

static void remove_files(const char *path, bool (*is_wanted)(const char *name))
{
    DIR *folder = opendir(path);
    struct dirent *entry;

    if (folder == NULL)
        return;
    while ((entry = readdir(folder)) != NULL)
        if (is_wanted(entry->d_name))
            unlinkat(dirfd(folder), entry->d_name, 0);
    closedir(folder);
}

void picture_folder_remove(const char *folder)
{
    if (folder == NULL)
        return;
    remove_files(folder, is_any_name);
    rmdir(folder);
    scrap_forget(folder);
}

void picture_folder_clear(const char *folder)
{
    remove_files(folder, is_picture_name);
}

enum status picture_folder_move(const char *folder, const char *name, const char *suffix,
                                const char *to, struct error *err)
{
    char *from = memory_print("%s/%s%s", folder, name, suffix);
    enum status status = STATUS_OK;

    if (rename(from, to) != 0)
        status = error_set(err, STATUS_OUTPUT, "%s: %s", to, strerror(errno));
    free(from);
    return status;
}
