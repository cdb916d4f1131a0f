/* findings.csv: one line a finding, worst first. Columns: reports/README.md. */
#include <stdlib.h>

#include "base/time_text.h"
#include "case/query.h"
#include "report/csv_row.h"
#include "report/tables.h"
#include "report/writers.h"

/* A spreadsheet holds 32,767 characters in a cell; what is beyond is counted. */
enum {
    EVIDENCE_MAX = 200
};

static const char *const columns[] = {
    "id",    "severity", "rule", "confidence", "connection", "client", "server",
    "point", "first",    "last", "summary",    "evidence",   "detail", NULL,
};

static void write_time(struct csv_row *row, struct query *q, int column)
{
    char text[TIME_TEXT_SIZE];

    csv_write_plain(row, query_is_null(q, column) ? "" : time_text_iso(query_int(q, column), text));
}

static void write_evidence(struct csv_row *row, struct query *q, int64_t finding)
{
    char *text = NULL;
    size_t size = 0;
    FILE *list = text_open(&text, &size);

    table_write_evidence(list, TEXT_PLAIN, q, finding, EVIDENCE_MAX);
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
    query_open(&evidence, report, TABLE_EVIDENCE_SQL, err);
    query_open(&q, report, TABLE_FINDINGS_SQL, err);
    while (query_next(&q)) {
        csv_write_plain(&row, query_text(&q, FINDING_ID));
        csv_write_text(&row, query_text(&q, FINDING_SEVERITY));
        csv_write_text(&row, query_text(&q, FINDING_RULE));
        csv_write_plain(&row, query_text(&q, FINDING_CONFIDENCE));
        csv_write_plain(&row, query_text(&q, FINDING_CONNECTION));
        for (int column = FINDING_CLIENT; column <= FINDING_POINT; column++)
            csv_write_text(&row, query_text(&q, column));
        write_time(&row, &q, FINDING_FIRST);
        write_time(&row, &q, FINDING_LAST);
        csv_write_text(&row, query_text(&q, FINDING_SUMMARY));
        write_evidence(&row, &evidence, query_int(&q, FINDING_ID));
        csv_write_text(&row, query_text(&q, FINDING_DETAIL));
        csv_end_row(&row);
    }
    status = query_close(&q);
    evidence_status = query_close(&evidence);
    return status != STATUS_OK ? status : evidence_status;
}
