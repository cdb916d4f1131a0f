#include "rules/check.h"

#include "rules/result.h"
#include "rules/sandbox.h"

enum status rule_check(const struct rule *rule, struct error *err)
{
    struct sandbox *sandbox = NULL;
    struct results results = {0};
    sqlite3_stmt *stmt = NULL;
    enum status status;

    if (rule_is_broken(rule)) {
        *err = rule->problem;
        return STATUS_RULE;
    }
    status = sandbox_open_empty(&sandbox, err);
    if (status == STATUS_OK)
        status = sandbox_begin(sandbox, rule, SANDBOX_STEPS, &stmt, err);
    if (status == STATUS_OK)
        status = results_read(&results, rule, sandbox, stmt, err);
    /* count(*) and its kind give a row where there is nothing to count. */
    if (status == STATUS_OK && results.count > 0)
        status = error_set(err, STATUS_RULE, "%s:%d: a finding in a case without any segment",
                           rule->path, rule_line(rule, rule->sql_offset));
    if (stmt != NULL)
        sandbox_end(sandbox, stmt);
    results_done(&results);
    sandbox_close(sandbox);
    return status;
}
