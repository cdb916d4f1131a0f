/* A case while it is written: for the files of this folder. */
#ifndef WRITING_H
#define WRITING_H

#include "store/insert.h"
#include "store/rows.h"
#include "store/store.h"

struct store {
    sqlite3 *db;
    char *part; /* temporary name */
    int rc;     /* SQLite's first error; SQLITE_OK: none yet */
    struct error err;
    struct feed segments, events;
    struct insert icmp, leg, connection, meta, remark, conntrack;
};

/* Keeps the first of SQLite's errors, with its message. */
void store_keep_error(struct store *store, int rc);

#endif
