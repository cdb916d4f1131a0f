/* One sample: a folder with captures, `case.conf` and the findings that are expected of it. */
#ifndef SAMPLE_H
#define SAMPLE_H

#include <stdbool.h>

#include "base/error.h"
#include "rules/rules.h"

enum sample_result {
    SAMPLE_SAME,
    SAMPLE_DIFFERS,
    SAMPLE_UPDATED, /* the expectation was rewritten */
    SAMPLE_FAILED,  /* it could not be analysed at all */
};

/* Whether the folder has a `case.conf`. */
bool sample_is(const char *dir);

/* Analyses the sample in `dir` in a temporary folder and compares its findings with expected.csv.
 *
 * `case.conf` has one input a line, `point = file[,file]…`, as on the command line of `analyze`
 * but with files named from the sample's folder; and its options `set`, `tunnel`, `nat`,
 * `conntrack`, `filter` and `path`, each `KEY = VALUE`. `#` begins a comment.
 *
 * If they differ, a unified diff is printed on stdout, and with `update` the expectation is
 * rewritten. On SAMPLE_FAILED `err` says why. */
enum sample_result sample_run(const char *dir, const struct rules_options *rules, bool update,
                              struct error *err);

#endif
