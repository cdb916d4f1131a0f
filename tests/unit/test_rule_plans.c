/* The rules that come with the program: each is whole, and none takes rows times rows. */
#include "unit/unit.h"

#include <regex.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "rules/check.h"
#include "rules/load.h"
#include "rules/sandbox.h"

/* Tables with a row for each of a few things, whatever the case: ends of a leg, names that stand in
 * the rule, points, captures. */
static bool is_small(const char *table)
{
    static const char *const small[] = {"side", "named", "link", "file", "capture"};

    for (size_t i = 0; i < COUNT(small); i++)
        if (strcmp(table, small[i]) == 0)
            return true;
    return false;
}

/* A loop that goes through a whole table, or through all events of a kind. A `SEARCH` that does not
 * say by what goes through all rows for the least or largest value. */
static bool is_long_loop(const char *detail)
{
    const char *table = strchr(detail, ' ') + 1;

    if (strncmp(detail, "SCAN ", 5) == 0 || strstr(detail, " USING ") == NULL)
        return !is_small(table);
    return strstr(detail, "(kind=?)") != NULL;
}

/* A long loop inside of another loop, or in a subquery that is asked at each row, costs rows times
 * rows: it needs a rowid or an index of its own. How many `rule` has; stderr names them. */
static int count_long_loops(sqlite3 *db, const struct rule *rule)
{
    char *sql = memory_print("EXPLAIN QUERY PLAN %s", rule->text);
    sqlite3_stmt *stmt = NULL;
    bool inner[10000] = {false}; /* the next loop under this parent is inside of another */
    int count = 0;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    while (sqlite3_step(stmt) == SQLITE_ROW) {
        int id = sqlite3_column_int(stmt, 0), parent = sqlite3_column_int(stmt, 1);
        const char *detail = (const char *)sqlite3_column_text(stmt, 3);

        assert_in_range(id, 1, COUNT(inner) - 1);
        inner[id] = strncmp(detail, "CORRELATED ", 11) == 0;
        if (strncmp(detail, "SCAN ", 5) != 0 && strncmp(detail, "SEARCH ", 7) != 0)
            continue;
        if (inner[parent] && is_long_loop(detail)) {
            fprintf(stderr, "%s: %s inside of another loop\n", rule->path, detail);
            count++;
        }
        inner[parent] = true;
    }
    sqlite3_finalize(stmt);
    free(sql);
    return count;
}

/* The plan does not tell that (a, b) NOT IN (SELECT …) goes through the list at each row. */
static int count_long_lists(const struct rule *rule)
{
    const char *at = rule->text;
    regmatch_t match;
    regex_t list;
    int count = 0;

    assert_int_equal(regcomp(&list, "[^a-z_]\\([^()]*,[^()]*\\)[[:space:]]+NOT IN", REG_EXTENDED),
                     0);
    for (; regexec(&list, at, 1, &match, 0) == 0; at += match.rm_eo, count++)
        fprintf(stderr, "%s: %.*s\n", rule->path, (int)(match.rm_eo - match.rm_so),
                at + match.rm_so);
    regfree(&list);
    return count;
}

/* Plans depend on the indexes that there are: sandbox_open_empty() has those of a case. */
static void test_shipped_rules(void **state)
{
    struct rule_set set;
    struct error err;
    struct sandbox *sandbox = NULL;
    int long_loops = 0;

    (void)state;
    assert_int_equal(rule_set_load(&set, "rules", &err), STATUS_OK);
    assert_int_equal(sandbox_open_empty(&sandbox, &err), STATUS_OK);
    for (size_t i = 0; i < set.count; i++) {
        if (rule_check(&set.rules[i], &err) != STATUS_OK)
            fail_msg("%s", err.text);
        if (set.rules[i].explain == NULL || set.rules[i].reference == NULL)
            fail_msg("%s: a rule of this folder has an explain and a reference", set.rules[i].path);
        long_loops += count_long_loops(sandbox_db(sandbox), &set.rules[i]);
        long_loops += count_long_lists(&set.rules[i]);
    }
    assert_int_equal(long_loops, 0);
    sandbox_close(sandbox);
    rule_set_done(&set);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_shipped_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
