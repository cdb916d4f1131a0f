/* connections.csv of cases that are larger than a block. */
#include "unit/unit.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "case/query.h"
#include "report/writers.h"
#include "store/case.h"

/* One leg and a row of `connection` for each id that `ids` selects. */
#define FILL(ids)                                                                                  \
    "INSERT INTO point VALUES (1, 'host', 0, 0, 0, NULL, 'reference');"                            \
    "INSERT INTO leg (id, connection_id, point_id, path_position, client_addr, client_port,"       \
    " server_addr, server_port, nat, segments_client, segments_server, bytes_client,"              \
    " bytes_server, syns, synacks, fins_client, fins_server, rsts_client, rsts_server, first_ns,"  \
    " last_ns, first_segment, last_segment)"                                                       \
    " VALUES (1, 1, 1, 0, '', 0, '', 0, 'none', 5, 4, 300, 200, 1, 1, 1, 1, 0, 0, 0, 0, 1, 9);"    \
    "INSERT INTO connection (id, client_addr, client_port, server_addr, server_port, first_ns,"    \
    " last_ns, outcome, legs, leg_id)"                                                             \
    " SELECT value, '10.0.0.1', 1024 + value % 999, '10.0.0.2', 443, 0, 0, 'closed', 1, 1"         \
    " FROM (" ids ");"                                                                             \
    "INSERT INTO rule (id, title, severity, kind, sha256, params)"                                 \
    " VALUES ('r', 'R', 'info', 'rule', '', '{}');"                                                \
    "INSERT INTO finding (rule_id, severity, confidence, connection_id, summary)"                  \
    " SELECT 'r', 'info', 1, id, '' FROM connection WHERE id % 4096 IN (0, 1);"                    \
    "INSERT INTO finding (rule_id, severity, confidence, connection_id, summary)"                  \
    " SELECT 'r', 'info', 1, id, '' FROM connection WHERE id % 4096 = 1;"

/* "id,findings" of each line of the file. Caller frees. */
static char *shorten(const char *csv)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = text_open(&text, &size);

    for (const char *line = strchr(csv, '\n') + 1; *line != '\0'; line = strchr(line, '\n') + 1) {
        const char *end = strchr(line, '\n');

        while (end[-1] != ',')
            end--;
        fprintf(out, "%.*s,%.*s\n", (int)strcspn(line, ","), line, (int)strcspn(end, "\n"), end);
    }
    fclose(out);
    return text;
}

/* The same by SQL. Caller frees. */
static char *expect(const struct report *report)
{
    char *text = NULL;
    size_t size = 0;
    FILE *out = text_open(&text, &size);
    struct error err;
    struct query q;

    query_open(&q, report,
               "SELECT printf('\"%d\",\"%d\"',"
               " max(-4611686018427387903, min(c.id, 4611686018427387903)), count(f.id))"
               " FROM connection c LEFT JOIN finding f ON f.connection_id = c.id"
               " GROUP BY c.id ORDER BY c.id",
               &err);
    while (query_next(&q))
        fprintf(out, "%s\n", query_text(&q, 0));
    assert_int_equal(query_close(&q), STATUS_OK);
    fclose(out);
    return text;
}

static void assert_all_in_order(const char *fill)
{
    const char *scratch = getenv("SCRATCH");
    char *path = memory_print("%s/case.db", scratch != NULL ? scratch : ".");
    sqlite3 *db;
    struct report report;
    struct error err;
    char *expected;

    unlink(path);
    assert_int_equal(case_create(path, &db, &err), STATUS_OK);
    assert_int_equal(sqlite3_exec(db, fill, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db, indexes_sql, NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(db);
    assert_int_equal(report_open(&report, path, &err), STATUS_OK);
    expected = expect(&report);
    for (int run = 0; run < 8; run++) { /* the threads meet otherwise each time */
        char *csv = NULL, *lines;
        size_t size = 0;
        FILE *out = text_open(&csv, &size);

        assert_int_equal(connections_csv_write(&report, out, &err), STATUS_OK);
        fclose(out);
        lines = shorten(csv);
        assert_string_equal(lines, expected);
        free(lines);
        free(csv);
    }
    free(expected);
    report_close(&report);
    unlink(path);
    free(path);
}

#define COUNT_TO(n)                                                                                \
    "WITH RECURSIVE n(value) AS (SELECT 1 UNION ALL SELECT value + 1 FROM n WHERE value < " #n ")" \
    " SELECT value FROM n"

/* Fewer than a block, a block, one more, and several: each line once, in order, with the findings
 * of its connection, those at both sides of a block's end among them. */
static void test_csv_blocks_write_blocks(void **state)
{
    (void)state;
    assert_all_in_order(FILL(COUNT_TO(1)));
    assert_all_in_order(FILL(COUNT_TO(4096)));
    assert_all_in_order(FILL(COUNT_TO(4097)));
    assert_all_in_order(FILL(COUNT_TO(30000)));
}

#define LEAST_ID "SELECT ~9223372036854775807 AS value"
#define LOW_IDS  "SELECT value - 5000 AS value FROM (" COUNT_TO(10000) ")"
#define HIGH_IDS "SELECT value + 4611686018427383000 FROM (" COUNT_TO(7900) ")"

/* Ids that the program does not give: with holes, below 1 down to the least
 * that there is, and above 2^62, where reports cut. */
static void test_csv_blocks_write_other_ids(void **state)
{
    (void)state;
    assert_all_in_order(FILL("SELECT value * 1000 AS value FROM (" COUNT_TO(10000) ")"));
    assert_all_in_order(FILL(LEAST_ID " UNION ALL " LOW_IDS " UNION ALL " HIGH_IDS));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_csv_blocks_write_blocks),
        cmocka_unit_test(test_csv_blocks_write_other_ids),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
