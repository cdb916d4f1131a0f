/* Writes what people read from a case: tables, a report, pictures. */
#ifndef REPORT_H
#define REPORT_H

#include "base/error.h"

struct report_options {
    const char *formats; /* of "csv,md", comma separated; NULL: all */
    int max_plots;       /* pictures of the worst connections; 0: none */
    const char *from;    /* time range of the pictures: "1.5" s after the connection's start, */
    const char *to;      /* "-0.02" s before its end; NULL: all of it */
};

/* Writes findings.csv, connections.csv, report.md and plots/ into the existing folder `dir`,
 * from the complete case at `case_path`. */
enum status report_write(const char *case_path, const char *dir,
                         const struct report_options *options, struct error *err)
    __attribute__((warn_unused_result));

#endif
