/* Rows for SQLite's `INSERT INTO … SELECT`: a virtual table that hands over a block, which is half
 * the cost of one prepared INSERT for each row. */
#ifndef FEED_H
#define FEED_H

#include <sqlite3.h>
#include <stddef.h>

#include "store/ring.h"

/* Sets the result of one column of feed_row(): the xColumn method of the virtual table. Text may
 * stay where it is, if it lives as long as the block. SQLITE_OK. */
typedef int feed_column_fn(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column);

/* The way of rows into one table. */
struct feed {
    const char *table; /* static */
    int columns;
    feed_column_fn *column;
    size_t row_size;
    struct block *filling;         /* by the thread that makes rows; NULL: none */
    const struct block *inserting; /* by the thread that stores them */
    sqlite3_module module;
    sqlite3_stmt *insert;
};

struct feed_cursor {
    sqlite3_vtab_cursor base;
    const char *row;
    size_t left; /* rows, with this one */
};

static inline const void *feed_row(const sqlite3_vtab_cursor *cursor)
{
    return ((const struct feed_cursor *)cursor)->row;
}

/* Registers the virtual table and prepares the INSERT. SQLite's error code. `feed` has table,
 * columns, column and row_size set; it stays at its address, as it is, until `db` is closed. */
int feed_open(struct feed *feed, sqlite3 *db);

/* Inserts the rows of a block into the table of its feed. SQLite's error code. */
int feed_insert(const struct block *block);

void feed_close(struct feed *feed);

#endif
