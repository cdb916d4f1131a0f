/* Runs the rules over a case: facts in, findings out. */
#ifndef RULES_H
#define RULES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct rules_options {
    const char *dir;   /* where NAME.sql and diagnoses/NAME.sql are; NULL: found by rules_dir() */
    const char **sets; /* `RULE.PARAM=VALUE`, borrowed */
    size_t sets_count;
    int64_t step_budget; /* of each rule, in steps of SQLite's virtual machine; 0: the default */
    bool timings;        /* fill rule.ms */
    bool unpublished; /* the case is a .part file, which is synced when it gets its name: the disk
                         need not be waited for before */
};

/* The folder of the rules that belong to this program: beside the build folder in a source
 * tree, else in the installed share folder. Static; NULL if there is none. */
const char *rules_dir(void);

/* Runs every rule over the case at `case_path` and replaces the rows of `rule`, `finding` and
 * `evidence`. A broken rule is reported on stderr, the others still run, and the result is
 * STATUS_RULE with their number and the first of them in `err`. */
enum status rules_run(const char *case_path, const struct rules_options *options, struct error *err)
    __attribute__((warn_unused_result));

#endif
