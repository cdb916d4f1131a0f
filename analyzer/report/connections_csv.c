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

/* `near` is the leg nearest to the client, whose counts are told: the columns are those of the row
 * with the minimum. Only the few columns are sorted that are needed: a leg has many. */
static const char connections_sql[] =
    "WITH near AS MATERIALIZED ("
    " SELECT connection_id, min(path_position), point_id, segments_client, segments_server,"
    " bytes_client, bytes_server, syns, rsts_client, rsts_server FROM leg GROUP BY connection_id),"
    " way AS MATERIALIZED ("
    " SELECT connection_id, group_concat(name, ' ') AS points FROM ("
    " SELECT l.connection_id, p.name FROM leg l JOIN connection c ON c.id = l.connection_id"
    " JOIN point p ON p.id = l.point_id WHERE c.legs > 1"
    " ORDER BY l.connection_id, l.path_position, l.id) GROUP BY connection_id),"
    " count AS MATERIALIZED ("
    " SELECT connection_id, count(*) AS findings FROM finding GROUP BY connection_id) "
    "SELECT c.id, c.client_addr || ':' || c.client_port, c.server_addr || ':' || c.server_port,"
    " c.outcome, c.first_ns, c.last_ns - c.first_ns, c.legs, coalesce(way.points, p.name),"
    " iif(c.handshake_ns IS NULL, '', printf('%.6f', c.handshake_ns / 1e6)),"
    " segments_client, segments_server, bytes_client, bytes_server, syns, rsts_client, rsts_server,"
    " c.link_method, iif(c.link_confidence IS NULL, '', printf('%.3f', c.link_confidence)),"
    " c.reuse_of, coalesce(count.findings, 0)"
    " FROM connection c LEFT JOIN near ON near.connection_id = c.id"
    " LEFT JOIN point p ON p.id = near.point_id LEFT JOIN way ON way.connection_id = c.id"
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
