/* With which TTL connections left and arrived, and whether they were answered. */
#include <stdbool.h>

#include "case/query.h"
#include "picture/chart_kinds.h"
#include "picture/mark.h"

enum {
    CONNECTIONS_MAX = 60,
    POINTS_MAX = 16
};

/* The client's TTL is its SYN's: what decides before there is a connection. The answered ones are
 * shown as long as there is room for them. */
static const char ttl_sql[] =
    "WITH chosen AS (SELECT id, outcome = 'unanswered' AS failed FROM connection"
    " WHERE :connection IN (0, id) AND first_ns >= :from AND first_ns <= :to"
    " ORDER BY outcome = 'unanswered' DESC, id LIMIT :limit),"
    " shown AS MATERIALIZED (SELECT row_number() OVER (ORDER BY id) - 1 AS place, id, failed"
    " FROM chosen) "
    "SELECT shown.place, shown.id, shown.failed, p.id - 1, p.name,"
    " coalesce(s.ttl, l.ttl_min_client), l.ttl_min_server"
    " FROM shown JOIN leg l ON l.connection_id = shown.id JOIN point p ON p.id = l.point_id"
    " LEFT JOIN syn y ON y.leg_id = l.id LEFT JOIN segment s ON s.id = y.segment_id"
    " ORDER BY shown.place, l.path_position, l.id";

/* Series of a panel: the hops, one for each point, and who failed on top. */
struct ttl_panel {
    size_t hops, failed;
    size_t points[POINTS_MAX];
    bool known[POINTS_MAX];
    bool any; /* the last point of this connection: */
    int64_t place;
    double ttl;
};

static void add_ttl(struct chart *chart, int panel, struct ttl_panel *series, struct query *q)
{
    double place = query_real(q, 0);
    double ttl = query_real(q, 5 + panel);
    size_t point = (size_t)query_int(q, 3) % POINTS_MAX;

    if (query_is_null(q, 5 + panel))
        return;
    if (!series->known[point]) {
        const struct chart_look look = {CHART_POINT, mark_trace_colour(point, false),
                                        point % 2 == 0 ? 7 : 5, 1.3, 1};

        series->points[point] = chart_add_series(chart, panel, &look, query_text(q, 4));
        series->known[point] = true;
    }
    if (series->any && series->place == query_int(q, 0))
        chart_add_span(chart, series->hops, &(struct chart_point){place, series->ttl, place, ttl});
    chart_add(chart, series->points[point], place, ttl);
    if (query_int(q, 2) != 0)
        chart_add(chart, series->failed, place, ttl);
    series->any = true;
    series->place = query_int(q, 0);
    series->ttl = ttl;
}

static enum status fill(struct chart *chart, const struct report *report,
                        const struct chart_view *view, struct error *err)
{
    static const struct chart_look hops = {CHART_VECTOR, "#B0B0B0", 0, 0, 2};
    static const struct chart_look failed = {CHART_POINT, "#D55E00", 6, 2.6, 2.5};
    struct ttl_panel panels[2] = {0};
    struct query q;

    chart_set_x(chart, CHART_NAMES, "connection");
    chart_set_panel(chart, 0, CHART_COUNT, true, "TTL of the client's SYN (or segments)");
    chart_set_panel(chart, 1, CHART_COUNT, true, "TTL of the server's segments");
    for (int panel = 0; panel < 2; panel++) {
        panels[panel].hops = chart_add_series(chart, panel, &hops, "hops between the points");
        panels[panel].failed = chart_add_series(chart, panel, &failed, "never answered");
    }
    query_open(&q, report, ttl_sql, err);
    query_bind(&q, ":connection", view->connection);
    query_bind(&q, ":from", view->connection == 0 ? view->from_ns : INT64_MIN);
    query_bind(&q, ":to", view->connection == 0 ? view->to_ns : INT64_MAX);
    query_bind(&q, ":limit", CONNECTIONS_MAX);
    while (query_next(&q)) {
        if ((size_t)query_int(&q, 0) == chart->names_count)
            chart_add_name(chart, query_text(&q, 1));
        for (int panel = 0; panel < 2; panel++)
            add_ttl(chart, panel, &panels[panel], &q);
    }
    return query_close(&q);
}

const struct chart_kind chart_kind_ttl = {
    .name = "ttl",
    .title = "TTLs by connection",
    .note = "A line runs from the TTL nearest to the sender to that nearest to the receiver: its"
            " length is the hops between.",
    .first = "those never answered first",
    .rules = "ttl-too-short",
    .missing = "no segments",
    .fill = fill,
};
