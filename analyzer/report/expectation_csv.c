/* expected.csv of a sample: the findings without ids, in an order that does not depend on them. */
#include "base/output.h"
#include "case/query.h"
#include "report/csv_row.h"
#include "report/report.h"

static const char *const columns[] = {"rule",    "severity", "connection",
                                      "summary", "evidence", NULL};

static const char findings_sql[] =
    "SELECT rule, severity, connection, summary, evidence FROM findings"
    " ORDER BY rule, first, connection, summary, evidence";

static enum status write_findings(const struct report *report, FILE *out, struct error *err)
{
    struct csv_row row = {.out = out};
    struct query q;

    csv_write_header(&row, columns);
    query_open(&q, report, findings_sql, err);
    while (query_next(&q)) {
        for (int column = 0; columns[column] != NULL; column++)
            csv_write_text(&row, query_text(&q, column));
        csv_end_row(&row);
    }
    return query_close(&q);
}

enum status report_expectation(const char *case_path, const char *dir, struct error *err)
{
    struct output output = {0};
    struct report report;
    enum status status = report_open(&report, case_path, err);

    if (status != STATUS_OK)
        return status;
    status = output_open(&output, dir, "expected.csv", err);
    if (status == STATUS_OK)
        status = write_findings(&report, output.file, err);
    if (status == STATUS_OK)
        status = output_commit(&output, err);
    output_abandon(&output);
    report_close(&report);
    return status;
}
