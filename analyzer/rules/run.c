#include <time.h>

#include "rules/findings.h"
#include "rules/result.h"
#include "rules/rule.h"
#include "rules/rules.h"
#include "rules/sandbox.h"

static int64_t now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static enum status run_rule(struct sandbox *sandbox, const struct rule *rule,
                            const struct rules_options *options, struct error *err)
{
    int64_t steps = options->step_budget > 0 ? options->step_budget : SANDBOX_STEPS;
    int64_t start = options->timings ? now_ms() : 0;
    struct results results = {0};
    sqlite3_stmt *stmt = NULL;
    enum status status = sandbox_begin(sandbox, rule, steps, &stmt, err);

    if (status != STATUS_OK)
        return status;
    status = results_read(&results, rule, sandbox, stmt, err);
    sandbox_end(sandbox, stmt);
    if (status == STATUS_OK)
        status =
            findings_add(sandbox, rule, &results, options->timings ? now_ms() - start : -1, err);
    results_done(&results);
    return status;
}

enum status rules_run(const char *case_path, const struct rules_options *options, struct error *err)
{
    struct rule_set set = {0};
    struct sandbox *sandbox = NULL;
    struct error first = {""}; /* of the broken rules */
    size_t broken = 0;
    enum status status = rule_set_load(&set, options->dir, err);

    for (size_t i = 0; i < options->sets_count && status == STATUS_OK; i++)
        status = rule_set_override(&set, options->sets[i], err);
    if (status == STATUS_OK)
        status = sandbox_open(case_path, &sandbox, err);
    if (status != STATUS_OK)
        goto out;
    for (size_t i = 0; i < set.count; i++) {
        struct rule *rule = &set.rules[i];

        if (!rule_is_broken(rule) && run_rule(sandbox, rule, options, &rule->problem) == STATUS_OK)
            continue;
        warn_user("%s", rule->problem.text);
        if (broken++ == 0)
            first = rule->problem;
    }
    status = findings_store(sandbox, &set, case_path, err);
    if (status == STATUS_OK && broken > 0)
        status = error_set(err, STATUS_RULE, "rules: %zu of %zu broken, first %.900s", broken,
                           set.count, first.text);
out:
    sandbox_close(sandbox);
    rule_set_done(&set);
    return status;
}
