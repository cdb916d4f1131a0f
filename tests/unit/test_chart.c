/* What charts are made of, from a case of a few rows. */
#include "unit/unit.h"

#include <sqlite3.h>
#include <string.h>

#include "picture/chart_kinds.h"

/* Only the columns that charts read. Connection 1 is answered at its second SYN, 2 never; a
 * datagram of 3000 bytes never comes from point 1 to point 2. */
static const char rows[] =
    "CREATE TABLE connection (id, client_addr, client_port, server_addr, server_port, first_ns,"
    " last_ns, outcome);"
    "CREATE TABLE point (id, name, clock_error_ns);"
    "CREATE TABLE leg (id, connection_id, point_id, path_position, syns, synacks, sightings_syns,"
    " wscale_client, wscale_server, bytes_client, bytes_server, ttl_min_client, ttl_min_server);"
    "CREATE TABLE segment (id INTEGER PRIMARY KEY, ts_ns, leg_id, dir, off, ack_off, len, ip_len,"
    " flags, win, ttl, seen_before, marks);"
    "CREATE TABLE syn (leg_id, segment_id);"
    "CREATE TABLE event (segment_id, leg_id, kind, b);"
    "INSERT INTO connection VALUES (1, 'c', 1, 's', 80, 0, 6000000000, 'established'),"
    " (2, 'c', 2, 's', 80, 1000, 1000001000, 'unanswered');"
    "INSERT INTO point VALUES (1, 'near', 0), (2, 'far', 500);"
    "INSERT INTO leg VALUES (1, 1, 1, 0, 2, 1, 0, 2, 7, 4000, 0, 64, 60),"
    " (2, 1, 2, 1, 1, 1, 0, 2, 7, 1000, 0, 62, 64), (3, 2, 1, 0, 2, 0, 0, 2, NULL, 0, 0, 3, NULL);"
    "INSERT INTO segment VALUES"
    " (1, 0, 1, 0, 0, NULL, 0, 60, 2, 100, 64, NULL, 0),"
    " (2, 1000, 3, 0, 0, NULL, 0, 60, 2, 100, 3, NULL, 0),"
    " (3, 1000000000, 1, 0, 0, NULL, 0, 60, 2, 100, 64, NULL, 1),"
    " (4, 1000001000, 3, 0, 0, NULL, 0, 60, 2, 100, 3, NULL, 1),"
    " (5, 1000002000, 2, 0, 0, NULL, 0, 60, 2, 100, 62, 3, 0),"
    " (6, 1000003000, 1, 1, 0, 1, 0, 60, 18, 1000, 60, NULL, 0),"
    " (7, 1000004000, 1, 0, 1, 1, 960, 1000, 16, 100, 64, NULL, 0),"
    " (8, 1000006000, 2, 0, 1, 1, 960, 1000, 16, 100, 62, 7, 0),"
    " (9, 1000007000, 1, 0, 961, 1, 2960, 3000, 16, 100, 64, NULL, 0),"
    " (10, 1000010000, 1, 1, 1, 961, 0, 40, 16, 10, 60, NULL, 0);"
    "INSERT INTO syn VALUES (1, 1), (2, 5), (3, 2);"
    "INSERT INTO event VALUES (9, 1, 'not-forwarded', 2);";

static struct chart make(const char *kind, int64_t connection, const char *from)
{
    const struct time_range range = {from, NULL};
    struct report report = {.path = "rows"};
    struct chart chart;
    struct error err;

    assert_int_equal(sqlite3_open(":memory:", &report.db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(report.db, rows, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(chart_make(&chart, chart_kind_find(kind), &report, connection, &range, &err),
                     STATUS_OK);
    sqlite3_close(report.db);
    return chart;
}

/* The series with this legend in a panel. */
static const struct chart_series *find(const struct chart *chart, int panel, const char *legend)
{
    for (size_t i = 0; i < chart->series_count; i++)
        if (chart->series[i].panel == panel && chart->series[i].legend != NULL &&
            strstr(chart->series[i].legend, legend) != NULL)
            return &chart->series[i];
    fail_msg("no series %s", legend);
    return NULL;
}

static void assert_point(const struct chart_series *series, size_t index, double x, double y)
{
    assert_true(index < series->count);
    assert_true(series->points[index].x == x && series->points[index].y == y);
}

/* Of 200,000 points few are left, the highest and the lowest among them. */
static void test_chart_add_thins(void **state)
{
    const struct chart_look look = {CHART_POINT, "#000000", 7, 1, 1};
    struct chart chart = {0};
    double low = 0, high = 0;
    size_t series;

    (void)state;
    series = chart_add_series(&chart, 0, &look, NULL);
    for (int i = 0; i < 200000; i++)
        chart_add(&chart, series, i, i == 777 ? -50 : i == 123456 ? 99 : i % 7);
    assert_true(chart.series[0].count <= CHART_POINTS_MAX);
    for (size_t i = 0; i < chart.series[0].count; i++) {
        const struct chart_point *point = &chart.series[0].points[i];

        low = point->y < low ? point->y : low;
        high = point->y > high ? point->y : high;
        assert_true(i == 0 || point->x >= chart.series[0].points[i - 1].x);
    }
    assert_true(low == -50 && high == 99);
    chart_done(&chart);
}

static void test_chart_syn_series_of_case(void **state)
{
    struct chart chart = make("syn-series", 0, NULL);

    (void)state;
    assert_int_equal(chart.names_count, 2); /* who was never answered stands on top */
    assert_string_equal(chart.names[0], "'2  c:2'");
    assert_int_equal(find(&chart, 0, "never answered")->count, 2);
    assert_point(find(&chart, 0, "never answered"), 1, 1e9, 0);
    assert_int_equal(find(&chart, 0, "answered at last")->count, 2);
    assert_point(find(&chart, 0, "SYN-ACK"), 0, 1000003000, 1);
    assert_int_equal(find(&chart, 0, "Linux")->count, 1);
    chart_done(&chart);
}

static void test_chart_syn_series_of_connection(void **state)
{
    struct chart chart = make("syn-series", 2, NULL);

    (void)state;
    assert_int_equal(chart.names_count, 1);
    assert_string_equal(chart.name, "connection-2-syn-series");
    assert_int_equal(find(&chart, 0, "never answered")->count, 2);
    chart_done(&chart);
    chart = make("syn-series", 2, "0.5");
    assert_int_equal(find(&chart, 0, "never answered")->count, 1);
    assert_point(find(&chart, 0, "never answered"), 0, 1e9, 0);
    chart_done(&chart);
}

static void test_chart_ttl_of_case(void **state)
{
    struct chart chart = make("ttl", 0, NULL);

    (void)state;
    assert_point(find(&chart, 0, "near"), 0, 0, 64);
    assert_point(find(&chart, 0, "near"), 1, 1, 3);
    assert_point(find(&chart, 0, "far"), 0, 0, 62);
    assert_point(find(&chart, 0, "never answered"), 0, 1, 3);
    assert_int_equal(find(&chart, 0, "never answered")->count, 1);
    assert_int_equal(find(&chart, 0, "hops")->count, 1);
    assert_int_equal(find(&chart, 1, "never answered")->count, 0); /* nothing came back */
    chart_done(&chart);
}

/* What was sent twice gives no round trip. */
static void test_chart_ttl_of_connection(void **state)
{
    struct chart chart = make("ttl", 2, NULL);

    (void)state;
    assert_int_equal(chart.names_count, 1);
    assert_string_equal(chart.names[0], "'2'");
    chart_done(&chart);
}

static void test_chart_delay_hops_and_band(void **state)
{
    struct chart chart = make("delay", 1, NULL);
    const struct chart_series *hop = find(&chart, 1, "near to far");
    const struct chart_series *band = hop - 1;

    (void)state;
    assert_int_equal(hop->count, 2);
    assert_point(hop, 0, 1000002000, 2000);
    assert_point(hop, 1, 1000006000, 2000);
    assert_true(band->look.style == CHART_BOX && band->count == 1); /* in one column */
    assert_true(band->points[0].y == 1500 && band->points[0].y2 == 2500);
    assert_int_equal(find(&chart, 0, "client")->count, 1);
    assert_point(find(&chart, 0, "client"), 0, 1000010000, 6000);
    chart_done(&chart);
}

static void test_chart_delay_range(void **state)
{
    struct chart chart = make("delay", 1, "1.000004");

    (void)state;
    assert_int_equal(find(&chart, 1, "near to far")->count, 1);
    chart_done(&chart);
}

static void test_chart_size_came_and_lost(void **state)
{
    struct chart chart = make("size", 0, NULL);
    const struct chart_series *came = find(&chart, 0, "'came'");
    const struct chart_series *lost = find(&chart, 0, "never came");

    (void)state;
    assert_int_equal(came->count, 2); /* the SYN and 1000 bytes */
    assert_int_equal(lost->count, 1);
    assert_true(lost->points[0].x >= 3000 && lost->points[0].x2 <= 3100);
    assert_true(lost->points[0].y2 == 1);
    assert_null(chart.panels[1].label); /* lost on one hop, one way */
    chart_done(&chart);
}

/* The window is scaled but for that of the SYN-ACK. */
static void test_chart_flight_window_and_bytes(void **state)
{
    struct chart chart = make("flight", 1, NULL);

    (void)state;
    assert_point(find(&chart, 0, "window"), 0, 1000003000, 1000);
    assert_point(find(&chart, 0, "window"), 1, 1000010000, 1280);
    assert_point(find(&chart, 0, "in flight"), 1, 1000004000, 960);
    assert_point(find(&chart, 0, "in flight"), 2, 1000007000, 3920);
    assert_point(find(&chart, 0, "in flight"), 3, 1000010000, 2960);
    chart_done(&chart);
}

static void test_chart_make_wrong_connection(void **state)
{
    const struct time_range all = {0};
    struct report report = {.path = "rows"};
    struct chart chart;
    struct error err;

    (void)state;
    assert_int_equal(sqlite3_open(":memory:", &report.db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(report.db, rows, NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(chart_make(&chart, chart_kind_find("flight"), &report, 0, &all, &err),
                     STATUS_USAGE);
    chart_done(&chart);
    assert_int_equal(chart_make(&chart, chart_kind_find("ttl"), &report, 9, &all, &err),
                     STATUS_USAGE);
    chart_done(&chart);
    assert_null(chart_kind_find("pie"));
    sqlite3_close(report.db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_chart_add_thins),
        cmocka_unit_test(test_chart_syn_series_of_case),
        cmocka_unit_test(test_chart_syn_series_of_connection),
        cmocka_unit_test(test_chart_ttl_of_case),
        cmocka_unit_test(test_chart_ttl_of_connection),
        cmocka_unit_test(test_chart_delay_hops_and_band),
        cmocka_unit_test(test_chart_delay_range),
        cmocka_unit_test(test_chart_size_came_and_lost),
        cmocka_unit_test(test_chart_flight_window_and_bytes),
        cmocka_unit_test(test_chart_make_wrong_connection),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
