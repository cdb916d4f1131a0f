#include "rules/result.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "rules/severity.h"

/* Far above the largest report that anybody could use. */
enum {
    RESULTS_MAX_BYTES = 512 * 1024 * 1024
};

enum column {
    COLUMN_CONNECTION_ID,
    COLUMN_LEG_ID,
    COLUMN_FIRST_SEGMENT,
    COLUMN_LAST_SEGMENT,
    COLUMN_CONFIDENCE,
    COLUMN_SUMMARY,
    COLUMN_DETAIL,
    COLUMN_EVIDENCE,
    COLUMN_SEVERITY, /* may be absent: then the header's */
    COLUMNS
};

static const char *const column_names[COLUMNS] = {
    "connection_id", "leg_id", "first_segment", "last_segment", "confidence",
    "summary",       "detail", "evidence",      "severity",
};

/* One rule's SELECT on its way through its rows. */
struct reader {
    const struct rule *rule;
    sqlite3_stmt *stmt;
    int columns[COLUMNS]; /* place of each in the SELECT; -1: absent */
    size_t row;           /* from 1 */
    struct error *err;
};

static enum status map_columns(struct reader *reader)
{
    const char *path = reader->rule->path;
    int count = sqlite3_column_count(reader->stmt);

    for (int i = 0; i < COLUMNS; i++)
        reader->columns[i] = -1;
    for (int place = 0; place < count; place++) {
        const char *name = sqlite3_column_name(reader->stmt, place);
        int i = 0;

        while (i < COLUMNS && strcmp(column_names[i], name) != 0)
            i++;
        if (i == COLUMNS)
            return error_set(reader->err, STATUS_RULE, "%s:%d: a finding has no column `%s`", path,
                             rule_line(reader->rule, reader->rule->sql_offset), name);
        if (reader->columns[i] >= 0)
            return error_set(reader->err, STATUS_RULE, "%s:%d: column `%s` is there twice", path,
                             rule_line(reader->rule, reader->rule->sql_offset), name);
        reader->columns[i] = place;
    }
    for (int i = 0; i < COLUMN_SEVERITY; i++)
        if (reader->columns[i] < 0)
            return error_set(reader->err, STATUS_RULE, "%s:%d: column `%s` is missing", path,
                             rule_line(reader->rule, reader->rule->sql_offset), column_names[i]);
    return STATUS_OK;
}

static enum status bad_value(const struct reader *reader, enum column column, const char *wanted)
{
    return error_set(reader->err, STATUS_RULE, "%s: row %zu: %s is not %s", reader->rule->path,
                     reader->row, column_names[column], wanted);
}

static enum status read_id(const struct reader *reader, enum column column, int64_t *id)
{
    int place = reader->columns[column];

    *id = 0;
    if (sqlite3_column_type(reader->stmt, place) == SQLITE_NULL)
        return STATUS_OK;
    *id = sqlite3_column_int64(reader->stmt, place);
    if (sqlite3_column_type(reader->stmt, place) != SQLITE_INTEGER || *id <= 0)
        return bad_value(reader, column, "an id or NULL");
    return STATUS_OK;
}

static enum status read_confidence(const struct reader *reader, double *confidence)
{
    int place = reader->columns[COLUMN_CONFIDENCE];
    int type = sqlite3_column_type(reader->stmt, place);

    *confidence = sqlite3_column_double(reader->stmt, place);
    if ((type != SQLITE_INTEGER && type != SQLITE_FLOAT) || *confidence < 0 || *confidence > 1)
        return bad_value(reader, COLUMN_CONFIDENCE, "a number from 0 to 1");
    return STATUS_OK;
}

static enum status read_severity(const struct reader *reader, const char **severity)
{
    int place = reader->columns[COLUMN_SEVERITY];
    const char *text;

    *severity = reader->rule->severity;
    if (place < 0)
        return STATUS_OK;
    text = (const char *)sqlite3_column_text(reader->stmt, place);
    if (text == NULL || severity_rank(text) < 0)
        return bad_value(reader, COLUMN_SEVERITY, "one of info, notice, warning, error");
    *severity = severity_name(severity_rank(text));
    return STATUS_OK;
}

/* The text of a column or NULL; raises *bytes. Caller frees with free(). */
static char *read_text(const struct reader *reader, enum column column, size_t *bytes)
{
    int place = reader->columns[column];
    const char *text = (const char *)sqlite3_column_text(reader->stmt, place);

    if (text == NULL)
        return NULL;
    *bytes += strlen(text) + 1;
    return memory_copy_text(text);
}

/* The texts that were copied belong to `result` even if this fails. */
static enum status read_row(const struct reader *reader, struct result *result, size_t *bytes)
{
    enum status status;

    result->summary = read_text(reader, COLUMN_SUMMARY, bytes);
    result->detail = read_text(reader, COLUMN_DETAIL, bytes);
    result->evidence = read_text(reader, COLUMN_EVIDENCE, bytes);
    if (result->summary == NULL || result->summary[0] == '\0')
        return bad_value(reader, COLUMN_SUMMARY, "a sentence");
    if ((status = read_id(reader, COLUMN_CONNECTION_ID, &result->connection_id)) == STATUS_OK &&
        (status = read_id(reader, COLUMN_LEG_ID, &result->leg_id)) == STATUS_OK &&
        (status = read_id(reader, COLUMN_FIRST_SEGMENT, &result->first_segment)) == STATUS_OK &&
        (status = read_id(reader, COLUMN_LAST_SEGMENT, &result->last_segment)) == STATUS_OK &&
        (status = read_confidence(reader, &result->confidence)) == STATUS_OK)
        status = read_severity(reader, &result->severity);
    return status;
}

enum status results_read(struct results *results, const struct rule *rule, struct sandbox *sandbox,
                         sqlite3_stmt *stmt, struct error *err)
{
    struct reader reader = {.rule = rule, .stmt = stmt, .err = err};
    enum status status = map_columns(&reader);
    int code = SQLITE_DONE;

    memset(results, 0, sizeof *results);
    while (status == STATUS_OK && (code = sqlite3_step(stmt)) == SQLITE_ROW) {
        struct result *result = MEMORY_APPEND(results->rows, results->count, results->capacity);

        reader.row++;
        results->bytes += sizeof *result;
        status = read_row(&reader, result, &results->bytes);
        if (status == STATUS_OK && results->bytes > RESULTS_MAX_BYTES)
            status = error_set(err, STATUS_RULE, "%s: findings of more than %d bytes", rule->path,
                               RESULTS_MAX_BYTES);
    }
    if (status == STATUS_OK && code != SQLITE_DONE)
        status = sandbox_explain(sandbox, rule, err);
    return status;
}

void results_done(struct results *results)
{
    for (size_t i = 0; i < results->count; i++) {
        free(results->rows[i].summary);
        free(results->rows[i].detail);
        free(results->rows[i].evidence);
    }
    free(results->rows);
    memset(results, 0, sizeof *results);
}
