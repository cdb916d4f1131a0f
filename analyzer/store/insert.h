/* A prepared INSERT whose values are given one after the other. */
#ifndef INSERT_H
#define INSERT_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

struct insert {
    sqlite3_stmt *stmt;
    int bound; /* columns so far */
};

/* Prepares `INSERT INTO table VALUES (?, …)`. SQLite's error code. */
int insert_open(struct insert *insert, sqlite3 *db, const char *table, int columns);

/* The value of the next column. Text is copied; NULL is NULL. */
void insert_null(struct insert *insert);
void insert_integer(struct insert *insert, int64_t value);
void insert_optional(struct insert *insert, bool has, int64_t value);
void insert_real(struct insert *insert, bool has, double value);
void insert_text(struct insert *insert, const char *text);

/* Inserts the row. SQLite's error code; SQLITE_MISUSE if there is no statement. */
int insert_run(struct insert *insert);

void insert_close(struct insert *insert);

#endif
