/* connections.csv: one line a connection, in the order of their first segments. Columns:
 * reports/README.md. */
#include "base/time_text.h"
#include "case/query.h"
#include "report/csv_blocks.h"
#include "report/csv_row.h"
#include "report/tables.h"
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

static void write_cell(struct csv_row *row, struct query *q, int column)
{
    char text[TIME_TEXT_SIZE], end[TABLE_END_SIZE];

    switch (column) {
    case CONNECTION_CLIENT:
    case CONNECTION_SERVER:
        csv_write_text(row, table_end(q, column, end));
        break;
    case CONNECTION_CLIENT_PORT:
    case CONNECTION_SERVER_PORT:
        break; /* with its address */
    case CONNECTION_OUTCOME:
    case CONNECTION_POINTS:
    case CONNECTION_LINK_METHOD:
        csv_write_text(row, query_text(q, column));
        break;
    case CONNECTION_FIRST:
        csv_write_plain(row, time_text_iso(query_int(q, column), text));
        break;
    case CONNECTION_DURATION:
        csv_write_plain(row, time_text_seconds(query_int(q, column), text));
        break;
    case CONNECTION_HANDSHAKE:
        csv_write_plain(row, table_handshake(q, text));
        break;
    case CONNECTION_LINK_CONFIDENCE:
        csv_write_plain(row, query_text(q, column));
        break;
    default:
        if (query_is_null(q, column))
            csv_write_plain(row, "");
        else
            csv_write_int(row, query_int(q, column));
    }
}

static void write_line(struct csv_row *row, struct query *q)
{
    for (int column = 0; column <= CONNECTION_FINDINGS; column++)
        write_cell(row, q, column);
    csv_end_row(row);
}

enum status connections_csv_write(const struct report *report, FILE *out, struct error *err)
{
    struct csv_row header = {.out = out};

    csv_write_header(&header, columns);
    return csv_blocks_write(report, out, TABLE_CONNECTIONS_SQL " ORDER BY c.id", write_line, err);
}
