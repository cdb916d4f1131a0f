/* What came to the next point and what did not, by its size. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "case/query.h"
#include "picture/chart_kinds.h"

enum {
    BARS = 60,
    LENGTH_MAX = 65536 /* of an IP datagram; larger ones (jumbograms) count as that */
};

/* Where most was lost. */
static const char hops_sql[] =
    "SELECT p.id, p.name, q.id, q.name, s.dir FROM event e JOIN segment s ON s.id = e.segment_id"
    " JOIN leg l ON l.id = e.leg_id JOIN point p ON p.id = l.point_id JOIN point q ON q.id = e.b"
    " WHERE e.kind = 'not-forwarded' AND :connection IN (0, l.connection_id)"
    " AND s.ts_ns >= :from AND s.ts_ns <= :to"
    " GROUP BY p.id, q.id, s.dir ORDER BY count(*) DESC, p.id, q.id, s.dir LIMIT :limit";

static const char lost_sql[] =
    "SELECT s.ip_len, count(*) FROM event e JOIN segment s ON s.id = e.segment_id"
    " JOIN leg l ON l.id = e.leg_id WHERE e.kind = 'not-forwarded' AND e.b = :to_point"
    " AND l.point_id = :from_point AND s.dir = :dir AND :connection IN (0, l.connection_id)"
    " AND s.ts_ns >= :from AND s.ts_ns <= :to GROUP BY s.ip_len";

/* Cut on the way it comes as several. */
static const char came_sql[] =
    "SELECT e.ip_len, count(DISTINCT e.id) FROM leg b JOIN segment s ON s.leg_id = b.id"
    " JOIN segment e ON e.id = s.seen_before JOIN leg a ON a.id = e.leg_id"
    " WHERE b.point_id = :to_point AND a.point_id = :from_point AND s.dir = :dir"
    " AND :connection IN (0, b.connection_id) AND NOT s.marks & 32"
    " AND e.ts_ns >= :from AND e.ts_ns <= :to GROUP BY e.ip_len";

struct hop {
    int64_t from, to, dir;
    char *label;
};

static enum status count_lengths(const struct report *report, const struct chart_view *view,
                                 const struct hop *hop, const char *sql, int64_t *counts,
                                 struct error *err)
{
    struct query q;

    query_open(&q, report, sql, err);
    query_bind(&q, ":from_point", hop->from);
    query_bind(&q, ":to_point", hop->to);
    query_bind(&q, ":dir", hop->dir);
    query_bind(&q, ":connection", view->connection);
    query_bind(&q, ":from", view->from_ns);
    query_bind(&q, ":to", view->to_ns);
    while (query_next(&q)) {
        int64_t length = query_int(&q, 0);

        counts[length < 0 ? 0 : length < LENGTH_MAX ? length : LENGTH_MAX - 1] += query_int(&q, 1);
    }
    return query_close(&q);
}

/* 1, 2 or 5 times a power of ten, so that no more than BARS hold all lengths. */
static int64_t bar_width(const int64_t *came, const int64_t *lost)
{
    static const int64_t factors[] = {1, 2, 5};
    int64_t high = 0;

    for (int64_t i = 0; i < LENGTH_MAX; i++)
        if (came[i] + lost[i] > 0)
            high = i;
    for (int64_t power = 1;; power *= 10)
        for (int i = 0; i < 3; i++)
            if (high / (power * factors[i]) < BARS)
                return power * factors[i];
}

/* A bar is the half of its column, above what a logarithm begins with. */
static void add_bars(struct chart *chart, size_t series, const int64_t *counts, int64_t width,
                     double from, double to)
{
    for (int64_t at = 0; at < LENGTH_MAX; at += width) {
        double start = (double)at, wide = (double)width;
        struct chart_point bar = {start + from * wide, 0.6, start + to * wide, 0};

        for (int64_t i = at; i < at + width && i < LENGTH_MAX; i++)
            bar.y2 += (double)counts[i];
        if (bar.y2 > 0)
            chart_add_span(chart, series, &bar);
    }
}

static enum status add_hop(struct chart *chart, int panel, const struct report *report,
                           const struct chart_view *view, const struct hop *hop, struct error *err)
{
    static const struct chart_look came_look = {CHART_BOX, "#0072B2", 0, 0, 1};
    static const struct chart_look lost_look = {CHART_BOX, "#D55E00", 0, 0, 1};
    int64_t *came = memory_zalloc(2 * LENGTH_MAX * sizeof *came);
    int64_t *lost = came + LENGTH_MAX;
    enum status status = count_lengths(report, view, hop, came_sql, came, err);

    if (status == STATUS_OK)
        status = count_lengths(report, view, hop, lost_sql, lost, err);
    if (status == STATUS_OK) {
        int64_t width = bar_width(came, lost);
        char *label = memory_print(
            "%s: datagrams for each %" PRId64 " bytes of length (logarithmic)", hop->label, width);

        chart_set_panel(chart, panel, CHART_LOGARITHM, false, label);
        free(label);
        add_bars(chart, chart_add_series(chart, panel, &came_look, "came"), came, width, 0.05, 0.5);
        add_bars(chart, chart_add_series(chart, panel, &lost_look, "never came"), lost, width, 0.5,
                 0.95);
    }
    free(came);
    return status;
}

static enum status fill(struct chart *chart, const struct report *report,
                        const struct chart_view *view, struct error *err)
{
    struct hop hops[CHART_PANELS];
    enum status status;
    int count = 0;
    struct query q;

    chart_set_x(chart, CHART_COUNT,
                "length of the IP datagram, without any tunnel around it, bytes");
    query_open(&q, report, hops_sql, err);
    query_bind(&q, ":connection", view->connection);
    query_bind(&q, ":from", view->from_ns);
    query_bind(&q, ":to", view->to_ns);
    query_bind(&q, ":limit", CHART_PANELS);
    for (; query_next(&q); count++)
        hops[count] = (struct hop){query_int(&q, 0), query_int(&q, 2), query_int(&q, 4),
                                   memory_print("%s to %s", query_text(&q, 1), query_text(&q, 3))};
    status = query_close(&q);
    for (int i = 0; i < count; i++) {
        if (status == STATUS_OK)
            status = add_hop(chart, i, report, view, &hops[i], err);
        free(hops[i].label);
    }
    return status;
}

const struct chart_kind chart_kind_size = {
    .name = "size",
    .title = "Loss by size",
    .note =
        "IP datagrams as sent, by length: those that came to the next point, and those that never"
        " did.",
    .rules = "size-dependent-loss tunnel-size-loss",
    .missing = "nothing was lost between two points",
    .fill = fill,
};
