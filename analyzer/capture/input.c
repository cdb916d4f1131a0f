#include "capture/input.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"

/* `dir/host.pcap.gz` is the point `host`. */
static char *name_of_file(const char *path)
{
    static const char *const endings[] = {".gz",     ".zst", ".lz4", ".pcap",
                                          ".pcapng", ".cap", ".dmp", ".trace"};
    const char *slash = strrchr(path, '/');
    char *name = memory_copy_text(slash ? slash + 1 : path);

    if (strcmp(path, "-") == 0) {
        free(name);
        return memory_copy_text("stdin");
    }
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++) {
        size_t length = strlen(name), ending = strlen(endings[i]);

        if (length > ending && strcasecmp(name + length - ending, endings[i]) == 0)
            name[length - ending] = '\0';
    }
    return name;
}

static struct input *find_input(struct input_set *set, const char *name)
{
    for (size_t i = 0; i < set->count; i++)
        if (strcmp(set->items[i].name, name) == 0)
            return &set->items[i];
    return NULL;
}

static void add_path(struct input *input, const char *path, size_t length)
{
    char **slot = MEMORY_APPEND(input->paths, input->paths_count, input->paths_capacity);

    *slot = memory_alloc(length + 1);
    memcpy(*slot, path, length);
    (*slot)[length] = '\0';
}

static enum status add_paths(struct input *input, const char *files, struct error *err)
{
    if (access(files, F_OK) == 0) {
        add_path(input, files, strlen(files));
        return STATUS_OK;
    }
    for (;;) {
        size_t length = strcspn(files, ",");

        if (length == 0)
            return error_set(err, STATUS_USAGE, "%s: a file name is missing", input->name);
        add_path(input, files, length);
        if (files[length] == '\0')
            return STATUS_OK;
        files += length + 1;
    }
}

enum status input_set_add(struct input_set *set, const char *argument, struct error *err)
{
    const char *equals = strchr(argument, '='), *slash = strchr(argument, '/');
    bool named = equals != NULL && (slash == NULL || equals < slash);
    const char *files = named ? equals + 1 : argument;
    struct input *input;
    char *name;

    if (named && equals == argument)
        return error_set(err, STATUS_USAGE, "%s: the name of the point is missing", argument);
    if (named) {
        name = memory_print("%.*s", (int)(equals - argument), argument);
    } else {
        char *first = memory_copy_text(files);

        if (access(files, F_OK) != 0)
            first[strcspn(first, ",")] = '\0';
        name = name_of_file(first);
        free(first);
    }
    input = find_input(set, name);
    if (input != NULL && !named) {
        enum status status =
            error_set(err, STATUS_USAGE, "%s: another input is called '%s': write POINT=%s",
                      argument, name, argument);
        free(name);
        return status;
    }
    if (input == NULL) {
        input = MEMORY_APPEND(set->items, set->count, set->capacity);
        input->name = name;
    } else {
        free(name);
    }
    return add_paths(input, files, err);
}

uint64_t input_set_bytes(const struct input_set *set)
{
    uint64_t bytes = 0;
    struct stat info;

    for (size_t i = 0; i < set->count; i++)
        for (size_t file = 0; file < set->items[i].paths_count; file++)
            if (stat(set->items[i].paths[file], &info) == 0)
                bytes += (uint64_t)info.st_size;
    return bytes;
}

void input_set_done(struct input_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        for (size_t k = 0; k < set->items[i].paths_count; k++)
            free(set->items[i].paths[k]);
        free(set->items[i].paths);
        free(set->items[i].name);
    }
    free(set->items);
    *set = (struct input_set){0};
}
