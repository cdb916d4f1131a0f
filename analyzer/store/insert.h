/* A table whose rows are given value by value. */
#ifndef INSERT_H
#define INSERT_H

#include <stdbool.h>
#include <stdint.h>

#include "store/writer.h"

struct insert_cell;

struct insert {
    struct feed feed;
    struct writer *writer;
    struct insert_cell *cells; /* of the row that is being given */
    int given;                 /* cells so far */
    char *text;                /* of these cells */
    size_t text_used, text_capacity;
};

/* Prepares for rows of `columns` values. SQLite's error code. `insert` stays at its address until
 * `db` is closed; `table` is static. */
int insert_open(struct insert *insert, sqlite3 *db, const char *table, int columns);

/* The value of the next column. Text is copied; NULL is NULL. */
void insert_null(struct insert *insert);
void insert_integer(struct insert *insert, int64_t value);
void insert_optional(struct insert *insert, bool has, int64_t value);
void insert_real(struct insert *insert, bool has, double value);
void insert_text(struct insert *insert, const char *text);
void insert_blob(struct insert *insert, const uint8_t *bytes, size_t length);

/* The row is whole: passes it on. */
void insert_run(struct insert *insert);

void insert_close(struct insert *insert);

#endif
