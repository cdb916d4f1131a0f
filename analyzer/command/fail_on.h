/* Whether the findings of a case are as bad as the user asked to be told of. */
#ifndef FAIL_ON_H
#define FAIL_ON_H

#include <stdbool.h>

#include "base/error.h"

/* Whether a finding of the case is at least as bad as `severity`, which is one of
 * severity_rank()'s. */
enum status fail_on_reached(const char *case_path, const char *severity, bool *reached,
                            struct error *err) __attribute__((warn_unused_result));

#endif
