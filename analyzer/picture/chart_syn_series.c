/* When the SYNs of connects were sent that were not answered at once. */
#include <stdbool.h>

#include "base/time_text.h"
#include "case/query.h"
#include "decode/packet.h"
#include "picture/chart_kinds.h"

enum {
    CONNECTIONS_MAX = 30
};

/* Those that needed more than one SYN, or got none answered, by the leg nearest to the client. The
 * RST of a connection that was open is of no interest here. */
static const char series_sql[] =
    "WITH shown AS MATERIALIZED ("
    " SELECT row_number() OVER (ORDER BY outcome <> 'unanswered', id) - 1 AS place, * FROM ("
    "  SELECT c.id, c.client_addr || ':' || c.client_port AS client, c.outcome, l.id AS leg,"
    "  min(l.path_position) FROM connection c JOIN leg l ON l.connection_id = c.id"
    "  WHERE :connection IN (0, c.id) AND l.syns > 0 AND c.first_ns >= :from AND c.first_ns <= :to"
    "  GROUP BY c.id HAVING :connection <> 0 OR max(l.syns - l.sightings_syns) > 1"
    "   OR c.outcome IN ('unanswered', 'refused')"
    "  ORDER BY c.outcome <> 'unanswered', c.id LIMIT :limit)) "
    "SELECT shown.place, shown.id || '  ' || shown.client, s.ts_ns, s.flags, s.dir,"
    " shown.outcome = 'unanswered'"
    " FROM shown CROSS JOIN segment s ON s.leg_id = shown.leg WHERE s.flags & 6"
    " AND NOT s.marks & 32 AND (s.flags & 2 OR shown.outcome = 'refused')"
    " ORDER BY shown.place, s.id";

enum {
    WAITING,
    LINUX,
    ANSWER, /* comes soon after the SYN: must not hide it */
    SYN_LOST,
    SYN_ANSWERED,
    REFUSAL
};

static void add_all_series(struct chart *chart)
{
    static const struct {
        struct chart_look look;
        const char *legend;
    } series[] = {
        [WAITING] = {{CHART_VECTOR, "#C8C8C8", 0, 0, 2},    NULL                      },
        [LINUX] = {{CHART_VECTOR, "#8CBFDF", 0, 0, 2},    "Linux: 1, 3, 7, 15 … s"},
        [ANSWER] = {{CHART_POINT, "#009E73", 9, 3.2, 1},   "SYN-ACK"                 },
        [SYN_LOST] = {{CHART_POINT, "#D55E00", 7, 1.5, 1},   "SYN, never answered"     },
        [SYN_ANSWERED] = {{CHART_POINT, "#0072B2", 7, 1.5, 1},   "SYN, answered at last"   },
        [REFUSAL] = {{CHART_POINT, "#000000", 2, 1.8, 2.5}, "RST"                     },
    };

    for (size_t i = 0; i < sizeof series / sizeof *series; i++)
        (void)chart_add_series(chart, 0, &series[i].look, series[i].legend);
}

static void add_linux_series(struct chart *chart, double longest)
{
    for (int64_t s = 1; chart->names_count > 0 && (double)s < longest / NS_PER_SECOND * 1.05;
         s = 2 * s + 1) {
        double at = (double)s * NS_PER_SECOND;
        const struct chart_point line = {at, -0.6, at, (double)chart->names_count - 0.4};

        chart_add_span(chart, LINUX, &line);
    }
}

static enum status fill(struct chart *chart, const struct report *report,
                        const struct chart_view *view, struct error *err)
{
    int64_t first_ns = 0;
    double longest = 0;
    double before = 0;
    bool follows = false; /* another of the same connection */
    struct query q;

    chart_set_x(chart, CHART_SECONDS, "time since the connection's first SYN, s");
    chart_set_panel(chart, 0, CHART_NAMES, false, "connection, client");
    add_all_series(chart);
    query_open(&q, report, series_sql, err);
    query_bind(&q, ":connection", view->connection);
    query_bind(&q, ":from", view->connection == 0 ? view->from_ns : INT64_MIN);
    query_bind(&q, ":to", view->connection == 0 ? view->to_ns : INT64_MAX);
    query_bind(&q, ":limit", CONNECTIONS_MAX);
    while (query_next(&q)) {
        double place = query_real(&q, 0);
        bool is_new = (size_t)query_int(&q, 0) == chart->names_count;
        int64_t flags = query_int(&q, 3);
        size_t series = flags & TCP_RST                              ? REFUSAL
                        : query_int(&q, 4) != 0 || (flags & TCP_ACK) ? ANSWER
                        : query_int(&q, 5) != 0                      ? SYN_LOST
                                                                     : SYN_ANSWERED;
        double at;

        if (is_new) {
            chart_add_name(chart, query_text(&q, 1));
            first_ns = query_int(&q, 2);
            follows = false;
        }
        if (view->connection != 0 &&
            (query_int(&q, 2) < view->from_ns || query_int(&q, 2) > view->to_ns))
            continue;
        at = (double)(query_int(&q, 2) - first_ns);
        if (follows)
            chart_add_span(chart, WAITING, &(struct chart_point){before, place, at, place});
        chart_add(chart, series, at, place);
        before = at;
        follows = true;
        longest = at > longest ? at : longest;
    }
    add_linux_series(chart, longest);
    return query_close(&q);
}

const struct chart_kind chart_kind_syn_series = {
    .name = "syn-series",
    .title = "SYNs and their repetitions",
    .note =
        "Each line is a connect; a dot is a SYN, as seen nearest to the client. Linux waits 1 s,"
        " then twice as long each time; from 6.5 on it waits 1 s five times.",
    .first = "never answered, refused, or with several SYNs",
    .rules = "ttl-too-short connect-timeout",
    .missing = "no connect with several SYNs, without an answer, or refused",
    .fill = fill,
};
