/* The files of a report, one writer each; the table of them is in report.c. */
#ifndef WRITERS_H
#define WRITERS_H

#include <stdio.h>

#include "base/error.h"
#include "case/context.h"

/* Each writes one whole file. It does not check `out`: that is done when the file is closed.
 * STATUS_INPUT if the case cannot be read. */
typedef enum status report_writer(const struct report *report, FILE *out, struct error *err);

report_writer findings_csv_write;
report_writer connections_csv_write;
report_writer markdown_write;
report_writer html_write;
report_writer json_write;

#endif
