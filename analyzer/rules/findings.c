#include "rules/findings.h"

#include <stdlib.h>
#include <string.h>

#include "store/case.h"

/* A list of sentences in `detail`, as a pair for json_replace(): a sentence that does not apply is
 * NULL there, and left out. */
#define SENTENCES(key)                                                                             \
    "'$." key "', json((SELECT json_group_array(value) FROM json_each(?9, '$." key                 \
    "') WHERE type <> 'null'))"

/* Ids of 0 are NULL, and what they name has then no time either. */
#define INSERT_FINDING                                                                             \
    "INSERT INTO temp.finding (rule_id, severity, confidence, connection_id, leg_id, first_ns,"    \
    " last_ns, summary, detail) VALUES (?1, ?2, ?3, nullif(?4, 0), nullif(?5, 0),"                 \
    " (SELECT ts_ns FROM main.segment WHERE id = ?6),"                                             \
    " (SELECT ts_ns FROM main.segment WHERE id = ?7), ?8,"                                         \
    " json_replace(?9, " SENTENCES("what_if") ", " SENTENCES("missing") "))"

/* An entry without a segment is left out: the event had none to name. */
#define INSERT_EVIDENCE                                                                            \
    "INSERT INTO temp.evidence (finding_id, segment_id, role)"                                     \
    " SELECT DISTINCT ?1, value ->> 0, value ->> 1 FROM json_each(?2) WHERE value ->> 0 IS NOT "   \
    "NULL"

#define CHECK_RESULT                                                                               \
    "SELECT CASE"                                                                                  \
    "  WHEN ?1 > 0 AND NOT EXISTS (SELECT 1 FROM main.segment WHERE id = ?1)"                      \
    "   THEN 'first_segment is no segment'"                                                        \
    "  WHEN ?2 > 0 AND NOT EXISTS (SELECT 1 FROM main.segment WHERE id = ?2)"                      \
    "   THEN 'last_segment is no segment'"                                                         \
    "  WHEN ?3 > 0 AND NOT EXISTS (SELECT 1 FROM main.connection WHERE id = ?3)"                   \
    "   THEN 'connection_id is no connection'"                                                     \
    "  WHEN ?4 > 0 AND NOT EXISTS (SELECT 1 FROM main.leg WHERE id = ?4)"                          \
    "   THEN 'leg_id is no leg'"                                                                   \
    "  WHEN ?5 IS NOT NULL AND (NOT json_valid(?5) OR json_type(?5) <> 'object')"                  \
    "   THEN 'detail is no JSON object'"                                                           \
    "  WHEN ?6 IS NOT NULL AND (NOT json_valid(?6) OR json_type(?6) <> 'array')"                   \
    "   THEN 'evidence is no JSON array'"                                                          \
    "  WHEN EXISTS (SELECT 1 FROM json_each(coalesce(?6, '[]')) WHERE type <> 'array'"             \
    "    OR json_array_length(value) <> 2 OR json_type(value, '$[1]') <> 'text'"                   \
    "    OR json_type(value, '$[0]') NOT IN ('integer', 'null'))"                                  \
    "   THEN 'evidence is no array of [segment, \"role\"]'"                                        \
    "  WHEN EXISTS (SELECT 1 FROM json_each(coalesce(?6, '[]')) e WHERE e.value ->> 0 NOT NULL"    \
    "    AND NOT EXISTS (SELECT 1 FROM main.segment s WHERE s.id = e.value ->> 0))"                \
    "   THEN 'evidence names a segment that is not there'"                                         \
    " END"

/* The statements that one rule's findings go through. */
struct writer {
    sqlite3_stmt *check;
    sqlite3_stmt *finding;
    sqlite3_stmt *evidence;
};

static bool writer_open(struct writer *writer, sqlite3 *db)
{
    return sqlite3_prepare_v2(db, CHECK_RESULT, -1, &writer->check, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(db, INSERT_FINDING, -1, &writer->finding, NULL) == SQLITE_OK &&
           sqlite3_prepare_v2(db, INSERT_EVIDENCE, -1, &writer->evidence, NULL) == SQLITE_OK;
}

static void writer_close(struct writer *writer)
{
    sqlite3_finalize(writer->check);
    sqlite3_finalize(writer->finding);
    sqlite3_finalize(writer->evidence);
}

static enum status check_result(sqlite3_stmt *stmt, const struct rule *rule, size_t row,
                                const struct result *result, struct error *err)
{
    enum status status = STATUS_OK;

    sqlite3_bind_int64(stmt, 1, result->first_segment);
    sqlite3_bind_int64(stmt, 2, result->last_segment);
    sqlite3_bind_int64(stmt, 3, result->connection_id);
    sqlite3_bind_int64(stmt, 4, result->leg_id);
    sqlite3_bind_text(stmt, 5, result->detail, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 6, result->evidence, -1, SQLITE_STATIC);
    if (sqlite3_step(stmt) != SQLITE_ROW)
        status = error_set(err, STATUS_RULE, "%s: row %zu: %s", rule->path, row,
                           sqlite3_errmsg(sqlite3_db_handle(stmt)));
    else if (sqlite3_column_text(stmt, 0) != NULL)
        status = error_set(err, STATUS_RULE, "%s: row %zu: %s", rule->path, row,
                           (const char *)sqlite3_column_text(stmt, 0));
    sqlite3_reset(stmt);
    return status;
}

static bool insert_result(const struct writer *writer, const struct rule *rule,
                          const struct result *result)
{
    sqlite3_stmt *stmt = writer->finding;
    bool done;

    sqlite3_bind_text(stmt, 1, rule->id, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 2, result->severity, -1, SQLITE_STATIC);
    sqlite3_bind_double(stmt, 3, result->confidence);
    sqlite3_bind_int64(stmt, 4, result->connection_id);
    sqlite3_bind_int64(stmt, 5, result->leg_id);
    sqlite3_bind_int64(stmt, 6, result->first_segment);
    sqlite3_bind_int64(stmt, 7, result->last_segment);
    sqlite3_bind_text(stmt, 8, result->summary, -1, SQLITE_STATIC);
    sqlite3_bind_text(stmt, 9, result->detail, -1, SQLITE_STATIC);
    done = sqlite3_step(stmt) == SQLITE_DONE;
    sqlite3_reset(stmt);
    if (!done || result->evidence == NULL)
        return done;
    stmt = writer->evidence;
    sqlite3_bind_int64(stmt, 1, sqlite3_last_insert_rowid(sqlite3_db_handle(stmt)));
    sqlite3_bind_text(stmt, 2, result->evidence, -1, SQLITE_STATIC);
    done = sqlite3_step(stmt) == SQLITE_DONE;
    sqlite3_reset(stmt);
    return done;
}

static bool insert_rule(sqlite3 *db, const struct rule *rule, int64_t ms)
{
    const char *sql =
        "INSERT INTO temp.rule (id, title, severity, kind, explain, remedy, reference,"
        " sha256, params, ms) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)";
    char *params = params_json(db, rule->params, rule->params_count);
    sqlite3_stmt *stmt = NULL;
    bool done = false;

    if (params != NULL && sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK) {
        sqlite3_bind_text(stmt, 1, rule->id, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 2, rule->title, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 3, rule->severity, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 4, rule_kind_name(rule->kind), -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 5, rule->explain, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 6, rule->remedy, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 7, rule->reference, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 8, rule->sha256, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 9, params, -1, SQLITE_STATIC);
        if (ms >= 0)
            sqlite3_bind_int64(stmt, 10, ms);
        done = sqlite3_step(stmt) == SQLITE_DONE;
    }
    sqlite3_finalize(stmt);
    free(params);
    return done;
}

enum status findings_add(struct sandbox *sandbox, const struct rule *rule,
                         const struct results *results, int64_t ms, struct error *err)
{
    sqlite3 *db = sandbox_db(sandbox);
    struct writer writer = {0};
    enum status status = STATUS_OK;

    if (sqlite3_exec(db, "SAVEPOINT rule", NULL, NULL, NULL) != SQLITE_OK)
        return error_set(err, STATUS_RULE, "%s: %s", rule->path, sqlite3_errmsg(db));
    if (!writer_open(&writer, db) || !insert_rule(db, rule, ms))
        status = error_set(err, STATUS_RULE, "%s: %s", rule->path, sqlite3_errmsg(db));
    for (size_t i = 0; i < results->count && status == STATUS_OK; i++) {
        status = check_result(writer.check, rule, i + 1, &results->rows[i], err);
        if (status == STATUS_OK && !insert_result(&writer, rule, &results->rows[i]))
            status = error_set(err, STATUS_RULE, "%s: row %zu: %s", rule->path, i + 1,
                               sqlite3_errmsg(db));
    }
    writer_close(&writer);
    if (status != STATUS_OK)
        sqlite3_exec(db, "ROLLBACK TO rule", NULL, NULL, NULL);
    sqlite3_exec(db, "RELEASE rule", NULL, NULL, NULL);
    return status;
}

/* Copies all rows of a table of the sandbox; both have the same columns. */
static bool copy_table(sqlite3 *from, sqlite3 *to, const char *select, const char *insert)
{
    sqlite3_stmt *source = NULL, *target = NULL;
    int code = SQLITE_ERROR;

    if (sqlite3_prepare_v2(from, select, -1, &source, NULL) != SQLITE_OK ||
        sqlite3_prepare_v2(to, insert, -1, &target, NULL) != SQLITE_OK)
        goto out;
    while ((code = sqlite3_step(source)) == SQLITE_ROW) {
        for (int i = 0; i < sqlite3_column_count(source); i++)
            sqlite3_bind_value(target, i + 1, sqlite3_column_value(source, i));
        if (sqlite3_step(target) != SQLITE_DONE) {
            code = SQLITE_ERROR;
            break;
        }
        sqlite3_reset(target);
    }
out:
    sqlite3_finalize(source);
    sqlite3_finalize(target);
    return code == SQLITE_DONE;
}

/* The problem begins with the path of the rule's file, of which the name is enough: a case says the
 * same wherever the rules are. */
static bool store_problems(sqlite3 *db, const struct rule_set *set)
{
    sqlite3_stmt *stmt = NULL;
    bool done = sqlite3_prepare_v2(db,
                                   "INSERT INTO remark (kind, text) VALUES ('broken-rule', 'The '"
                                   " || ? || ' ' || ? || ' is broken and found nothing: ' || ?)",
                                   -1, &stmt, NULL) == SQLITE_OK;

    for (size_t i = 0; i < set->count && done; i++) {
        const struct rule *rule = &set->rules[i];
        const char *slash = strrchr(rule->path, '/');
        size_t folder = slash == NULL ? 0 : (size_t)(slash - rule->path) + 1;

        if (!rule_is_broken(rule))
            continue;
        if (strncmp(rule->problem.text, rule->path, strlen(rule->path)) != 0)
            folder = 0;
        sqlite3_bind_text(stmt, 1, rule_kind_name(rule->kind), -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 2, rule->id, -1, SQLITE_STATIC);
        sqlite3_bind_text(stmt, 3, rule->problem.text + folder, -1, SQLITE_STATIC);
        done = sqlite3_step(stmt) == SQLITE_DONE;
        sqlite3_reset(stmt);
    }
    sqlite3_finalize(stmt);
    return done;
}

enum status findings_store(struct sandbox *sandbox, const struct rule_set *set, const char *path,
                           bool synced, struct error *err)
{
    static const char unsynced[] = "PRAGMA journal_mode = MEMORY; PRAGMA synchronous = OFF;";
    static const char clear[] = "BEGIN IMMEDIATE; DELETE FROM evidence; DELETE FROM finding;"
                                " DELETE FROM rule; DELETE FROM remark WHERE kind = 'broken-rule';";
    sqlite3 *from = sandbox_db(sandbox);
    sqlite3 *to = NULL;
    enum status status = case_open(path, CASE_WRITE, &to, err);

    if (status != STATUS_OK)
        return status;
    if ((!synced && sqlite3_exec(to, unsynced, NULL, NULL, NULL) != SQLITE_OK) ||
        sqlite3_exec(to, clear, NULL, NULL, NULL) != SQLITE_OK ||
        !copy_table(from, to, "SELECT * FROM temp.rule ORDER BY id",
                    "INSERT INTO rule VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") ||
        !copy_table(from, to, "SELECT * FROM temp.finding ORDER BY id",
                    "INSERT INTO finding VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)") ||
        !copy_table(from, to, "SELECT * FROM temp.evidence ORDER BY finding_id, segment_id, role",
                    "INSERT INTO evidence VALUES (?, ?, ?)") ||
        !store_problems(to, set) || sqlite3_exec(to, "COMMIT", NULL, NULL, NULL) != SQLITE_OK)
        status = error_set(err, STATUS_OUTPUT, "%s: findings cannot be written: %s", path,
                           sqlite3_errmsg(to));
    if (sqlite3_close(to) != SQLITE_OK && status == STATUS_OK)
        status = error_set(err, STATUS_OUTPUT, "%s: findings cannot be written", path);
    return status;
}
