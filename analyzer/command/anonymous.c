#include "command/anonymous.h"

#include <sqlite3.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "anonymize/anonymizer.h"
#include "anonymize/case_copy.h"
#include "base/memory.h"
#include "base/scrap.h"
#include "rules/rules.h"
#include "store/case.h"
#include "store/store.h"

enum status anonymous_copy(const struct anonymous_option *option, const char *from, const char *to,
                           struct error *err)
{
    struct anonymizer *anonymizer = NULL;
    enum status status = anonymizer_new(option->key_file, &anonymizer, err);

    if (status == STATUS_OK)
        status = anonymizer_read_case(anonymizer, from, err);
    if (status == STATUS_OK) {
        unlink(to);
        status = case_anonymize(anonymizer, from, to, err);
        if (status != STATUS_OK)
            unlink(to);
    }
    anonymizer_free(anonymizer);
    return status;
}

/* What the rules of a case ran with, as --set takes it. */
struct sets {
    char **items;
    size_t count, capacity;
};

static void sets_done(struct sets *sets)
{
    for (size_t i = 0; i < sets->count; i++)
        free(sets->items[i]);
    free((void *)sets->items);
}

static enum status sets_read(struct sets *sets, const char *case_path, struct error *err)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db;
    enum status status = case_open(case_path, CASE_READ, &db, err);
    int rc;

    if (status != STATUS_OK)
        return status;
    rc = sqlite3_prepare_v2(db,
                            "SELECT rule.id || '.' || key || '=' || value "
                            "FROM rule, json_each(rule.params) ORDER BY rule.id, key",
                            -1, &stmt, NULL);
    if (rc == SQLITE_OK)
        while ((rc = sqlite3_step(stmt)) == SQLITE_ROW) {
            char **set = MEMORY_APPEND(sets->items, sets->count, sets->capacity);

            *set = memory_copy_text((const char *)sqlite3_column_text(stmt, 0));
        }
    if (rc != SQLITE_DONE)
        status = error_set(err, STATUS_INPUT, "%s: %s", case_path, sqlite3_errmsg(db));
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return status;
}

static bool is_same_file(const char *a, const char *b)
{
    struct stat x, y;

    return stat(a, &x) == 0 && stat(b, &y) == 0 && x.st_dev == y.st_dev && x.st_ino == y.st_ino;
}

static enum status copy_and_run(const struct anonymous_option *option, const char *case_path,
                                const char *part, const struct rules_options *rules,
                                struct error *err)
{
    enum status status = anonymous_copy(option, case_path, part, err);

    return status == STATUS_OK ? rules_run(part, rules, err) : status;
}

enum status anonymous_publish(const struct anonymous_option *option, const char *case_path,
                              const char *dir, const char *rules_dir, char **path,
                              struct error *err)
{
    char *target = memory_print("%s/case.db", dir), *part = store_part_path(target);
    struct rules_options rules = {.dir = rules_dir};
    struct sets sets = {0};
    struct error publish_err;
    enum status status;

    *path = NULL;
    if (is_same_file(case_path, target))
        status = error_set(err, STATUS_USAGE,
                           "%s: --anonymize would replace this case: give another folder with -o",
                           target);
    else
        status = sets_read(&sets, case_path, err);
    if (status == STATUS_OK) {
        rules.sets = (const char **)sets.items;
        rules.sets_count = sets.count;
        scrap_add(part);
        status = copy_and_run(option, case_path, part, &rules, err);
        if (status != STATUS_OK && status != STATUS_RULE)
            store_discard(target);
        else if (store_publish(target, &publish_err) == STATUS_OK)
            *path = memory_copy_text(target);
        else
            status = error_set(err, STATUS_OUTPUT, "%s", publish_err.text);
        scrap_forget(part);
    }
    sets_done(&sets);
    free(target);
    free(part);
    return status;
}
