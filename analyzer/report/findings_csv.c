/* findings.csv: one line a finding, worst first. Columns: reports/README.md. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "report/csv_row.h"
#include "report/query.h"
#include "report/time_text.h"
#include "report/writers.h"

/* A spreadsheet holds 32,767 characters in a cell; what is beyond is counted. */
enum {
    EVIDENCE_MAX = 200,
    NAME_MAX_LENGTH = 80
};

static const char *const columns[] = {
    "id",    "severity", "rule", "confidence", "connection", "client", "server",
    "point", "first",    "last", "summary",    "evidence",   "detail", NULL,
};

static const char findings_sql[] =
    "SELECT f.id, f.severity, f.rule_id, printf('%.3f', f.confidence), f.connection_id,"
    " c.client_addr || ':' || c.client_port, c.server_addr || ':' || c.server_port, p.name,"
    " f.first_ns, f.last_ns, f.summary, f.detail"
    " FROM worst w JOIN finding f ON f.id = w.finding_id"
    " LEFT JOIN connection c ON c.id = f.connection_id"
    " LEFT JOIN leg l ON l.id = f.leg_id LEFT JOIN point p ON p.id = l.point_id"
    " ORDER BY w.place";

static const char evidence_sql[] =
    "SELECT e.role, p.name, s.frame"
    " FROM evidence e JOIN segment s ON s.id = e.segment_id"
    " JOIN leg l ON l.id = s.leg_id JOIN point p ON p.id = l.point_id"
    " WHERE e.finding_id = :finding ORDER BY e.segment_id, e.role";

static void write_time(struct csv_row *row, struct query *q, int column)
{
    char text[TIME_TEXT_SIZE];

    csv_write_plain(row, query_is_null(q, column) ? "" : time_text_iso(query_int(q, column), text));
}

/* "late segment host#562, RST host#563" */
static void write_evidence(struct csv_row *row, struct query *q, int64_t finding)
{
    char *text = NULL;
    size_t size = 0;
    int64_t count = 0;
    FILE *list = text_open(&text, &size);

    query_bind(q, ":finding", finding);
    for (; query_next(q); count++) {
        if (count >= EVIDENCE_MAX)
            continue;
        fputs(count > 0 ? ", " : "", list);
        text_write(list, TEXT_PLAIN, query_text(q, 0), NAME_MAX_LENGTH);
        fputc(' ', list);
        report_write_frame(list, TEXT_PLAIN, q->report, query_text(q, 1), query_int(q, 2));
    }
    query_rewind(q);
    if (count > EVIDENCE_MAX)
        fprintf(list, ", and %" PRId64 " more", count - EVIDENCE_MAX);
    fclose(list);
    csv_write_text(row, text);
    free(text);
}

enum status findings_csv_write(const struct report *report, FILE *out, struct error *err)
{
    struct csv_row row = {.out = out};
    enum status status, evidence_status;
    struct query q, evidence;

    csv_write_header(&row, columns);
    query_open(&evidence, report, evidence_sql, err);
    query_open(&q, report, findings_sql, err);
    while (query_next(&q)) {
        csv_write_plain(&row, query_text(&q, 0));
        csv_write_text(&row, query_text(&q, 1));
        csv_write_text(&row, query_text(&q, 2));
        csv_write_plain(&row, query_text(&q, 3));
        csv_write_plain(&row, query_text(&q, 4));
        for (int column = 5; column <= 7; column++)
            csv_write_text(&row, query_text(&q, column));
        write_time(&row, &q, 8);
        write_time(&row, &q, 9);
        csv_write_text(&row, query_text(&q, 10));
        write_evidence(&row, &evidence, query_int(&q, 0));
        csv_write_text(&row, query_text(&q, 11));
        csv_end_row(&row);
    }
    status = query_close(&q);
    evidence_status = query_close(&evidence);
    return status != STATUS_OK ? status : evidence_status;
}
