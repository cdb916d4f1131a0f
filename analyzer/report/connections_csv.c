/* connections.csv: one line a connection, in the order of their first segments. Columns:
 * reports/README.md. */
#include "report/csv_row.h"
#include "report/query.h"
#include "report/time_text.h"
#include "report/writers.h"

static const char *const columns[] = {
    "id",
    "client",
    "server",
    "outcome",
    "first",
    "seconds",
    "legs",
    "points",
    "handshake_ms",
    "segments_client",
    "segments_server",
    "bytes_client",
    "bytes_server",
    "syns",
    "rsts_client",
    "rsts_server",
    "link_method",
    "link_confidence",
    "reuse_of",
    "findings",
    NULL,
};

/* `way` has one row a leg; nth = 1 is the one nearest to the client, whose counts are told. */
static const char connections_sql[] =
    "WITH way AS ("
    " SELECT l.*, row_number() OVER near AS nth, group_concat(p.name, ' ') OVER"
    " (near ROWS BETWEEN UNBOUNDED PRECEDING AND UNBOUNDED FOLLOWING) AS points"
    " FROM leg l JOIN point p ON p.id = l.point_id"
    " WINDOW near AS (PARTITION BY l.connection_id ORDER BY l.path_position, l.id)),"
    " count AS (SELECT connection_id, count(*) AS findings FROM finding GROUP BY connection_id) "
    "SELECT c.id, c.client_addr || ':' || c.client_port, c.server_addr || ':' || c.server_port,"
    " c.outcome, c.first_ns, c.last_ns - c.first_ns, c.legs, way.points,"
    " iif(c.handshake_ns IS NULL, '', printf('%.6f', c.handshake_ns / 1e6)),"
    " segments_client, segments_server, bytes_client, bytes_server, syns, rsts_client, rsts_server,"
    " c.link_method, iif(c.link_confidence IS NULL, '', printf('%.3f', c.link_confidence)),"
    " c.reuse_of, coalesce(count.findings, 0)"
    " FROM connection c LEFT JOIN way ON way.connection_id = c.id AND way.nth = 1"
    " LEFT JOIN count ON count.connection_id = c.id ORDER BY c.id";

enum column {
    CLIENT = 1,
    SERVER,
    OUTCOME,
    FIRST,
    SECONDS,
    POINTS = 7,
    LINK_METHOD = 16
};

static void write_cell(struct csv_row *row, struct query *q, int column)
{
    char text[TIME_TEXT_SIZE];

    switch (column) {
    case CLIENT:
    case SERVER:
    case OUTCOME:
    case POINTS:
    case LINK_METHOD:
        csv_write_text(row, query_text(q, column));
        break;
    case FIRST:
        csv_write_plain(row, time_text_iso(query_int(q, column), text));
        break;
    case SECONDS:
        csv_write_plain(row, time_text_seconds(query_int(q, column), text));
        break;
    default:
        csv_write_plain(row, query_text(q, column));
    }
}

enum status connections_csv_write(const struct report *report, FILE *out, struct error *err)
{
    struct csv_row row = {.out = out};
    struct query q;

    csv_write_header(&row, columns);
    query_open(&q, report, connections_sql, err);
    while (query_next(&q)) {
        for (int column = 0; columns[column] != NULL; column++)
            write_cell(&row, &q, column);
        csv_end_row(&row);
    }
    return query_close(&q);
}
