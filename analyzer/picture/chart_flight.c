/* How much a sender had in flight, and how much the other end allowed it. */
#include <stdlib.h>

#include "base/memory.h"
#include "case/query.h"
#include "decode/packet.h"
#include "picture/chart_kinds.h"

/* The leg nearest to the end that sent more. The scale of windows may be known at another point. */
static const char leg_sql[] =
    "SELECT l.id, p.name, m.dir, iif(m.dir = 0, max(l2.wscale_server), max(l2.wscale_client)),"
    " max(l2.wscale_client) IS NULL OR max(l2.wscale_server) IS NULL, max(l2.syns + l2.synacks)"
    " FROM (SELECT sum(bytes_server) > sum(bytes_client) AS dir FROM leg"
    "  WHERE connection_id = :connection) m"
    " JOIN leg l ON l.connection_id = :connection JOIN point p ON p.id = l.point_id"
    " JOIN leg l2 ON l2.connection_id = :connection"
    " GROUP BY l.id ORDER BY iif(m.dir = 0, l.path_position, -l.path_position), l.id LIMIT 1";

static const char segments_sql[] =
    "SELECT ts_ns, dir, off + len + (flags & 1) + (flags >> 1 & 1), ack_off, win, marks & 1, flags"
    " FROM segment WHERE leg_id = :leg AND NOT marks & 32 ORDER BY id";

enum {
    WINDOW,
    FLIGHT,
    AGAIN,
    CLOSED
};

struct flight {
    int64_t leg, dir, scale;
    bool sent, acked; /* any of it: */
    int64_t end, level;
};

static enum status find_leg(struct chart *chart, struct flight *flight, const struct report *report,
                            const struct chart_view *view, struct error *err)
{
    struct query q;

    query_open(&q, report, leg_sql, err);
    query_bind(&q, ":connection", view->connection);
    if (query_next(&q)) {
        /* Without a SYN the scale is not known, with one that lacks it there is none. */
        const char *unknown = query_int(&q, 5) == 0 ? "; the window is not scaled: no SYN" : "";
        char *label = memory_print("bytes from %s, seen at %s%s",
                                   query_int(&q, 2) == 0 ? "client to server" : "server to client",
                                   query_text(&q, 1), unknown);

        flight->leg = query_int(&q, 0);
        flight->dir = query_int(&q, 2);
        flight->scale = query_int(&q, 4) != 0 ? 0 : query_int(&q, 3);
        chart_set_panel(chart, 0, CHART_COUNT, true, label);
        free(label);
    }
    return query_close(&q);
}

static void add_segment(struct chart *chart, struct flight *flight, struct query *q, double at,
                        bool visible)
{
    int64_t flags = query_int(q, 6);
    int64_t window = query_int(q, 4);
    double flying;

    if (query_int(q, 1) == flight->dir) {
        if (flags & TCP_RST)
            return;
        if (!flight->sent || query_int(q, 2) > flight->end)
            flight->end = query_int(q, 2);
        flight->sent = true;
    } else {
        if (query_is_null(q, 3) || flags & TCP_RST)
            return;
        if (!flight->acked || query_int(q, 3) > flight->level)
            flight->level = query_int(q, 3);
        flight->acked = true;
        window = flags & TCP_SYN ? window : window << flight->scale;
        if (visible)
            chart_add(chart, WINDOW, at, (double)window);
        if (visible && window == 0)
            chart_add(chart, CLOSED, at, 0);
    }
    if (!visible || !flight->sent || !flight->acked)
        return;
    flying = flight->end > flight->level ? (double)(flight->end - flight->level) : 0;
    chart_add(chart, FLIGHT, at, flying);
    if (query_int(q, 1) == flight->dir && query_int(q, 5) != 0)
        chart_add(chart, AGAIN, at, flying);
}

static enum status fill(struct chart *chart, const struct report *report,
                        const struct chart_view *view, struct error *err)
{
    static const struct chart_look window = {CHART_STEPS, "#E69F00", 0, 0, 2.5};
    static const struct chart_look flying = {CHART_STEPS, "#0072B2", 0, 0, 2};
    static const struct chart_look again = {CHART_POINT, "#D55E00", 9, 1.5, 1};
    static const struct chart_look closed = {CHART_POINT, "#000000", 5, 1.2, 1};
    struct flight flight = {0};
    enum status status = find_leg(chart, &flight, report, view, err);
    struct query q;

    chart_set_x(chart, CHART_SECONDS, "time since first segment, s");
    (void)chart_add_series(chart, 0, &window, "receiver's window");
    (void)chart_add_series(chart, 0, &flying, "in flight");
    (void)chart_add_series(chart, 0, &again, "retransmission");
    (void)chart_add_series(chart, 0, &closed, "window closed");
    if (status != STATUS_OK)
        return status;
    query_open(&q, report, segments_sql, err);
    query_bind(&q, ":leg", flight.leg);
    while (query_next(&q)) {
        int64_t ts_ns = query_int(&q, 0);

        add_segment(chart, &flight, &q, (double)(ts_ns - view->origin_ns),
                    ts_ns >= view->from_ns && ts_ns <= view->to_ns);
    }
    return query_close(&q);
}

const struct chart_kind chart_kind_flight = {
    .name = "flight",
    .title = "Bytes in flight and the receiver's window",
    .note = "In flight is what was sent and not acknowledged, as seen nearest to the sender.",
    .one = true,
    .rules = "zero-window-stall",
    .missing = "no data",
    .fill = fill,
};
