/* The runner of the rules: what it takes for a rule, what a rule may do, what becomes of it. */
#include "unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/memory.h"
#include "rules/check.h"
#include "rules/load.h"
#include "rules/rules.h"
#include "store/case.h"

#define HEAD "-- title: A rule\n-- severity: notice\n"
#define ROW                                                                                        \
    "connection_id, id AS leg_id, first_segment, last_segment, 1 AS confidence,"                   \
    " 'seen' AS summary, NULL AS detail, '[]' AS evidence"

/* --- files ----------------------------------------------------------------------------------- */

/* Each test has a folder of its own, with rules/, rules/diagnoses/ and case.db in it. */
struct bench {
    char *folder;
    char *rules;
    char *case_path;
};

static void write_file(const char *path, const char *text)
{
    FILE *file = fopen(path, "w");

    assert_non_null(file);
    assert_int_equal(fputs(text, file) < 0, 0);
    assert_int_equal(fclose(file), 0);
}

/* `name` is "ours" or "diagnoses/ours". */
static void add_rule(const struct bench *bench, const char *name, const char *text)
{
    char *path = memory_print("%s/%s.sql", bench->rules, name);

    write_file(path, text);
    free(path);
}

static void execute(const char *path, const char *sql)
{
    sqlite3 *db = NULL;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    if (sqlite3_exec(db, sql, NULL, NULL, NULL) != SQLITE_OK)
        fail_msg("%s", sqlite3_errmsg(db));
    sqlite3_close(db);
}

/* The first column of the first row; caller frees with free(). */
static char *ask(const char *path, const char *sql)
{
    sqlite3_stmt *stmt = NULL;
    sqlite3 *db = NULL;
    char *answer;

    assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    answer = memory_print(
        "%s", sqlite3_column_text(stmt, 0) ? (const char *)sqlite3_column_text(stmt, 0) : "NULL");
    sqlite3_finalize(stmt);
    sqlite3_close(db);
    return answer;
}

static void assert_answer(const struct bench *bench, const char *sql, const char *expected)
{
    char *answer = ask(bench->case_path, sql);

    assert_string_equal(answer, expected);
    free(answer);
}

/* One connection of two segments, at 1 and 2 s. */
static void fill_case(const char *path)
{
    struct error err;
    sqlite3 *db = NULL;

    assert_int_equal(case_create(path, &db, &err), STATUS_OK);
    sqlite3_close(db);
    execute(path,
            "INSERT INTO point VALUES (1, 'host', 0, 0, 0, NULL, 'reference');"
            "INSERT INTO connection VALUES (1, '10.0.0.1', 1025, '10.0.0.2', 80, 1000000000,"
            " 2000000000, 'established', 1, NULL, NULL, NULL, NULL, 1);"
            "INSERT INTO leg (id, connection_id, point_id, path_position, client_addr,"
            " client_port, server_addr, server_port, nat, segments_client, segments_server,"
            " bytes_client, bytes_server, syns, synacks, fins_client, fins_server,"
            " rsts_client, rsts_server, first_ns, last_ns, first_segment, last_segment)"
            " VALUES (1, 1, 1, 0, '10.0.0.1', 1025, '10.0.0.2', 80, 'none', 1, 1, 0, 0, 1, 1,"
            " 0, 0, 0, 0, 1000000000, 2000000000, 1, 2);"
            "INSERT INTO segment VALUES"
            " (1, 1000000000, 1, 0, 1, 7, 0, NULL, 0, 40, 2, 100, 64, 1, NULL, NULL, NULL, 0),"
            " (2, 2000000000, 1, 1, 2, 9, 0, 1, 0, 40, 18, 100, 64, 1, NULL, NULL, NULL, 0);");
}

static int bench_setup(void **state)
{
    const char *scratch = getenv("SCRATCH");
    struct bench *bench = memory_zalloc(sizeof *bench);
    char *diagnoses;

    bench->folder = memory_print("%s/rules.XXXXXX", scratch ? scratch : "/tmp");
    assert_non_null(mkdtemp(bench->folder));
    bench->rules = memory_print("%s/rules", bench->folder);
    bench->case_path = memory_print("%s/case.db", bench->folder);
    diagnoses = memory_print("%s/diagnoses", bench->rules);
    assert_int_equal(mkdir(bench->rules, 0700), 0);
    assert_int_equal(mkdir(diagnoses, 0700), 0);
    free(diagnoses);
    fill_case(bench->case_path);
    *state = bench;
    return 0;
}

static int bench_teardown(void **state)
{
    struct bench *bench = *state;
    char *remove_all = memory_print("rm -rf '%s'", bench->folder);
    int result = system(remove_all);

    free(remove_all);
    free(bench->folder);
    free(bench->rules);
    free(bench->case_path);
    free(bench);
    return result;
}

static enum status run_with(const struct bench *bench, const char *set, struct error *err)
{
    const struct rules_options options = {
        .dir = bench->rules,
        .sets = &set,
        .sets_count = set ? 1 : 0,
        .step_budget = 1000000,
    };

    err->text[0] = '\0';
    return rules_run(bench->case_path, &options, err);
}

static void assert_run(const struct bench *bench, enum status expected)
{
    struct error err;

    assert_int_equal(run_with(bench, NULL, &err), expected);
}

/* --- the header ------------------------------------------------------------------------------ */

static void load(const struct bench *bench, const char *text, struct rule *rule)
{
    char *path = memory_print("%s/ours.sql", bench->rules);

    write_file(path, text);
    rule_load(rule, path, RULE_PLAIN);
    free(path);
}

static void test_header_all_keys(void **state)
{
    struct rule rule;

    load(*state,
         "-- title:     A title\n"
         "-- severity:  warning\n"
         "-- param:     count = 3 -- how many\n"
         "-- param:     share = 0.5\n"
         "-- param:     name = some text\n"
         "-- explain:   The first line\n"
         "--            and the second.\n"
         "--\n"
         "--            Another paragraph: with a colon.\n"
         "-- remedy:    None.\n"
         "-- reference: RFC 9293\n"
         "\n"
         "-- not of the header: anything\n"
         "SELECT 1\n",
         &rule);
    assert_false(rule_is_broken(&rule));
    assert_string_equal(rule.id, "ours");
    assert_string_equal(rule.title, "A title");
    assert_string_equal(rule.severity, "warning");
    assert_string_equal(rule.explain,
                        "The first line and the second.\n\nAnother paragraph: with a colon.");
    assert_string_equal(rule.remedy, "None.");
    assert_string_equal(rule.reference, "RFC 9293");
    assert_int_equal(rule.params_count, 3);
    assert_string_equal(rule.params[0].name, "count");
    assert_int_equal(rule.params[0].type, PARAM_INTEGER);
    assert_string_equal(rule.params[0].value, "3");
    assert_string_equal(rule.params[0].what, "how many");
    assert_int_equal(rule.params[1].type, PARAM_REAL);
    assert_int_equal(rule.params[2].type, PARAM_TEXT);
    assert_string_equal(rule.params[2].value, "some text");
    rule_done(&rule);
}

/* Lines that end as on Windows, and no line end at the end. */
static void test_header_line_ends(void **state)
{
    struct rule rule;

    load(*state, "-- title: A title\r\n-- severity: info\r\n\r\nSELECT 1", &rule);
    assert_false(rule_is_broken(&rule));
    assert_string_equal(rule.title, "A title");
    assert_string_equal(rule.severity, "info");
    rule_done(&rule);
}

static void test_header_broken(void **state)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"",                                              "sql:1: the header has no title"       },
        {"SELECT 1",                                      "sql:1: the header has no title"       },
        {"-- title: t\nSELECT 1",                         "sql:1: the header has no severity"    },
        {"-- title: t\n-- severity: grave\n",             "sql:2: the severity is none of"       },
        {"-- title: t\n-- title: u\n-- severity: info\n", "sql:2: the key is there already"      },
        {"-- title:\n-- severity: info\n",                "sql:1: the key has no value"          },
        {HEAD "-- author: me\n",                          "sql:3: neither a key"                 },
        {HEAD "--   remedy: x\n",                         "sql:3: a key is indented further"     },
        {"--   indented first\n" HEAD,                    "sql:1: neither a key"                 },
        {HEAD "-- param: x\n",                            "sql:3: a parameter is `name = value`" },
        {HEAD "-- param: X = 1\n",                        "sql:3: a parameter is `name = value`" },
        {HEAD "-- param: x =\n",                          "sql:3: the parameter has no value"    },
        {HEAD "-- param: x = 99999999999999999999\n",     "sql:3: the number does not fit"       },
        {HEAD "-- param: x = 1\n-- param: x = 2\n",       "sql:4: the parameter is there already"},
    };

    for (size_t i = 0; i < COUNT(cases); i++) {
        struct rule rule;

        load(*state, cases[i].text, &rule);
        assert_true(rule_is_broken(&rule));
        if (strstr(rule.problem.text, cases[i].reason) == NULL)
            fail_msg("case %zu: %s", i, rule.problem.text);
        rule_done(&rule);
    }
}

static void test_rule_name(void **state)
{
    const struct bench *bench = *state;
    char *path = memory_print("%s/Our Rule.sql", bench->rules);
    struct rule rule;

    write_file(path, HEAD "SELECT 1");
    rule_load(&rule, path, RULE_PLAIN);
    assert_true(rule_is_broken(&rule));
    rule_done(&rule);
    rule_load(&rule, "no/such.sql", RULE_PLAIN);
    assert_string_equal(rule.problem.text, "no/such.sql: No such file or directory");
    rule_done(&rule);
    free(path);
}

/* --- the SQL --------------------------------------------------------------------------------- */

static void assert_problem(const struct bench *bench, const char *text, const char *reason)
{
    struct rule rule;
    struct error err = {""};

    load(bench, text, &rule);
    assert_int_equal(rule_check(&rule, &err), reason ? STATUS_RULE : STATUS_OK);
    if (reason != NULL && strstr(err.text, reason) == NULL)
        fail_msg("%s", err.text);
    rule_done(&rule);
}

static void test_check_sql(void **state)
{
    assert_problem(*state, HEAD "SELECT " ROW " FROM leg", NULL);
    assert_problem(*state, HEAD "SELECT " ROW " FROM leg; -- the end\n", NULL);
    assert_problem(*state, HEAD, "sql:3: no SELECT after the header");
    assert_problem(*state, HEAD "\nSELECT " ROW "\nFROM lag", "sql:3: no such table: lag");
    assert_problem(*state, HEAD "SELECT\n+ FROM leg", "sql:4: near");
    assert_problem(*state, HEAD "SELECT " ROW " FROM leg; SELECT 1", "text after the SELECT");
    assert_problem(*state, HEAD "SELECT 1 AS leg_id FROM leg", "column `connection_id` is missing");
    assert_problem(*state, HEAD "SELECT " ROW ", 1 AS extra FROM leg", "no column `extra`");
    assert_problem(*state, HEAD "SELECT " ROW ", 1 AS detail FROM leg", "`detail` is there twice");
    assert_problem(*state, HEAD "SELECT " ROW " FROM leg WHERE id > :x", "parameter :x is not in");
    assert_problem(*state, HEAD "SELECT " ROW " FROM leg WHERE id > ?", "no :name");
    assert_problem(*state, HEAD "-- param: x = 1\nSELECT " ROW " FROM leg",
                   "sql:3: parameter x is not in the SQL");
    assert_problem(*state,
                   HEAD "SELECT 1 AS connection_id, 1 AS leg_id, 1 AS first_segment,"
                        " 1 AS last_segment, 1 AS confidence, 's' AS summary, NULL AS detail,"
                        " '[]' AS evidence",
                   "a finding in a case without any segment");
}

/* What a stranger's rule may not do is refused before it runs. */
static void test_check_hostile_sql(void **state)
{
    static const char *const refused[] = {
        "DELETE FROM leg",
        "DROP TABLE leg",
        "ATTACH 'x' AS x",
        "VACUUM INTO 'x'",
        "BEGIN",
        "PRAGMA user_version = 7",
        "CREATE TEMP TABLE x (y)",
        "WITH x AS (SELECT 1) INSERT INTO leg SELECT * FROM leg",
        "SELECT " ROW ", load_extension('x') FROM leg",
        "SELECT " ROW ", random() AS severity FROM leg",
        "SELECT " ROW ", current_timestamp AS severity FROM leg",
        "SELECT " ROW " FROM leg, pragma_database_list",
        "SELECT " ROW " FROM leg WHERE id IN (SELECT leg_id FROM main.finding)",
    };

    for (size_t i = 0; i < COUNT(refused); i++) {
        char *text = memory_print(HEAD "%s", refused[i]);

        assert_problem(*state, text, "ours.sql:3: ");
        free(text);
    }
}

/* --- the run --------------------------------------------------------------------------------- */

static void test_run_finding(void **state)
{
    const struct bench *bench = *state;

    add_rule(bench, "ours",
             HEAD "-- param: min = 1\n"
                  "SELECT connection_id, id AS leg_id, first_segment, last_segment,"
                  " 0.5 AS confidence, 'Seen' AS summary, json_object('min', :min) AS detail,"
                  " json_array(json_array(2, 'b'), json_array(1, 'a'), json_array(1, 'a'),"
                  " json_array(NULL, 'c')) AS evidence FROM leg WHERE id >= :min");
    assert_run(bench, STATUS_OK);
    assert_answer(bench, "SELECT title || kind || params || coalesce(ms, '-') FROM rule",
                  "A rulerule{\"min\":1}-");
    assert_answer(bench,
                  "SELECT id || rule_id || severity || confidence || connection_id || leg_id || ' '"
                  " || first_ns || ' ' || last_ns || summary || detail FROM finding",
                  "1oursnotice0.511 1000000000 2000000000Seen{\"min\":1}");
    assert_answer(bench, "SELECT group_concat(segment_id || role) FROM evidence", "1a,2b");
    /* Again: the same rows, not more. */
    assert_run(bench, STATUS_OK);
    assert_answer(bench, "SELECT count(*) || max(id) FROM finding", "11");
}

/* A sentence that does not apply is no entry of its list; other NULLs of `detail` are the rule's.
 */
static void test_run_sentences_without_null(void **state)
{
    const struct bench *bench = *state;

    add_rule(bench, "ours",
             HEAD "SELECT connection_id, id AS leg_id, first_segment, last_segment,"
                  " 0.5 AS confidence, 'Seen' AS summary,"
                  " json_object('mtu', NULL, 'sizes', json_array(1, NULL), 'what_if',"
                  " json_array(NULL, 'a', NULL, 'b'), 'missing', json_array(NULL)) AS detail,"
                  " '[]' AS evidence FROM leg");
    assert_run(bench, STATUS_OK);
    assert_answer(bench, "SELECT detail FROM finding",
                  "{\"mtu\":null,\"sizes\":[1,null],\"what_if\":[\"a\",\"b\"],\"missing\":[]}");
}

static void test_run_severity_of_a_row(void **state)
{
    const struct bench *bench = *state;

    add_rule(bench, "ours", HEAD "SELECT " ROW ", 'error' AS severity FROM leg");
    assert_run(bench, STATUS_OK);
    assert_answer(bench, "SELECT severity FROM finding", "error");
    assert_answer(bench, "SELECT severity FROM rule", "notice");
}

/* Diagnoses run last and see the findings of this run, not those of an earlier one. */
static void test_run_diagnosis(void **state)
{
    const struct bench *bench = *state;

    execute(bench->case_path,
            "INSERT INTO finding VALUES (9, 'old', 'error', 1, 1, 1, 1, 1, 'o', NULL)");
    add_rule(bench, "zz", HEAD "SELECT " ROW " FROM leg");
    add_rule(bench, "diagnoses/aa",
             HEAD "SELECT connection_id, leg_id, NULL AS first_segment, NULL AS last_segment,"
                  " 1 AS confidence, 'from ' || rule_id AS summary, NULL AS detail,"
                  " NULL AS evidence FROM finding");
    assert_run(bench, STATUS_OK);
    assert_answer(bench, "SELECT group_concat(id || rule_id || summary) FROM finding",
                  "1zzseen,2aafrom zz");
    assert_answer(bench, "SELECT group_concat(kind) FROM rule", "diagnosis,rule");
}

static void test_run_broken_rule(void **state)
{
    const struct bench *bench = *state;
    struct error err;

    add_rule(bench, "aa", HEAD "SELECT nonsense");
    add_rule(bench, "bb", HEAD "SELECT " ROW " FROM leg");
    assert_int_equal(run_with(bench, NULL, &err), STATUS_RULE);
    assert_non_null(strstr(err.text, "aa.sql:3: no such column: nonsense"));
    assert_answer(bench, "SELECT group_concat(rule_id) FROM finding", "bb");
    assert_answer(bench, "SELECT group_concat(id) FROM rule", "bb");
}

static void test_run_bad_rows(void **state)
{
    static const char *const rows[][2] = {
        {"99, 1, 1, 1, 1, 's', NULL, '[]'",           "connection_id is no connection"             },
        {"1, 99, 1, 1, 1, 's', NULL, '[]'",           "leg_id is no leg"                           },
        {"1, 1, 99, 1, 1, 's', NULL, '[]'",           "first_segment is no segment"                },
        {"1, 1, 'x', 1, 1, 's', NULL, '[]'",          "first_segment is not an id"                 },
        {"1, 1, 1, 1, 2, 's', NULL, '[]'",            "confidence is not a number from 0 to 1"     },
        {"1, 1, 1, 1, NULL, 's', NULL, '[]'",         "confidence is not a number from 0 to 1"     },
        {"1, 1, 1, 1, 1, NULL, NULL, '[]'",           "summary is not a sentence"                  },
        {"1, 1, 1, 1, 1, 's', '[1]', '[]'",           "detail is no JSON object"                   },
        {"1, 1, 1, 1, 1, 's', '{', '[]'",             "detail is no JSON object"                   },
        {"1, 1, 1, 1, 1, 's', NULL, '{}'",            "evidence is no JSON array"                  },
        {"1, 1, 1, 1, 1, 's', NULL, '[1]'",           "evidence is no array of [segment, \"role\"]"},
        {"1, 1, 1, 1, 1, 's', NULL, '[[99, \"x\"]]'", "evidence names a segment that is not there" },
    };
    const struct bench *bench = *state;

    for (size_t i = 0; i < COUNT(rows); i++) {
        struct error err;
        char *text = memory_print(HEAD "WITH row(connection_id, leg_id, first_segment,"
                                       " last_segment, confidence, summary, detail, evidence)"
                                       " AS (VALUES (%s)) SELECT row.* FROM row, leg",
                                  rows[i][0]);

        add_rule(bench, "ours", text);
        free(text);
        assert_int_equal(run_with(bench, NULL, &err), STATUS_RULE);
        if (strstr(err.text, "ours.sql: row 1: ") == NULL || strstr(err.text, rows[i][1]) == NULL)
            fail_msg("case %zu: %s", i, err.text);
        assert_answer(bench, "SELECT count(*) FROM finding", "0");
    }
}

static void test_run_endless_rule(void **state)
{
    const struct bench *bench = *state;
    struct error err;

    add_rule(bench, "ours",
             HEAD "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n)"
                  " SELECT " ROW " FROM n, leg WHERE n.i < 0");
    assert_int_equal(run_with(bench, NULL, &err), STATUS_RULE);
    assert_non_null(strstr(err.text, "used up its budget of steps"));
}

static void test_run_set(void **state)
{
    const struct bench *bench = *state;
    struct error err;

    add_rule(bench, "ours", HEAD "-- param: min = 1\nSELECT " ROW " FROM leg WHERE id >= :min");
    assert_int_equal(run_with(bench, "ours.min=2", &err), STATUS_OK);
    assert_answer(bench, "SELECT count(*) FROM finding", "0");
    assert_answer(bench, "SELECT params FROM rule", "{\"min\":2}");
    assert_int_equal(run_with(bench, "ours.max=2", &err), STATUS_USAGE);
    assert_int_equal(run_with(bench, "theirs.min=2", &err), STATUS_USAGE);
    assert_int_equal(run_with(bench, "ours.min=two", &err), STATUS_USAGE);
    assert_int_equal(run_with(bench, "ours.min=2.5", &err), STATUS_USAGE);
    assert_int_equal(run_with(bench, "nonsense", &err), STATUS_USAGE);
}

static void test_run_without_rules(void **state)
{
    struct error err;

    assert_int_equal(run_with(*state, NULL, &err), STATUS_RULE);
    assert_non_null(strstr(err.text, "no rule"));
}

#define BENCH_TEST(function) cmocka_unit_test_setup_teardown(function, bench_setup, bench_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        BENCH_TEST(test_header_all_keys),
        BENCH_TEST(test_header_line_ends),
        BENCH_TEST(test_header_broken),
        BENCH_TEST(test_rule_name),
        BENCH_TEST(test_check_sql),
        BENCH_TEST(test_check_hostile_sql),
        BENCH_TEST(test_run_finding),
        BENCH_TEST(test_run_sentences_without_null),
        BENCH_TEST(test_run_severity_of_a_row),
        BENCH_TEST(test_run_diagnosis),
        BENCH_TEST(test_run_broken_rule),
        BENCH_TEST(test_run_bad_rows),
        BENCH_TEST(test_run_endless_rule),
        BENCH_TEST(test_run_set),
        BENCH_TEST(test_run_without_rules),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
