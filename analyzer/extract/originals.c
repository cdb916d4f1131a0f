#include "extract/originals.h"

#include <dirent.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "capture/file.h"
#include "case/query.h"

static void add_original(struct originals *originals, struct query *q, const struct choice *choice,
                         size_t begin, size_t end)
{
    struct original *original =
        MEMORY_APPEND(originals->items, originals->count, originals->capacity);

    original->id = query_int(q, 0);
    original->path = memory_copy_text(query_text(q, 1));
    original->alias = memory_print("file-%" PRId64 ".%s", original->id, query_text(q, 5));
    original->sha256 = memory_copy_text(query_text(q, 2));
    original->first_frame = query_int(q, 3);
    original->packets = query_int(q, 4);
    original->next = begin;
    original->end = end;
    for (size_t i = begin; i < end; i++)
        original->in_pieces |= choice->items[i].in_pieces;
}

static enum status read_captures(struct originals *originals, const struct report *report,
                                 const struct choice *choice, struct error *err)
{
    struct query q;
    size_t at = 0;

    query_open(&q, report,
               "SELECT id, path, sha256, first_frame, packets, format FROM capture ORDER BY "
               "first_frame, id",
               err);
    while (query_next(&q)) {
        int64_t behind = query_int(&q, 3) + query_int(&q, 4);
        size_t begin = at;

        while (at < choice->count && choice->items[at].frame < behind)
            at++;
        if (at > begin)
            add_original(originals, &q, choice, begin, at);
    }
    return query_close(&q);
}

/* Points of one file have one clock. */
static enum status read_clocks(struct originals *originals, const struct report *report,
                               const struct choice *choice, struct error *err)
{
    struct query q;

    query_open(&q, report, "SELECT origin_ns, offset_ns, drift_ppb FROM point WHERE id = :point",
               err);
    for (size_t i = 0; i < originals->count; i++) {
        struct original *original = &originals->items[i];

        query_rewind(&q);
        query_bind(&q, ":point", choice->items[original->next].point_id);
        if (query_next(&q))
            original->clock =
                (struct clock_map){query_int(&q, 0), query_int(&q, 1), query_int(&q, 2)};
    }
    return query_close(&q);
}

static enum status hash_file(const char *path, char sha256[SHA256_TEXT], struct error *err)
{
    struct file *file;
    enum status status = file_open(path, true, &file, err);

    if (status == STATUS_OK)
        file_sha256(file, sha256);
    else
        sha256[0] = '\0';
    file_close(file);
    return status;
}

static bool is_original(const char *path, const struct original *original)
{
    char sha256[SHA256_TEXT];
    struct error ignored;
    struct stat info;

    return stat(path, &info) == 0 && S_ISREG(info.st_mode) &&
           hash_file(path, sha256, &ignored) == STATUS_OK && strcmp(sha256, original->sha256) == 0;
}

/* Any file of the folder, whatever its name; NULL if none is the one. Caller frees. */
static char *find_renamed(const char *dir, const struct original *original)
{
    struct dirent **entries;
    int count = scandir(dir, &entries, NULL, alphasort);
    char *found = NULL;

    for (int i = 0; i < count; i++) {
        if (found == NULL) {
            found = memory_print("%s/%s", dir, entries[i]->d_name);
            if (!is_original(found, original)) {
                free(found);
                found = NULL;
            }
        }
        free(entries[i]);
    }
    if (count >= 0)
        free((void *)entries);
    return found;
}

static enum status find_in(const char *dir, struct original *original, struct error *err)
{
    char *named = memory_print("%s/%s", dir, text_file_name(original->path));

    original->found = is_original(named, original) ? named : find_renamed(dir, original);
    if (original->found == NULL && access(named, F_OK) == 0)
        original->found = named; /* to say that it is another one */
    if (original->found != named)
        free(named);
    if (original->found != NULL)
        return STATUS_OK;
    return error_set(err, STATUS_INPUT, "%s: no capture there is %s (SHA-256 %.16s...)", dir,
                     text_file_name(original->path), original->sha256);
}

static enum status check(const struct original *original, bool force, struct error *err)
{
    char sha256[SHA256_TEXT];
    enum status status = hash_file(original->found, sha256, err);

    if (status != STATUS_OK || strcmp(sha256, original->sha256) == 0)
        return status;
    if (!force)
        return error_set(err, STATUS_INPUT,
                         "%s: not the file that was analysed: its SHA-256 is another (--force "
                         "takes it all the same)",
                         original->found);
    warn_user("%s: not the file that was analysed; frames may be others", original->found);
    return STATUS_OK;
}

static enum status find(struct original *original, const char *dir, bool force, struct error *err)
{
    enum status status = STATUS_OK;

    if (dir != NULL)
        status = find_in(dir, original, err);
    else if (strcmp(original->path, "-") == 0)
        status = error_set(err, STATUS_INPUT,
                           "standard input was not kept: name a folder that has "
                           "the capture with --captures");
    else
        original->found = memory_copy_text(original->path);
    return status == STATUS_OK ? check(original, force, err) : status;
}

enum status originals_find(struct originals *originals, const struct report *report,
                           const struct choice *choice, const char *dir, bool force,
                           struct error *err)
{
    enum status status = read_captures(originals, report, choice, err);

    if (status == STATUS_OK)
        status = read_clocks(originals, report, choice, err);
    for (size_t i = 0; i < originals->count && status == STATUS_OK; i++)
        status = find(&originals->items[i], dir, force, err);
    return status;
}

void originals_done(struct originals *originals)
{
    for (size_t i = 0; i < originals->count; i++) {
        free(originals->items[i].path);
        free(originals->items[i].sha256);
        free(originals->items[i].alias);
        free(originals->items[i].found);
    }
    free(originals->items);
    *originals = (struct originals){0};
}
