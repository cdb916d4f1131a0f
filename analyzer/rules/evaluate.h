/* What rules find in a case, two of them at a time: they only read. */
#ifndef EVALUATE_H
#define EVALUATE_H

#include "rules/result.h"
#include "rules/rules.h"

/* What one rule gave. */
struct evaluation {
    enum status status; /* STATUS_RULE: the rule's `problem` says why */
    struct results results;
    int64_t ms; /* -1: not asked */
};

/* Evaluates one rule; what was found before it is in the sandbox. Without STATUS_OK there are no
 * results; with it, caller ends them with results_done(). */
void evaluate_rule(struct sandbox *sandbox, struct rule *rule, const struct rules_options *options,
                   struct evaluation *evaluation);

/* Evaluates the rules of the set that are no diagnoses and not broken, each as if it were alone,
 * into `evaluations`, which has one for each rule of the set. Does it in this thread and in one
 * more that has its own connection to the case at `path`; where there can be none, in this one
 * alone. */
void evaluate_all(struct sandbox *sandbox, const char *path, struct rule_set *set,
                  const struct rules_options *options, struct evaluation *evaluations);

#endif
