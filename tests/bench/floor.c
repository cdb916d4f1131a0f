/* What the rows of a case cost at least: inserts those of `segment` once more into an empty
 * database and does nothing else.
 *
 * usage: floor FILE CASE.db NEW.db
 *
 * The table is the case's own, the rows are in memory before the clock starts, the pages are as
 * large as the case's, there is no journal, and one statement takes all rows from a virtual table
 * with NULL for the id: no way through SQLite's interface was found that is faster. Appends a line
 * to FILE, see took.h: insert, commit and close. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/took.h"

enum {
    COLUMNS_MAX = 62
};

/* `nulls` has a bit for each column. */
struct rows {
    int64_t *values;
    uint64_t *nulls;
    size_t count;
    int columns;
};

struct cursor {
    sqlite3_vtab_cursor base;
    size_t row;
};

struct table {
    sqlite3_vtab base;
    const struct rows *rows;
};

static void check(sqlite3 *db, bool is_right)
{
    if (is_right)
        return;
    fprintf(stderr, "floor: %s\n", sqlite3_errmsg(db));
    exit(1);
}

/* --- the virtual table ---------------------------------------------------------------------- */

static int rows_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out, char **message)
{
    const struct rows *rows = aux;
    struct table *table = sqlite3_malloc(sizeof *table);
    char columns[COLUMNS_MAX * 5 + 32] = "CREATE TABLE x(c0";
    size_t used = strlen(columns);

    (void)argc;
    (void)argv;
    (void)message;
    if (table == NULL)
        return SQLITE_NOMEM;
    for (int i = 1; i < rows->columns; i++)
        used += (size_t)snprintf(columns + used, sizeof columns - used, ",c%d", i);
    snprintf(columns + used, sizeof columns - used, ")");
    *table = (struct table){.rows = rows};
    *out = &table->base;
    return sqlite3_declare_vtab(db, columns);
}

static int rows_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int rows_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1;
    return SQLITE_OK;
}

static int rows_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    struct cursor *cursor = sqlite3_malloc(sizeof *cursor);

    (void)table;
    if (cursor == NULL)
        return SQLITE_NOMEM;
    *cursor = (struct cursor){0};
    *out = &cursor->base;
    return SQLITE_OK;
}

static int rows_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static int rows_filter(sqlite3_vtab_cursor *cursor, int number, const char *text, int argc,
                       sqlite3_value **argv)
{
    (void)number;
    (void)text;
    (void)argc;
    (void)argv;
    ((struct cursor *)cursor)->row = 0;
    return SQLITE_OK;
}

static int rows_next(sqlite3_vtab_cursor *cursor)
{
    ((struct cursor *)cursor)->row++;
    return SQLITE_OK;
}

static int rows_eof(sqlite3_vtab_cursor *cursor)
{
    return ((struct cursor *)cursor)->row >= ((struct table *)cursor->pVtab)->rows->count;
}

static int rows_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    const struct rows *rows = ((struct table *)cursor->pVtab)->rows;
    size_t row = ((struct cursor *)cursor)->row;

    if (rows->nulls[row] >> column & 1)
        sqlite3_result_null(context);
    else
        sqlite3_result_int64(context, rows->values[row * (size_t)rows->columns + (size_t)column]);
    return SQLITE_OK;
}

static int rows_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)((struct cursor *)cursor)->row;
    return SQLITE_OK;
}

static const sqlite3_module rows_module = {
    .xConnect = rows_connect,
    .xBestIndex = rows_best_index,
    .xDisconnect = rows_disconnect,
    .xOpen = rows_open,
    .xClose = rows_close,
    .xFilter = rows_filter,
    .xNext = rows_next,
    .xEof = rows_eof,
    .xColumn = rows_column,
    .xRowid = rows_rowid,
};

/* --- the work ------------------------------------------------------------------------------- */

static sqlite3 *open_database(const char *path, int flags)
{
    sqlite3 *db = NULL;
    int rc = sqlite3_open_v2(path, &db, flags, NULL);

    check(db, rc == SQLITE_OK);
    return db;
}

/* Reads all rows; the first column, the id, becomes NULL, which is the cheapest. */
static void load(sqlite3 *db, struct rows *rows)
{
    sqlite3_stmt *count, *all;
    size_t row = 0;

    check(db,
          sqlite3_prepare_v2(db, "SELECT count(*) FROM segment", -1, &count, NULL) == SQLITE_OK &&
              sqlite3_step(count) == SQLITE_ROW);
    rows->count = (size_t)sqlite3_column_int64(count, 0);
    sqlite3_finalize(count);
    check(db,
          sqlite3_prepare_v2(db, "SELECT * FROM segment ORDER BY id", -1, &all, NULL) == SQLITE_OK);
    rows->columns = sqlite3_column_count(all);
    rows->values = calloc(rows->count * (size_t)rows->columns + 1, sizeof *rows->values);
    rows->nulls = calloc(rows->count + 1, sizeof *rows->nulls);
    if (rows->values == NULL || rows->nulls == NULL || rows->columns > COLUMNS_MAX) {
        fprintf(stderr, "floor: too many rows or columns\n");
        exit(1);
    }
    for (; row < rows->count && sqlite3_step(all) == SQLITE_ROW; row++) {
        rows->nulls[row] = 1;
        for (int i = 1; i < rows->columns; i++)
            if (sqlite3_column_type(all, i) == SQLITE_NULL)
                rows->nulls[row] |= UINT64_C(1) << i;
            else
                rows->values[row * (size_t)rows->columns + (size_t)i] =
                    sqlite3_column_int64(all, i);
    }
    check(db, row == rows->count);
    sqlite3_finalize(all);
}

static char *text_of(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    char *text;

    check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
                  sqlite3_step(stmt) == SQLITE_ROW);
    text = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
    sqlite3_finalize(stmt);
    return text;
}

/* An empty database with the case's table and its size of a page. */
static sqlite3 *create(const char *path, const char *page_size, const char *table)
{
    char *pragmas = sqlite3_mprintf("PRAGMA page_size = %s; PRAGMA journal_mode = OFF;"
                                    "PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;",
                                    page_size);
    sqlite3 *db;

    unlink(path);
    db = open_database(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    check(db, sqlite3_exec(db, pragmas, NULL, NULL, NULL) == SQLITE_OK &&
                  sqlite3_exec(db, table, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_free(pragmas);
    return db;
}

int main(int argc, char **argv)
{
    struct rows rows;
    char *page_size, *table;
    double begin, cpu;
    sqlite3 *db;

    if (argc != 4) {
        fprintf(stderr, "usage: floor FILE CASE.db NEW.db\n");
        return 2;
    }
    db = open_database(argv[2], SQLITE_OPEN_READONLY);
    load(db, &rows);
    page_size = text_of(db, "PRAGMA page_size");
    table = text_of(db, "SELECT sql FROM sqlite_master WHERE name = 'segment'");
    sqlite3_close(db);
    db = create(argv[3], page_size, table);
    check(db, sqlite3_create_module(db, "rows", &rows_module, &rows) == SQLITE_OK);

    begin = took_now(CLOCK_MONOTONIC);
    cpu = took_now(CLOCK_PROCESS_CPUTIME_ID);
    check(db, sqlite3_exec(db, "BEGIN; INSERT INTO segment SELECT * FROM rows; COMMIT", NULL, NULL,
                           NULL) == SQLITE_OK);
    check(db, sqlite3_close(db) == SQLITE_OK);
    begin = took_now(CLOCK_MONOTONIC) - begin;
    cpu = took_now(CLOCK_PROCESS_CPUTIME_ID) - cpu;

    sqlite3_free(page_size);
    sqlite3_free(table);
    free(rows.values);
    free(rows.nulls);
    return took_note(argv[1], begin, cpu, 0);
}
