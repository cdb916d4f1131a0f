/* What report.md shows of findings and connections: tables and pictures. */
#include <inttypes.h>

#include "base/time_text.h"
#include "case/query.h"
#include "report/markdown.h"

enum {
    FINDINGS_BYTES = 12000,
    FINDINGS_MAX = 50,
    RULE_MAX = 10, /* of more than those: findings of one rule */
    FAILED_BYTES = 4000,
    FAILED_MAX = 25,
    OUTCOME_MAX = 8, /* of more than those: connections with one outcome */
    PICTURES_BYTES = 4000,
};

enum status markdown_findings(const struct report *report, FILE *out, struct error *err)
{
    struct section section;
    int64_t written = 0;
    int64_t left = 0;
    struct query q;

    query_open(&q, report,
               "SELECT f.id, f.severity, f.rule_id, f.connection_id, f.first_ns, f.confidence,"
               " f.summary, w.total"
               " FROM (SELECT finding_id, place, count(*) OVER () AS total,"
               "  row_number() OVER (PARTITION BY rule_id ORDER BY place) AS nth FROM worst) w"
               " JOIN finding f ON f.id = w.finding_id"
               " WHERE w.total <= :limit OR w.nth <= :rule ORDER BY w.place LIMIT :limit",
               err);
    query_bind(&q, ":limit", FINDINGS_MAX);
    query_bind(&q, ":rule", RULE_MAX);
    while (query_next(&q)) {
        if (written == 0) {
            section_start(&section, out, report, "Findings", FINDINGS_BYTES);
            fputs("| id | severity | rule | connection | first (UTC) | confidence | finding |\n"
                  "| ---: | --- | --- | ---: | --- | ---: | --- |\n",
                  out);
            left = query_int(&q, 7);
        }
        if (!section_has_room(&section))
            break;
        fprintf(out, "| %" PRId64 " | ", query_int(&q, 0));
        section_write_cell(&section, TEXT_MARKDOWN, query_text(&q, 1));
        section_write_cell(&section, TEXT_CODE, query_text(&q, 2));
        section_write_cell(&section, TEXT_MARKDOWN, query_is_null(&q, 3) ? "–" : query_text(&q, 3));
        section_write_time(&section, &q, 4);
        fprintf(out, "%.0f %% | ", query_real(&q, 5) * 100);
        section_write_cell(&section, TEXT_MARKDOWN, query_text(&q, 6));
        fputc('\n', out);
        written++;
    }
    if (written > 0)
        section_write_more(&section, left - written, "[findings.csv](findings.csv)");
    return query_close(&q);
}

/* "1,667 unanswered, 1,667 refused" */
static enum status write_outcomes(FILE *out, const struct report *report, struct error *err)
{
    char text[TEXT_COUNT_SIZE];
    const char *before = "";
    struct query q;

    query_open(&q, report,
               "SELECT outcome, count(*) FROM connection"
               " WHERE outcome IN ('refused', 'unanswered', 'reset') GROUP BY outcome"
               " ORDER BY count(*) DESC, outcome",
               err);
    for (; query_next(&q); before = ", ")
        fprintf(out, "%s%s %s", before, text_count(query_int(&q, 1), text), query_text(&q, 0));
    fputs(".\n\n", out);
    return query_close(&q);
}

enum status markdown_failed(const struct report *report, FILE *out, struct error *err)
{
    char text[TIME_TEXT_SIZE];
    enum status status = STATUS_OK, closed;
    struct section section;
    int64_t written = 0;
    int64_t left = 0;
    struct query q;

    query_open(&q, report,
               "SELECT id, client_addr || ':' || client_port, server_addr || ':' || server_port,"
               " outcome, first_ns, last_ns - first_ns, total"
               " FROM (SELECT *, count(*) OVER () AS total,"
               "  row_number() OVER (PARTITION BY outcome ORDER BY id) AS nth FROM connection"
               "  WHERE outcome IN ('refused', 'unanswered', 'reset'))"
               " WHERE total <= :limit OR nth <= :outcome ORDER BY id LIMIT :limit",
               err);
    query_bind(&q, ":limit", FAILED_MAX);
    query_bind(&q, ":outcome", OUTCOME_MAX);
    while (query_next(&q)) {
        if (written == 0) {
            section_start(&section, out, report, "Connections that failed", FAILED_BYTES);
            status = write_outcomes(out, report, err);
            fputs("| id | client | server | outcome | first (UTC) | lasted |\n"
                  "| ---: | --- | --- | --- | --- | ---: |\n",
                  out);
            left = query_int(&q, 6);
        }
        if (!section_has_room(&section))
            break;
        fprintf(out, "| %" PRId64 " | ", query_int(&q, 0));
        section_write_cell(&section, TEXT_CODE, query_text(&q, 1));
        section_write_cell(&section, TEXT_CODE, query_text(&q, 2));
        section_write_cell(&section, TEXT_MARKDOWN, query_text(&q, 3));
        section_write_time(&section, &q, 4);
        fprintf(out, "%s |\n", time_text_human(query_int(&q, 5), text));
        written++;
    }
    if (written > 0)
        section_write_more(&section, left - written, "[connections.csv](connections.csv)");
    closed = query_close(&q);
    return status != STATUS_OK ? status : closed;
}

static void write_picture(FILE *out, int64_t connection, const char *what, const char *suffix)
{
    fprintf(out,
            "[![connection %" PRId64 "%s](plots/connection-%" PRId64
            "%s.png)](plots/connection-%" PRId64 "%s.svg)\n\n",
            connection, what, connection, suffix, connection, suffix);
}

/* The most telling picture of a connection: around the evidence, or its ladder. */
static void write_best(FILE *out, const struct report_picture *picture)
{
    if (picture->ladder)
        write_picture(out, picture->connection, ", segment by segment", "-ladder");
    else if (picture->zoom)
        write_picture(out, picture->connection, ", around the evidence", "-zoom");
    else
        write_picture(out, picture->connection, "", "");
}

enum status markdown_first_picture(const struct report *report, FILE *out, struct error *err)
{
    (void)err;
    if (report->pictures_count == 0)
        return STATUS_OK;
    fputc('\n', out);
    write_best(out, &report->pictures[0]);
    return STATUS_OK;
}

/* The rest, but for the time-sequence diagrams of ladders: they are in plots/. */
enum status markdown_pictures(const struct report *report, FILE *out, struct error *err)
{
    size_t count = report->pictures_count;
    struct section section;
    size_t shown = 0;

    (void)err;
    if (report->charts_count == 0 && (count == 0 || (count == 1 && !report->pictures[0].zoom)))
        return STATUS_OK;
    section_start(&section, out, report, "Pictures", PICTURES_BYTES);
    for (size_t i = 0; i < report->charts_count; i++) {
        const struct report_chart *chart = &report->charts[i];

        fprintf(out, "[![%s](plots/%s.png)](plots/%s.svg)\n\n", chart->title, chart->name,
                chart->name);
    }
    for (; shown < count && section_has_room(&section); shown++) {
        const struct report_picture *picture = &report->pictures[shown];

        if (shown > 0)
            write_best(out, picture);
        if (picture->zoom && !picture->ladder)
            write_picture(out, picture->connection, "", "");
    }
    section_write_more(&section, (int64_t)(count - shown), "`plots/`");
    return STATUS_OK;
}
