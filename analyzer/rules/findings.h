/* Results become rows of `rule`, `finding` and `evidence`: first in the sandbox, where the next
 * rules see them, then in the case. */
#ifndef RULES_FINDINGS_H
#define RULES_FINDINGS_H

#include <stdint.h>

#include "base/error.h"
#include "rules/result.h"
#include "rules/rule.h"
#include "rules/sandbox.h"

/* Adds what one rule found; `ms` < 0: not measured. STATUS_RULE if `detail` or `evidence` is not
 * what it should be, or if a segment does not exist: then nothing of the rule is added. */
enum status findings_add(struct sandbox *sandbox, const struct rule *rule,
                         const struct results *results, int64_t ms, struct error *err)
    __attribute__((warn_unused_result));

/* Replaces the rows of the case at `path` by those of the sandbox, in one transaction. The rules of
 * `set` that have a problem become rows of `remark`: what they would have found is not known.
 * `synced`: they are on the disk afterwards, and the case stays whole if the machine stops
 * meanwhile. */
enum status findings_store(struct sandbox *sandbox, const struct rule_set *set, const char *path,
                           bool synced, struct error *err) __attribute__((warn_unused_result));

#endif
