#include "anonymize/case_copy.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "anonymize/case_functions.h"
#include "decode/tunnel.h"
#include "store/case.h"

/* What is made again by the rules, and what people wrote. */
static const char *const left_out[] = {"rule", "finding", "evidence", "comment"};

static enum status fail(sqlite3 *db, const char *path, struct error *err)
{
    return error_set(err, STATUS_OUTPUT, "%s: %s", path, sqlite3_errmsg(db));
}

/* Calls `take` with the first column of each row. */
static int for_each(sqlite3 *db, const char *sql, void (*take)(void *, const char *), void *context)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(db, sql, -1, &stmt, NULL);

    while (rc == SQLITE_OK || rc == SQLITE_ROW) {
        rc = sqlite3_step(stmt);
        if (rc == SQLITE_ROW && sqlite3_column_text(stmt, 0) != NULL)
            take(context, (const char *)sqlite3_column_text(stmt, 0));
    }
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static void keep_port(void *context, const char *text)
{
    long port = strtol(text, NULL, 10);

    if (port >= 0 && port <= UINT16_MAX)
        anonymizer_keep_port(context, (uint16_t)port);
}

static void keep_tunnel(void *context, const char *text)
{
    struct tunnel_map map = {0};
    struct error ignored;

    if (tunnel_map_add(&map, text, &ignored) == STATUS_OK)
        anonymizer_keep_port(context, map.ports[0].port);
}

enum status anonymizer_read_case(struct anonymizer *anonymizer, const char *path, struct error *err)
{
    sqlite3 *db;
    enum status status = case_open(path, CASE_READ, &db, err);

    if (status != STATUS_OK)
        return status;
    if (for_each(db, "SELECT server_port FROM leg UNION SELECT server_port FROM connection",
                 keep_port, anonymizer) != SQLITE_OK ||
        for_each(db, "SELECT value FROM meta WHERE key GLOB 'tunnel-*'", keep_tunnel, anonymizer) !=
            SQLITE_OK)
        status = error_set(err, STATUS_INPUT, "%s: %s", path, sqlite3_errmsg(db));
    sqlite3_close(db);
    return status;
}

static bool is_left_out(const char *table)
{
    for (size_t i = 0; i < sizeof left_out / sizeof *left_out; i++)
        if (strcmp(left_out[i], table) == 0)
            return true;
    return strncmp(table, "sqlite_", 7) == 0;
}

/* `INSERT … SELECT …` of one table, column by column. NULL if the table cannot be read. Caller
 * frees with sqlite3_free(). */
static char *copy_sql(sqlite3 *db, const char *table)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3_str *text = sqlite3_str_new(db);
    const char *separator = "";

    sqlite3_str_appendf(text, "INSERT INTO main.\"%w\" SELECT ", table);
    if (sqlite3_prepare_v2(db,
                           "SELECT name, type IN ('INTEGER', 'REAL'), \"notnull\" "
                           "FROM pragma_table_info(?1, 'main')",
                           -1, &stmt, NULL) == SQLITE_OK &&
        sqlite3_bind_text(stmt, 1, table, -1, SQLITE_STATIC) == SQLITE_OK)
        while (sqlite3_step(stmt) == SQLITE_ROW) {
            const char *column = (const char *)sqlite3_column_text(stmt, 0);
            const char *sql = case_column(table, column, sqlite3_column_int(stmt, 1));

            if (sql == NULL)
                sqlite3_str_appendf(text, "%s%s", separator,
                                    sqlite3_column_int(stmt, 2) ? "''" : "NULL");
            else if (sql[0] == '\0')
                sqlite3_str_appendf(text, "%s\"%w\"", separator, column);
            else
                sqlite3_str_appendf(text, "%s%s", separator, sql);
            separator = ", ";
        }
    sqlite3_finalize(stmt);
    sqlite3_str_appendf(text, " FROM source.\"%w\"%s", table,
                        strcmp(table, "meta") == 0 ? " WHERE key = 'program' OR key GLOB 'tunnel-*'"
                                                   : "");
    return sqlite3_str_finish(text);
}

struct copying {
    sqlite3 *db;
    int rc;
};

static void copy_table(void *context, const char *table)
{
    struct copying *copying = context;
    char *sql;

    if (copying->rc != SQLITE_OK || is_left_out(table))
        return;
    sql = copy_sql(copying->db, table);
    copying->rc = sql == NULL ? SQLITE_NOMEM : sqlite3_exec(copying->db, sql, NULL, NULL, NULL);
    sqlite3_free(sql);
}

static int attach(sqlite3 *db, const char *path)
{
    sqlite3_stmt *stmt;
    int rc = sqlite3_prepare_v2(db, "ATTACH ?1 AS source", -1, &stmt, NULL);

    if (rc == SQLITE_OK)
        rc = sqlite3_bind_text(stmt, 1, path, -1, SQLITE_STATIC);
    if (rc == SQLITE_OK)
        rc = sqlite3_step(stmt);
    sqlite3_finalize(stmt);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

static int copy_all(sqlite3 *db)
{
    struct copying copying = {db, SQLITE_OK};
    int rc = sqlite3_exec(db, "BEGIN", NULL, NULL, NULL);

    if (rc == SQLITE_OK)
        rc = for_each(db, "SELECT name FROM main.sqlite_schema WHERE type = 'table' ORDER BY rowid",
                      copy_table, &copying);
    if (rc == SQLITE_OK)
        rc = copying.rc;
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, indexes_sql, NULL, NULL, NULL);
    if (rc == SQLITE_OK)
        rc = sqlite3_exec(db, "INSERT INTO main.meta VALUES ('anonymized', 'yes'); COMMIT", NULL,
                          NULL, NULL);
    return rc;
}

enum status case_anonymize(const struct anonymizer *anonymizer, const char *from, const char *to,
                           struct error *err)
{
    enum status status;
    sqlite3 *db;

    status = case_open(from, CASE_READ, &db, err); /* that it is one */
    if (status != STATUS_OK)
        return status;
    sqlite3_close(db);
    status = case_create(to, &db, err);
    if (status != STATUS_OK)
        return status;
    if (case_functions_add(db, anonymizer) != SQLITE_OK || attach(db, from) != SQLITE_OK ||
        copy_all(db) != SQLITE_OK)
        status = fail(db, to, err);
    sqlite3_close(db);
    return status;
}
