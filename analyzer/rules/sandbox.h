/* A database connection on which a stranger's rule can read the case and do nothing else: not
 * write, attach, load, reach a file, or run for ever. */
#ifndef SANDBOX_H
#define SANDBOX_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/error.h"
#include "rules/rule.h"

enum {
    SANDBOX_STEPS = 2000000000, /* default budget of a rule, in steps of SQLite's virtual machine */
    SANDBOX_STEPS_GRAIN = 10000, /* the budget is checked each time so many are done */
};

/* The tables `rule`, `finding` and `evidence` are empty here, whatever the case holds of an
 * earlier run: temporary tables stand before them, and rules see only what this run found. */
struct sandbox;

/* Opens the case at `path` for reading. STATUS_INPUT if it is none. */
enum status sandbox_open(const char *path, struct sandbox **sandbox, struct error *err)
    __attribute__((warn_unused_result));

/* Makes a case in memory that has all tables and indexes and no row. */
enum status sandbox_open_empty(struct sandbox **sandbox, struct error *err)
    __attribute__((warn_unused_result));

void sandbox_close(struct sandbox *sandbox);

/* The connection, for the runner's own statements: those are not restricted. Borrowed. */
sqlite3 *sandbox_db(struct sandbox *sandbox);

/* Prepares the rule's SELECT, binds its parameters and locks the sandbox: from now on until
 * sandbox_end() the connection does what a rule may do, `steps` steps long. STATUS_RULE if the
 * file is not one SELECT, or if its parameters are not those of the header; the sandbox is then
 * unlocked. Caller ends with sandbox_end(). */
enum status sandbox_begin(struct sandbox *sandbox, const struct rule *rule, int64_t steps,
                          sqlite3_stmt **stmt, struct error *err)
    __attribute__((warn_unused_result));
void sandbox_end(struct sandbox *sandbox, sqlite3_stmt *stmt);

/* Why a step of the rule failed, as `path: reason`. Returns STATUS_RULE. */
enum status sandbox_explain(struct sandbox *sandbox, const struct rule *rule, struct error *err);

#endif
