#include "store/feed.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct feed_table {
    sqlite3_vtab base;
    const struct feed *feed;
};

static int feed_connect(sqlite3 *db, void *aux, int argc, const char *const *argv,
                        sqlite3_vtab **out, char **message)
{
    const struct feed *feed = aux;
    struct feed_table *table;
    char *columns = sqlite3_mprintf("CREATE TABLE x(c0"), *more;
    int rc;

    (void)argc;
    (void)argv;
    (void)message;
    for (int i = 1; i < feed->columns && columns != NULL; i++) {
        more = sqlite3_mprintf("%z, c%d", columns, i);
        columns = more;
    }
    columns = columns ? sqlite3_mprintf("%z)", columns) : NULL;
    if (columns == NULL)
        return SQLITE_NOMEM;
    rc = sqlite3_declare_vtab(db, columns);
    sqlite3_free(columns);
    if (rc != SQLITE_OK)
        return rc;
    table = sqlite3_malloc(sizeof *table);
    if (table == NULL)
        return SQLITE_NOMEM;
    memset(table, 0, sizeof *table);
    table->feed = feed;
    *out = &table->base;
    return SQLITE_OK;
}

static int feed_disconnect(sqlite3_vtab *table)
{
    sqlite3_free(table);
    return SQLITE_OK;
}

static int feed_best_index(sqlite3_vtab *table, sqlite3_index_info *info)
{
    (void)table;
    info->estimatedCost = 1;
    return SQLITE_OK;
}

static int feed_cursor_open(sqlite3_vtab *table, sqlite3_vtab_cursor **out)
{
    struct feed_cursor *cursor = sqlite3_malloc(sizeof *cursor);

    (void)table;
    if (cursor == NULL)
        return SQLITE_NOMEM;
    memset(cursor, 0, sizeof *cursor);
    *out = &cursor->base;
    return SQLITE_OK;
}

static int feed_cursor_close(sqlite3_vtab_cursor *cursor)
{
    sqlite3_free(cursor);
    return SQLITE_OK;
}

static const struct feed *feed_of(const sqlite3_vtab_cursor *cursor)
{
    return ((const struct feed_table *)cursor->pVtab)->feed;
}

static int feed_filter(sqlite3_vtab_cursor *cursor, int number, const char *text, int argc,
                       sqlite3_value **argv)
{
    struct feed_cursor *at = (struct feed_cursor *)cursor;
    const struct block *block = feed_of(cursor)->inserting;

    (void)number;
    (void)text;
    (void)argc;
    (void)argv;
    at->row = block->bytes;
    at->left = block->rows;
    return SQLITE_OK;
}

static int feed_next(sqlite3_vtab_cursor *cursor)
{
    struct feed_cursor *at = (struct feed_cursor *)cursor;

    at->row += feed_of(cursor)->row_size;
    at->left--;
    return SQLITE_OK;
}

static int feed_eof(sqlite3_vtab_cursor *cursor)
{
    return ((const struct feed_cursor *)cursor)->left == 0;
}

static int feed_rowid(sqlite3_vtab_cursor *cursor, sqlite3_int64 *rowid)
{
    *rowid = (sqlite3_int64)((const struct feed_cursor *)cursor)->left; /* nothing asks for it */
    return SQLITE_OK;
}

/* All but xColumn, which is the feed's own. */
static const sqlite3_module feed_module = {
    .xConnect = feed_connect, /* no xCreate: the table is there by its name alone */
    .xBestIndex = feed_best_index,
    .xDisconnect = feed_disconnect,
    .xOpen = feed_cursor_open,
    .xClose = feed_cursor_close,
    .xFilter = feed_filter,
    .xNext = feed_next,
    .xEof = feed_eof,
    .xRowid = feed_rowid,
};

int feed_open(struct feed *feed, sqlite3 *db)
{
    char *name = memory_print("feed_%s", feed->table);
    char *insert = memory_print("INSERT INTO %s SELECT * FROM %s", feed->table, name);
    int rc;

    feed->module = feed_module;
    feed->module.xColumn = feed->column;
    rc = sqlite3_create_module(db, name, &feed->module, feed);
    if (rc == SQLITE_OK)
        rc = sqlite3_prepare_v2(db, insert, -1, &feed->insert, NULL);
    free(insert);
    free(name);
    return rc;
}

int feed_insert(const struct block *block)
{
    struct feed *feed = block->feed;
    int rc;

    if (feed->insert == NULL)
        return SQLITE_MISUSE;
    feed->inserting = block;
    rc = sqlite3_step(feed->insert);
    sqlite3_reset(feed->insert);
    feed->inserting = NULL;
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

void feed_close(struct feed *feed)
{
    sqlite3_finalize(feed->insert);
    feed->insert = NULL;
}
