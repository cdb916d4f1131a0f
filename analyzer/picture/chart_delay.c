/* The round trip of a connection, and what each hop has of it. */
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "base/time_text.h"
#include "case/query.h"
#include "decode/packet.h"
#include "picture/chart_kinds.h"
#include "picture/mark.h"

enum {
    HOPS_MAX = 8,
    COLUMNS = 160,         /* of the band */
    POINT_MAX_LENGTH = 15, /* of its name in a legend */
};

/* The ends' legs: what leaves an end passes its nearest point first. */
static const char ends_sql[] =
    "SELECT l.id, p.name FROM leg l JOIN point p ON p.id = l.point_id"
    " WHERE l.connection_id = :connection ORDER BY l.path_position, l.id";

static const char segments_sql[] =
    "SELECT ts_ns, dir, off + len + (flags & 1) + (flags >> 1 & 1), ack_off, marks & 1, flags, len"
    " FROM segment WHERE leg_id = :leg AND NOT marks & 32 ORDER BY id";

/* One sample of each direction at a time, never of what was sent twice (RFC 6298 §3). */
struct probe {
    bool waits;
    int64_t end, ts_ns;
};

static void take_sample(struct chart *chart, size_t series, struct probe *probe, struct query *q,
                        const struct chart_view *view)
{
    int64_t ts_ns = query_int(q, 0);

    if (!probe->waits || query_is_null(q, 3) || query_int(q, 3) < probe->end ||
        query_int(q, 5) & TCP_RST)
        return;
    probe->waits = false;
    if (ts_ns >= view->from_ns && ts_ns <= view->to_ns)
        chart_add(chart, series, (double)(ts_ns - view->origin_ns), (double)(ts_ns - probe->ts_ns));
}

/* The round trip of what `dir` sends, from the point that `leg` is at. */
static enum status add_round_trip(struct chart *chart, const struct report *report,
                                  const struct chart_view *view, int64_t leg, int dir,
                                  size_t series, struct error *err)
{
    struct probe probe = {0};
    struct query q;

    query_open(&q, report, segments_sql, err);
    query_bind(&q, ":leg", leg);
    while (query_next(&q)) {
        bool own = query_int(&q, 1) == dir;

        if (!own)
            take_sample(chart, series, &probe, &q, view);
        else if (query_int(&q, 4) != 0)
            probe.waits = false;
        else if (!probe.waits && (query_int(&q, 6) > 0 || query_int(&q, 5) & TCP_SYN))
            probe = (struct probe){true, query_int(&q, 2), query_int(&q, 0)};
    }
    return query_close(&q);
}

static enum status add_round_trips(struct chart *chart, const struct report *report,
                                   const struct chart_view *view, struct error *err)
{
    static const struct chart_look looks[] = {
        {CHART_POINT, "#0072B2", 7, 0.7, 1},
        {CHART_POINT, "#E69F00", 9, 0.9, 1}
    };
    int64_t legs[2] = {0};
    char *names[2] = {NULL, NULL};
    enum status status;
    struct query q;

    query_open(&q, report, ends_sql, err);
    query_bind(&q, ":connection", view->connection);
    while (query_next(&q))
        for (int dir = legs[0] == 0 ? 0 : 1; dir < 2; dir++) {
            legs[dir] = query_int(&q, 0);
            free(names[dir]);
            names[dir] = memory_copy_text(query_text(&q, 1));
        }
    status = query_close(&q);
    for (int dir = 0; dir < 2 && status == STATUS_OK && names[dir] != NULL; dir++) {
        char *legend = memory_print("%s's data, at %s", dir == 0 ? "client" : "server", names[dir]);
        size_t series = chart_add_series(chart, 0, &looks[dir], legend);

        status = add_round_trip(chart, report, view, legs[dir], dir, series, err);
        free(legend);
    }
    free(names[0]);
    free(names[1]);
    return status;
}

static const char hops_sql[] =
    "SELECT s.ts_ns, s.ts_ns - e.ts_ns, a.id, b.id, p.name, q.name,"
    " p.clock_error_ns + q.clock_error_ns"
    " FROM leg b JOIN segment s ON s.leg_id = b.id JOIN segment e ON e.id = s.seen_before"
    " JOIN leg a ON a.id = e.leg_id JOIN point p ON p.id = a.point_id"
    " JOIN point q ON q.id = b.point_id WHERE b.connection_id = :connection AND a.id <> b.id"
    " AND s.ts_ns >= :from AND s.ts_ns <= :to ORDER BY s.id";

/* What a hop took, and the least and most of it in each column of time. */
struct hop {
    int64_t from, to;
    size_t band, series;
    double error;
    bool is_known; /* the clocks' error is */
    struct {
        bool any;
        double low, high;
    } columns[COLUMNS];
};

static struct hop *find_hop(struct hop *hops, size_t *count, struct chart *chart, struct query *q)
{
    struct chart_look band = {.style = CHART_BOX, .width = 0.3};
    struct chart_look points = {.style = CHART_POINT, .size = 0.6, .width = 1};
    char error[TIME_TEXT_SIZE];
    const char *sign = query_is_null(q, 6) ? "" : " ± ";
    char *from, *to, *legend;

    for (size_t i = 0; i < *count; i++)
        if (hops[i].from == query_int(q, 2) && hops[i].to == query_int(q, 3))
            return &hops[i];
    if (*count == HOPS_MAX)
        return NULL;
    hops[*count] = (struct hop){.from = query_int(q, 2),
                                .to = query_int(q, 3),
                                .error = query_real(q, 6),
                                .is_known = !query_is_null(q, 6)};
    time_text_human((int64_t)hops[*count].error, error);
    band.colour = points.colour = mark_trace_colour(*count, false);
    hops[*count].band = chart_add_series(chart, 1, &band, NULL);
    from = text_safe(TEXT_PLAIN, query_text(q, 4), POINT_MAX_LENGTH);
    to = text_safe(TEXT_PLAIN, query_text(q, 5), POINT_MAX_LENGTH);
    legend = memory_print("%s to %s%s%s", from, to, sign, *sign != '\0' ? error : "");
    free(from);
    free(to);
    points.shape = *count % 2 == 0 ? 7 : 9;
    hops[*count].series = chart_add_series(chart, 1, &points, legend);
    free(legend);
    return &hops[(*count)++];
}

static void add_delay(struct chart *chart, struct hop *hop, struct query *q,
                      const struct chart_view *view)
{
    int64_t span = view->to_ns - view->from_ns + 1;
    size_t column = (size_t)((double)(query_int(q, 0) - view->from_ns) / (double)span * COLUMNS);
    double delay = query_real(q, 1);

    chart_add(chart, hop->series, (double)(query_int(q, 0) - view->origin_ns), delay);
    if (!hop->columns[column].any || delay < hop->columns[column].low)
        hop->columns[column].low = delay;
    if (!hop->columns[column].any || delay > hop->columns[column].high)
        hop->columns[column].high = delay;
    hop->columns[column].any = true;
}

static void add_band(struct chart *chart, const struct hop *hop, const struct chart_view *view)
{
    double start = (double)(view->from_ns - view->origin_ns);
    double width = (double)(view->to_ns - view->from_ns + 1) / COLUMNS;

    for (int i = 0; i < COLUMNS && hop->is_known; i++) {
        const struct chart_point box = {start + i * width, hop->columns[i].low - hop->error,
                                        start + (i + 1) * width, hop->columns[i].high + hop->error};

        if (hop->columns[i].any)
            chart_add_span(chart, hop->band, &box);
    }
}

static enum status fill(struct chart *chart, const struct report *report,
                        const struct chart_view *view, struct error *err)
{
    struct hop *hops = memory_alloc(HOPS_MAX * sizeof *hops);
    enum status status, hops_status;
    size_t count = 0;
    struct query q;

    chart_set_x(chart, CHART_SECONDS, "time since first segment, s");
    chart_set_panel(chart, 0, CHART_LOGARITHM_MS, false,
                    "from the point to the receiver and back, ms (logarithmic)");
    status = add_round_trips(chart, report, view, err);
    query_open(&q, report, hops_sql, err);
    query_bind(&q, ":connection", view->connection);
    query_bind(&q, ":from", view->from_ns);
    query_bind(&q, ":to", view->to_ns);
    while (query_next(&q)) {
        struct hop *hop = find_hop(hops, &count, chart, &q);

        if (hop != NULL)
            add_delay(chart, hop, &q, view);
    }
    if (count > 0) /* one point alone sees no hop */
        chart_set_panel(chart, 1, CHART_LOGARITHM_MS, false,
                        "from point to point, ms (logarithmic; the lower edge is 0.001 or less)");
    for (size_t i = 0; i < count; i++)
        add_band(chart, &hops[i], view);
    hops_status = query_close(&q);
    free(hops);
    return status != STATUS_OK ? status : hops_status;
}

const struct chart_kind chart_kind_delay = {
    .name = "delay",
    .title = "Round trip, and delay from point to point",
    .note = "The light band is how far both points' clocks may be off (±): all delays of a hop move"
            " in it together.",
    .one = true,
    .missing = "no data was acknowledged, and no segment seen at two points",
    .fill = fill,
};
