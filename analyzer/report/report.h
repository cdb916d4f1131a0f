/* Writes what people read from a case: tables, a report, pictures. */
#ifndef REPORT_H
#define REPORT_H

#include <stdbool.h>
#include <stdio.h>

#include "base/error.h"

struct report_options {
    const char *formats; /* of "csv,md,html,json", comma separated; NULL: all but json */
    int max_plots;       /* pictures of the worst connections; 0: none */
    const char *from;    /* time range of the pictures: "1.5" s after the connection's start, */
    const char *to;      /* "-0.02" s before its end; NULL: all of it */
};

enum {
    REPORT_MAX_PLOTS = 12 /* unless said otherwise */
};

/* Writes findings.csv, connections.csv, report.md, report.html and plots/, and where `formats`
 * names it report.json, into the existing folder `dir`, from the complete case at `case_path`.
 * Without gnuplot there are no pictures: a line on stderr says so, and that is no error.
 * STATUS_USAGE for a format or a time that is none. */
enum status report_write(const char *case_path, const char *dir,
                         const struct report_options *options, struct error *err)
    __attribute__((warn_unused_result));

/* The files of `formats` (as above) that a person reads first: report.md and report.html, or,
 * where neither is among them, all. Returns how many; their names are static. */
enum {
    REPORT_FILES_MAX = 5
};
size_t report_files(const char *formats, const char *files[static REPORT_FILES_MAX]);

/* Says on `out` in a few lines what was found in the case, what to do about it, and where in
 * `dir` the report of it is. */
enum status report_summary(const char *case_path, const char *dir, const char *formats, FILE *out,
                           struct error *err) __attribute__((warn_unused_result));

/* Writes expected.csv into `dir`: the findings of the case without ids, for comparison. */
enum status report_expectation(const char *case_path, const char *dir, struct error *err)
    __attribute__((warn_unused_result));

/* Says on `out` what sets the connections that failed apart from those that worked. `failed` is a
 * rule's id, an outcome, or NULL: what failed by itself. `all`: every value that was counted.
 * STATUS_USAGE if `failed` is neither. */
enum status report_contrast(const char *case_path, const char *failed, bool all, FILE *out,
                            struct error *err) __attribute__((warn_unused_result));

#endif
