/* The tables of report.html that are more than those of report.md: all rows, up to a bound, and
 * the numbers to sort them by. */
#include <inttypes.h>

#include "base/time_text.h"
#include "report/html.h"
#include "report/html_markdown.h"
#include "report/tables.h"
#include "report/verdict.h"
#include "rules/severity.h"

enum {
    FINDINGS_MAX = 2000,
    CONNECTIONS_MAX = 2000,
    EVIDENCE_MAX = 4,
    TEXT_MAX_LENGTH = 1000,
};

static void write_text(FILE *out, const char *class, const char *text)
{
    fprintf(out, "<td%s%s>", *class != '\0' ? " class=" : "", class);
    text_write(out, TEXT_HTML, text, TEXT_MAX_LENGTH);
    fputs("</td>", out);
}

/* `key` is what the column is sorted by. */
static void write_number(FILE *out, int64_t key, const char *text)
{
    fprintf(out, "<td class=number data-sort=%" PRId64 ">%s</td>", key, text);
}

static void write_time(FILE *out, struct query *q, int column)
{
    char text[TIME_TEXT_SIZE];

    if (query_is_null(q, column)) {
        fputs("<td>–</td>", out);
        return;
    }
    fprintf(out, "<td class=time data-sort=%" PRId64 ">", query_int(q, column));
    html_markdown_write_time(out, time_text_iso(query_int(q, column), text));
    fputs("</td>", out);
}

static void write_count(FILE *out, struct query *q, int column)
{
    char text[TEXT_COUNT_SIZE];

    write_number(out, query_int(q, column), text_count(query_int(q, column), text));
}

/* The rows that had no room. */
static void end_table(FILE *out, int64_t all, int64_t max, const char *file)
{
    char text[TEXT_COUNT_SIZE];

    fputs("</tbody></table></div>\n", out);
    if (all > max)
        fprintf(out, "<p>%s more in <code>%s</code>.</p>\n", text_count(all - max, text), file);
    fputs("</section>\n", out);
}

static void write_finding(FILE *out, struct query *q, struct query *evidence)
{
    int64_t id = query_int(q, FINDING_ID);

    fprintf(out, "<tr id=finding-%" PRId64 " data-finding=%" PRId64 ">", id, id);
    fprintf(out, "<td class=number>%" PRId64 "</td>", id);
    fprintf(out, "<td data-sort=%d class=severity>",
            SEVERITIES - 1 - severity_rank(query_text(q, FINDING_SEVERITY)));
    text_write(out, TEXT_HTML, query_text(q, FINDING_SEVERITY), TEXT_MAX_LENGTH);
    fputs("</td>", out);
    write_text(out, "address", query_text(q, FINDING_RULE));
    if (query_is_null(q, FINDING_CONNECTION))
        fputs("<td class=number>–</td>", out);
    else
        write_count(out, q, FINDING_CONNECTION);
    write_time(out, q, FINDING_FIRST);
    fprintf(out, "<td class=number>%.0f %%</td><td>", query_real(q, FINDING_CONFIDENCE) * 100);
    text_write(out, TEXT_HTML, query_text(q, FINDING_SUMMARY), TEXT_MAX_LENGTH);
    fputs("</td><td class=code>", out);
    table_write_evidence(out, TEXT_HTML, evidence, id, EVIDENCE_MAX);
    fputs("</td></tr>\n", out);
}

enum status html_findings(const struct report *report, FILE *out, struct error *err)
{
    enum status status, evidence_status;
    struct query q, evidence;
    int64_t all = 0;

    query_open(&evidence, report, TABLE_EVIDENCE_SQL, err);
    query_open(&q, report, TABLE_FINDINGS_SQL, err);
    while (query_next(&q)) {
        if (all++ == 0)
            fputs("<section id=\"findings\">\n<h2>Findings</h2>\n"
                  "<div class=wide tabindex=0><table class=sortable><caption>Findings, the worst"
                  " first</caption>\n<thead><tr><th scope=col class=number>id</th>"
                  "<th scope=col>severity</th><th scope=col>rule</th>"
                  "<th scope=col class=number>connection</th>"
                  "<th scope=col>first (UTC)</th>"
                  "<th scope=col class=number>confidence</th><th scope=col>finding</th>"
                  "<th scope=col>evidence</th></tr></thead>\n<tbody>\n",
                  out);
        if (all <= FINDINGS_MAX)
            write_finding(out, &q, &evidence);
    }
    if (all > 0)
        end_table(out, all, FINDINGS_MAX, "findings.csv");
    status = query_close(&q);
    evidence_status = query_close(&evidence);
    return status != STATUS_OK ? status : evidence_status;
}

static void write_connection(FILE *out, struct query *q)
{
    static const int counts[] = {
        CONNECTION_SEGMENTS_CLIENT, CONNECTION_SEGMENTS_SERVER, CONNECTION_BYTES_CLIENT,
        CONNECTION_BYTES_SERVER,    CONNECTION_RSTS_CLIENT,     CONNECTION_RSTS_SERVER,
        CONNECTION_FINDINGS,
    };
    char text[TIME_TEXT_SIZE], end[TABLE_END_SIZE];

    fprintf(out, "<tr data-connection=%" PRId64 ">", query_int(q, CONNECTION_ID));
    write_count(out, q, CONNECTION_ID);
    write_text(out, "address", table_end(q, CONNECTION_CLIENT, end));
    write_text(out, "address", table_end(q, CONNECTION_SERVER, end));
    write_text(out, "", query_text(q, CONNECTION_OUTCOME));
    write_time(out, q, CONNECTION_FIRST);
    write_number(out, query_int(q, CONNECTION_DURATION),
                 time_text_human(query_int(q, CONNECTION_DURATION), text));
    write_text(out, "code", query_text(q, CONNECTION_POINTS));
    write_text(out, "number", table_handshake(q, text));
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        write_count(out, q, counts[i]);
    fputs("</tr>\n", out);
}

enum status html_connections(const struct report *report, FILE *out, struct error *err)
{
    int64_t all = 0;
    struct query q;

    query_open(&q, report, TABLE_CONNECTIONS_SQL " ORDER BY count.findings IS NULL, c.id", err);
    query_bind(&q, ":first", INT64_MIN);
    query_bind(&q, ":last", INT64_MAX);
    while (query_next(&q)) {
        if (all++ == 0)
            fputs(
                "<section id=\"connections\">\n<h2>Connections</h2>\n"
                "<div class=wide tabindex=0><table class=sortable><caption>Connections, those with"
                " findings first; counts as seen nearest to the client</caption>\n<thead><tr>"
                "<th scope=col class=number>id</th><th scope=col>client</th>"
                "<th scope=col>server</th><th scope=col>outcome</th>"
                "<th scope=col>first (UTC)</th>"
                "<th scope=col class=number>lasted</th><th scope=col>points</th>"
                "<th scope=col class=number>handshake ms</th>"
                "<th scope=col class=number>segments of client</th>"
                "<th scope=col class=number>of server</th>"
                "<th scope=col class=number>bytes of client</th>"
                "<th scope=col class=number>of server</th>"
                "<th scope=col class=number>RSTs of client</th>"
                "<th scope=col class=number>of server</th>"
                "<th scope=col class=number>findings</th></tr></thead>\n<tbody>\n",
                out);
        if (all <= CONNECTIONS_MAX)
            write_connection(out, &q);
    }
    if (all > 0)
        end_table(out, all, CONNECTIONS_MAX, "connections.csv");
    return query_close(&q);
}
