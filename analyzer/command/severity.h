/* How bad the findings of a case are. */
#ifndef SEVERITY_H
#define SEVERITY_H

#include <stdbool.h>

#include "base/error.h"

/* 0 for info, then notice, warning, error; -1 for any other text. */
int severity_rank(const char *name);

/* Whether a finding of the case is at least as bad as `severity`. */
enum status severity_reached(const char *case_path, const char *severity, bool *reached,
                             struct error *err) __attribute__((warn_unused_result));

#endif
