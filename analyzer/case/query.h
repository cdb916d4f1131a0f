/* One prepared statement over a case. An error stays in the query until it is closed, so that a
 * loop over rows needs no check of its own:
 *
 *     query_open(&q, report, "SELECT …", err);
 *     query_bind(&q, ":connection", id);
 *     while (query_next(&q))
 *         …
 *     return query_close(&q);
 */
#ifndef QUERY_H
#define QUERY_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "case/context.h"

struct query {
    sqlite3_stmt *stmt;
    const struct report *report; /* borrowed */
    struct error *err;           /* borrowed */
    enum status status;
};

/* `sql` is a constant: values come in by query_bind() only. */
void query_open(struct query *q, const struct report *report, const char *sql, struct error *err);

/* `name` is one of the statement's parameters. */
void query_bind(struct query *q, const char *name, int64_t value);
void query_bind_text(struct query *q, const char *name, const char *value); /* copies */

/* Goes on to the next row; false at the end and after an error. */
bool query_next(struct query *q);

/* Back before the first row, for other values. */
void query_rewind(struct query *q);

/* STATUS_OK, or STATUS_INPUT with the reason in `err` if the case could not be read. */
enum status query_close(struct query *q) __attribute__((warn_unused_result));

/* The current row. Text is never NULL ("" for NULL); it and bytes last until the next row. A case
 * may have been tampered with: integers are cut to 2^62, so that their differences do not overflow.
 */
const char *query_text(struct query *q, int column);
int64_t query_int(struct query *q, int column);
double query_real(struct query *q, int column);
const uint8_t *query_bytes(struct query *q, int column, uint32_t *size);
bool query_is_null(struct query *q, int column);

#endif
