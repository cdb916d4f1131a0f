/* What the rows of a case cost at least: inserts those that come from captures once more into an
 * empty database and does nothing else.
 *
 * usage: floor FILE CASE.db NEW.db
 *
 * The tables are the case's own, the rows are in memory before the clock starts, the pages are as
 * large as the case's, there is no journal, and for each table one statement takes all rows from a
 * virtual table, in the order of their ids, with NULL where SQLite gives the id: no way through
 * SQLite's interface was found that is faster. No index is made. Appends a line to FILE, see
 * took.h: inserts, commit and close. */
#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "bench/took.h"

/* What `analyze` stores while it reads; findings come from rules. */
#define TABLES                                                                                     \
    "SELECT name, sql FROM sqlite_master WHERE type = 'table' AND name NOT IN ('rule', 'finding'," \
    " 'evidence') AND name NOT GLOB 'sqlite_*' ORDER BY rootpage"

enum {
    TABLES_MAX = 32,
    POOL_SIZE = 1 << 20
};

struct cell {
    union {
        int64_t integer;
        double real;
        const char *bytes; /* in a pool */
    } value;
    int32_t length;
    int32_t type; /* SQLITE_INTEGER, … */
};

struct rows {
    char *name, *sql;
    struct cell *cells;
    size_t count;
    int columns;
};

/* Where text and blobs are. */
struct pool {
    struct pool *before;
    size_t used, size;
    char bytes[];
};

static struct pool *pool; /* the newest */

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
    char columns[1024] = "CREATE TABLE x(c0";
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
    const struct cell *cell = &rows->cells[row * (size_t)rows->columns + (size_t)column];

    switch (cell->type) {
    case SQLITE_INTEGER:
        sqlite3_result_int64(context, cell->value.integer);
        break;
    case SQLITE_FLOAT:
        sqlite3_result_double(context, cell->value.real);
        break;
    case SQLITE_TEXT:
        sqlite3_result_text(context, cell->value.bytes, cell->length, SQLITE_STATIC);
        break;
    case SQLITE_BLOB:
        sqlite3_result_blob(context, cell->value.bytes, cell->length, SQLITE_STATIC);
        break;
    default:
        sqlite3_result_null(context);
        break;
    }
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

static void *allocate(size_t size)
{
    void *bytes = calloc(1, size + 1);

    if (bytes != NULL)
        return bytes;
    fprintf(stderr, "floor: out of memory\n");
    exit(1);
}

static const char *keep(const void *bytes, size_t length)
{
    char *kept;

    if (pool == NULL || pool->size - pool->used < length) {
        size_t size = length > POOL_SIZE ? length : POOL_SIZE;
        struct pool *more = allocate(sizeof *more + size);

        more->before = pool;
        more->size = size;
        pool = more;
    }
    kept = pool->bytes + pool->used;
    if (length > 0)
        memcpy(kept, bytes, length);
    pool->used += length;
    return kept;
}

static void pools_free(void)
{
    while (pool != NULL) {
        struct pool *before = pool->before;

        free(pool);
        pool = before;
    }
}

static void load_cell(struct cell *cell, sqlite3_stmt *stmt, int column)
{
    cell->type = sqlite3_column_type(stmt, column);
    if (cell->type == SQLITE_INTEGER) {
        cell->value.integer = sqlite3_column_int64(stmt, column);
    } else if (cell->type == SQLITE_FLOAT) {
        cell->value.real = sqlite3_column_double(stmt, column);
    } else if (cell->type != SQLITE_NULL) {
        const void *bytes = cell->type == SQLITE_TEXT
                                ? (const void *)sqlite3_column_text(stmt, column)
                                : sqlite3_column_blob(stmt, column);

        cell->length = sqlite3_column_bytes(stmt, column);
        cell->value.bytes = keep(bytes, (size_t)cell->length);
    }
}

static sqlite3_stmt *prepare(sqlite3 *db, char *sql)
{
    sqlite3_stmt *stmt;

    check(db, sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK);
    sqlite3_free(sql);
    return stmt;
}

/* Reads all rows of a table; an `id` becomes NULL, which is the cheapest. */
static void load(sqlite3 *db, struct rows *rows)
{
    sqlite3_stmt *stmt = prepare(db, sqlite3_mprintf("SELECT count(*) FROM %s", rows->name));
    bool has_id;
    size_t row = 0;

    check(db, sqlite3_step(stmt) == SQLITE_ROW);
    rows->count = (size_t)sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    stmt = prepare(db, sqlite3_mprintf("SELECT * FROM %s ORDER BY 1", rows->name));
    rows->columns = sqlite3_column_count(stmt);
    rows->cells = allocate(rows->count * (size_t)rows->columns * sizeof *rows->cells);
    has_id = strcmp(sqlite3_column_name(stmt, 0), "id") == 0;
    for (; row < rows->count && sqlite3_step(stmt) == SQLITE_ROW; row++)
        for (int i = 0; i < rows->columns; i++) {
            struct cell *cell = &rows->cells[row * (size_t)rows->columns + (size_t)i];

            if (i == 0 && has_id)
                cell->type = SQLITE_NULL;
            else
                load_cell(cell, stmt, i);
        }
    check(db, row == rows->count);
    sqlite3_finalize(stmt);
}

static size_t load_all(sqlite3 *db, struct rows *tables)
{
    sqlite3_stmt *stmt = prepare(db, sqlite3_mprintf(TABLES));
    size_t count = 0;

    while (count < TABLES_MAX && sqlite3_step(stmt) == SQLITE_ROW) {
        struct rows *rows = &tables[count++];

        rows->name = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 0));
        rows->sql = sqlite3_mprintf("%s", sqlite3_column_text(stmt, 1));
        load(db, rows);
    }
    sqlite3_finalize(stmt);
    return count;
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

/* An empty database with the case's size of a page. */
static sqlite3 *create(const char *path, const char *page_size)
{
    char *pragmas = sqlite3_mprintf("PRAGMA page_size = %s; PRAGMA journal_mode = OFF;"
                                    "PRAGMA synchronous = OFF; PRAGMA locking_mode = EXCLUSIVE;",
                                    page_size);
    sqlite3 *db;

    unlink(path);
    db = open_database(path, SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    check(db, sqlite3_exec(db, pragmas, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_free(pragmas);
    return db;
}

static void create_table(sqlite3 *db, struct rows *rows)
{
    char *module = sqlite3_mprintf("rows_%s", rows->name);

    check(db, sqlite3_exec(db, rows->sql, NULL, NULL, NULL) == SQLITE_OK &&
                  sqlite3_create_module(db, module, &rows_module, rows) == SQLITE_OK);
    sqlite3_free(module);
}

static void insert(sqlite3 *db, const struct rows *rows)
{
    char *sql = sqlite3_mprintf("INSERT INTO %s SELECT * FROM rows_%s", rows->name, rows->name);

    check(db, sqlite3_exec(db, sql, NULL, NULL, NULL) == SQLITE_OK);
    sqlite3_free(sql);
}

int main(int argc, char **argv)
{
    static struct rows tables[TABLES_MAX];
    double begin, cpu;
    size_t count;
    char *page_size;
    sqlite3 *db;

    if (argc != 4) {
        fprintf(stderr, "usage: floor FILE CASE.db NEW.db\n");
        return 2;
    }
    sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
    db = open_database(argv[2], SQLITE_OPEN_READONLY);
    count = load_all(db, tables);
    page_size = text_of(db, "PRAGMA page_size");
    sqlite3_close(db);
    db = create(argv[3], page_size);
    sqlite3_free(page_size);
    for (size_t i = 0; i < count; i++)
        create_table(db, &tables[i]);

    begin = took_now(CLOCK_MONOTONIC);
    cpu = took_now(CLOCK_PROCESS_CPUTIME_ID);
    check(db, sqlite3_exec(db, "BEGIN", NULL, NULL, NULL) == SQLITE_OK);
    for (size_t i = 0; i < count; i++)
        insert(db, &tables[i]);
    check(db, sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK);
    check(db, sqlite3_close(db) == SQLITE_OK);
    begin = took_now(CLOCK_MONOTONIC) - begin;
    cpu = took_now(CLOCK_PROCESS_CPUTIME_ID) - cpu;

    for (size_t i = 0; i < count; i++) {
        sqlite3_free(tables[i].name);
        sqlite3_free(tables[i].sql);
        free(tables[i].cells);
    }
    pools_free();
    return took_note(argv[1], begin, cpu, 0);
}
