/* Rows for SQLite's `INSERT INTO … SELECT`: a virtual table that hands over a block, which is half
 * the cost of one prepared INSERT for each row. */
#ifndef FEED_H
#define FEED_H

#include <sqlite3.h>
#include <stddef.h>

#include "store/ring.h"

/* Sets the result of one column of one row, as in the xColumn method of a virtual table. Text may
 * stay where it is, if it lives as long as the block. */
typedef void feed_column_fn(sqlite3_context *context, const void *row, int column);

/* The way of rows into one table. */
struct feed {
    const char *table; /* static */
    int columns;
    feed_column_fn *column;
    size_t row_size;
    struct block *filling;         /* by the thread that makes rows; NULL: none */
    const struct block *inserting; /* by the thread that stores them */
    sqlite3_stmt *insert;
};

/* Registers the virtual table and prepares the INSERT. SQLite's error code. `feed` has table,
 * columns, column and row_size set, and stays at its address. */
int feed_open(struct feed *feed, sqlite3 *db);

/* Inserts the rows of a block into the table of its feed. SQLite's error code. */
int feed_insert(const struct block *block);

void feed_close(struct feed *feed);

#endif
