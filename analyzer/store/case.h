/* The case database as a file: opened, checked, never half there. */
#ifndef CASE_H
#define CASE_H

#include <sqlite3.h>

#include "base/error.h"

enum {
    CASE_APPLICATION_ID = 0x5443504d, /* "TCPM", PRAGMA application_id */
    CASE_VERSION = 3, /* PRAGMA user_version: raised when a column is new or changes its meaning */
};

/* The statements of schema.sql. */
extern const char schema_sql[];

/* The indexes of a case: made when all rows are there, which is the cheapest. */
extern const char indexes_sql[];

enum case_mode {
    CASE_READ,
    CASE_WRITE
};

/* Opens an existing case. STATUS_INPUT if there is no such file, if it is no case database or if
 * it is one of another version; `err` says which. One thread at a time may use it. Caller closes
 * with sqlite3_close(). */
enum status case_open(const char *path, enum case_mode mode, sqlite3 **db, struct error *err)
    __attribute__((warn_unused_result));

/* Creates a new, empty case at `path` (which may not exist), without a journal: a case that is
 * being built is thrown away when anything fails. One thread at a time may use it. Caller closes
 * with sqlite3_close(). */
enum status case_create(const char *path, sqlite3 **db, struct error *err)
    __attribute__((warn_unused_result));

/* SQLite's last error on `db`, and the system's reason for it where there is one. */
void case_explain(sqlite3 *db, struct error *err);

#endif
