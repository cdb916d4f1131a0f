/* Checks a rule without a case. */
#ifndef CHECK_H
#define CHECK_H

#include "base/error.h"
#include "rules/rule.h"

/* Prepares the rule against a case that has no row and runs it there, where it may find nothing.
 * STATUS_RULE with `path:line: reason` if it is broken. */
enum status rule_check(const struct rule *rule, struct error *err)
    __attribute__((warn_unused_result));

#endif
