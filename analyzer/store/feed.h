/* Rows for SQLite's `INSERT INTO … SELECT`: a virtual table that hands over a batch, which is half
 * the cost of one prepared INSERT for each row. */
#ifndef FEED_H
#define FEED_H

#include <sqlite3.h>
#include <stddef.h>

/* Sets the result of one column of one row, as in the xColumn method of a virtual table. */
typedef void feed_column_fn(sqlite3_context *context, const void *row, int column);

/* A batch of rows of one table. */
struct feed {
    const char *table; /* that the rows are for; static */
    int columns;
    feed_column_fn *column;
    size_t row_size, capacity; /* rows */
    size_t count;
    char *rows;
    sqlite3_stmt *insert;
};

/* Registers the virtual table and prepares the INSERT. SQLite's error code. `feed` has all but
 * count, rows and insert set, and stays at its address. */
int feed_open(struct feed *feed, sqlite3 *db);

/* Room for one more row, to be filled; call feed_flush() first if feed_is_full(). */
void *feed_add(struct feed *feed);

static inline int feed_is_full(const struct feed *feed)
{
    return feed->count == feed->capacity;
}

/* Inserts the batch and empties it. SQLite's error code. */
int feed_flush(struct feed *feed);

void feed_close(struct feed *feed);

#endif
