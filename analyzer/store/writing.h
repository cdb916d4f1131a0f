/* A case while it is written: for the files of this folder. */
#ifndef WRITING_H
#define WRITING_H

#include "store/insert.h"
#include "store/rows.h"
#include "store/store.h"

/* Tables whose rows are given value by value. */
enum store_table {
    TABLE_META,
    TABLE_POINT,
    TABLE_CAPTURE,
    TABLE_SKIPPED,
    TABLE_COMMENT,
    TABLE_REMARK,
    TABLE_CONNECTION,
    TABLE_LEG,
    TABLE_ICMP,
    TABLE_CONNTRACK,
    TABLE_RESET,
    TABLE_SYN,
    TABLES
};

struct store {
    sqlite3 *db; /* the writer's, while there is one */
    char *part;  /* temporary name */
    int fd;      /* of that file, to let the disk begin; -1: none */
    struct writer *writer;
    struct feed segments, events;
    struct insert tables[TABLES];
};

#endif
