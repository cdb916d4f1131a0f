#include "case/query.h"

#include <assert.h>

static void fail(struct query *q)
{
    q->status =
        error_set(q->err, STATUS_INPUT, "%s: %s", q->report->path, sqlite3_errmsg(q->report->db));
}

void query_open(struct query *q, const struct report *report, const char *sql, struct error *err)
{
    *q = (struct query){.report = report, .err = err, .status = STATUS_OK};
    if (sqlite3_prepare_v2(report->db, sql, -1, &q->stmt, NULL) != SQLITE_OK)
        fail(q);
}

static int parameter(struct query *q, const char *name)
{
    int index = sqlite3_bind_parameter_index(q->stmt, name);

    assert(index > 0);
    return index;
}

void query_bind(struct query *q, const char *name, int64_t value)
{
    if (q->status == STATUS_OK &&
        sqlite3_bind_int64(q->stmt, parameter(q, name), value) != SQLITE_OK)
        fail(q);
}

void query_bind_text(struct query *q, const char *name, const char *value)
{
    if (q->status == STATUS_OK &&
        sqlite3_bind_text(q->stmt, parameter(q, name), value, -1, SQLITE_TRANSIENT) != SQLITE_OK)
        fail(q);
}

bool query_next(struct query *q)
{
    int result;

    if (q->status != STATUS_OK)
        return false;
    result = sqlite3_step(q->stmt);
    if (result != SQLITE_ROW && result != SQLITE_DONE)
        fail(q);
    return result == SQLITE_ROW;
}

void query_rewind(struct query *q)
{
    /* The result repeats the error of the last step, which query_next() has told. */
    if (q->status == STATUS_OK)
        (void)sqlite3_reset(q->stmt);
}

enum status query_close(struct query *q)
{
    sqlite3_finalize(q->stmt);
    q->stmt = NULL;
    return q->status;
}

const char *query_text(struct query *q, int column)
{
    const char *text = (const char *)sqlite3_column_text(q->stmt, column);

    return text != NULL ? text : "";
}

int64_t query_int(struct query *q, int column)
{
    static const int64_t MOST = INT64_MAX / 2;
    int64_t value = sqlite3_column_int64(q->stmt, column);

    return value < -MOST ? -MOST : value > MOST ? MOST : value;
}

double query_real(struct query *q, int column)
{
    return sqlite3_column_double(q->stmt, column);
}

const uint8_t *query_bytes(struct query *q, int column, uint32_t *size)
{
    const uint8_t *bytes = sqlite3_column_blob(q->stmt, column);

    *size = (uint32_t)sqlite3_column_bytes(q->stmt, column);
    return bytes;
}

bool query_is_null(struct query *q, int column)
{
    return sqlite3_column_type(q->stmt, column) == SQLITE_NULL;
}
