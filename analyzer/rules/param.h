/* A named number or text of a rule, with the value that it runs with. */
#ifndef PARAM_H
#define PARAM_H

#include <sqlite3.h>
#include <stddef.h>

#include "base/error.h"

enum param_type {
    PARAM_INTEGER,
    PARAM_REAL,
    PARAM_TEXT
};

struct param {
    char *name;           /* as in `:name` of the SQL */
    enum param_type type; /* of the value in the header; a value that is set later keeps it */
    char *value;          /* as written */
    char *what;           /* what it is for, in words; NULL: not said */
    int line;             /* of the header */
};

/* Reads `name = value` or `name = value -- what it is`. NULL, or why it cannot be read (static);
 * `param` then owns nothing. Done with param_done(). */
const char *param_parse(const char *text, struct param *param) __attribute__((warn_unused_result));
void param_done(struct param *param);

/* Replaces the value. NULL, or why the value does not fit the type (static). */
const char *param_set(struct param *param, const char *value) __attribute__((warn_unused_result));

/* Binds the value to parameter `index` of `stmt`; a result code of SQLite. */
int param_bind(const struct param *param, sqlite3_stmt *stmt, int index)
    __attribute__((warn_unused_result));

/* The values as a JSON object, in the order given. NULL if `db` fails, which then knows why.
 * Caller frees with free(). */
char *params_json(sqlite3 *db, const struct param *params, size_t count)
    __attribute__((warn_unused_result));

#endif
