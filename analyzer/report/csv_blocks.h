/* Lines of a CSV file by connection. Two threads put them together, by turns: one writes the lines
 * of some thousand connections while the other has the next. */
#ifndef CSV_BLOCKS_H
#define CSV_BLOCKS_H

#include <stdio.h>

#include "base/error.h"
#include "case/query.h"
#include "report/csv_row.h"

/* Writes the query's current row. Both threads call it. */
typedef void csv_line_fn(struct csv_row *row, struct query *q);

/* Writes the rows of `sql`, which asks for the connections with an id from `:first` to `:last`,
 * in their order. STATUS_INPUT if the case can't be read. */
enum status csv_blocks_write(const struct report *report, FILE *out, const char *sql,
                             csv_line_fn *line, struct error *err)
    __attribute__((warn_unused_result));

#endif
