#include <stdlib.h>

#include "base/memory.h"
#include "rules/evaluate.h"
#include "rules/findings.h"
#include "rules/load.h"
#include "rules/rules.h"
#include "rules/sandbox.h"

/* Of a diagnosis, which may read what others found, comes the evaluation only now. */
static enum status run_rule(struct sandbox *sandbox, struct rule *rule,
                            const struct rules_options *options, struct evaluation *evaluation)
{
    enum status status;

    if (rule->kind == RULE_DIAGNOSIS)
        evaluate_rule(sandbox, rule, options, evaluation);
    status = evaluation->status;
    if (status == STATUS_OK)
        status = findings_add(sandbox, rule, &evaluation->results, evaluation->ms, &rule->problem);
    results_done(&evaluation->results);
    return status;
}

enum status rules_run(const char *case_path, const struct rules_options *options, struct error *err)
{
    struct rule_set set = {0};
    struct sandbox *sandbox = NULL;
    struct error first = {""}; /* of the broken rules */
    struct evaluation *evaluations = NULL;
    size_t broken = 0;
    enum status status = rule_set_load(&set, options->dir, err);

    for (size_t i = 0; i < options->sets_count && status == STATUS_OK; i++)
        status = rule_set_override(&set, options->sets[i], err);
    if (status == STATUS_OK)
        status = sandbox_open(case_path, &sandbox, err);
    if (status != STATUS_OK)
        goto out;
    evaluations = memory_zalloc(set.count * sizeof *evaluations);
    evaluate_all(sandbox, case_path, &set, options, evaluations);
    for (size_t i = 0; i < set.count; i++) {
        struct rule *rule = &set.rules[i];

        if (!rule_is_broken(rule) && run_rule(sandbox, rule, options, &evaluations[i]) == STATUS_OK)
            continue;
        warn_user("%s", rule->problem.text);
        if (broken++ == 0)
            first = rule->problem;
    }
    status = findings_store(sandbox, &set, case_path, !options->unpublished, err);
    if (status == STATUS_OK && broken > 0)
        status = error_set(err, STATUS_RULE, "rules: %zu of %zu broken, first %.900s", broken,
                           set.count, first.text);
out:
    free(evaluations);
    sandbox_close(sandbox);
    rule_set_done(&set);
    return status;
}
