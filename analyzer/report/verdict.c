#include "report/verdict.h"

#include <ctype.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "case/findings.h"
#include "case/query.h"
#include "rules/severity.h"

enum {
    SUMMARY_MAX_LENGTH = 400
};

const char *verdict_severity_name(int rank)
{
    return severity_name(SEVERITIES - 1 - rank); /* there the gravest has the highest rank */
}

static enum status load_counts(struct verdict *v, const struct report *report, struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT count(*), (SELECT count(*) FROM point),"
               " (SELECT coalesce(sum(segments), 0) FROM capture),"
               " (SELECT count(DISTINCT connection_id) FROM finding"
               " WHERE severity IN ('error', 'warning')), (SELECT count(*) FROM rule),"
               " (SELECT count(*) FROM remark WHERE kind = 'broken-rule'),"
               " count(*) FILTER (WHERE outcome = 'refused'),"
               " count(*) FILTER (WHERE outcome = 'reset'),"
               " count(*) FILTER (WHERE outcome = 'unanswered') FROM connection",
               err);
    if (query_next(&q)) {
        v->connections = query_int(&q, 0);
        v->points = query_int(&q, 1);
        v->segments = query_int(&q, 2);
        v->affected = query_int(&q, 3);
        v->rules = query_int(&q, 4);
        v->broken_rules = query_int(&q, 5);
        v->refused = query_int(&q, 6);
        v->reset = query_int(&q, 7);
        v->unanswered = query_int(&q, 8);
        v->failed = v->refused + v->reset + v->unanswered;
    }
    return query_close(&q);
}

static enum status load_severities(struct verdict *v, const struct report *report,
                                   struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT " SEVERITY_RANK("severity") " AS rank, count(*) FROM finding GROUP BY rank",
               err);
    while (query_next(&q))
        v->found[query_int(&q, 0)] = query_int(&q, 1);
    return query_close(&q);
}

static char *sentence_without_stop(const char *text)
{
    char *copy = memory_copy_text(text);
    size_t length = strlen(copy);

    if (length > 0 && copy[length - 1] == '.')
        copy[length - 1] = '\0';
    return copy;
}

static enum status load_worst(struct verdict *v, const struct report *report, struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT f.summary, f.severity, count(*), count(DISTINCT a.connection_id)"
               " FROM worst w JOIN finding f ON f.id = w.finding_id"
               " JOIN worst a ON a.rule_id = w.rule_id"
               " WHERE w.place = 1 AND f.severity IN ('error', 'warning') GROUP BY w.place",
               err);
    if (query_next(&q)) {
        v->summary = sentence_without_stop(query_text(&q, 0));
        v->severity = memory_copy_text(query_text(&q, 1));
        v->alike = query_int(&q, 2);
        v->alike_connections = query_int(&q, 3);
    }
    return query_close(&q);
}

enum status verdict_load(struct verdict *verdict, const struct report *report, struct error *err)
{
    enum status status;

    *verdict = (struct verdict){0};
    status = load_counts(verdict, report, err);
    if (status == STATUS_OK)
        status = load_severities(verdict, report, err);
    if (status == STATUS_OK)
        status = load_worst(verdict, report, err);
    if (status != STATUS_OK)
        verdict_free(verdict);
    return status;
}

void verdict_free(struct verdict *verdict)
{
    free(verdict->summary);
    free(verdict->severity);
    *verdict = (struct verdict){0};
}

/* No finding is a warning, but a person who looks for what failed must not be told that all is
 * well. */
static void write_though(FILE *out, const struct verdict *v)
{
    const struct {
        int64_t count;
        const char *what;
    } ways[] = {
        {v->refused,    "refused"       },
        {v->reset,      "reset"         },
        {v->unanswered, "never answered"},
    };
    char failed[TEXT_COUNT_SIZE];
    int64_t left = v->failed;

    fputs(", though ", out);
    if (v->failed < v->connections)
        fprintf(out, "%s of them", text_count(v->failed, failed));
    else
        fputs(v->failed == 1 ? "it" : "all of them", out);
    fputs(v->failed == 1 ? " was" : " were", out);
    for (size_t i = 0; i < sizeof ways / sizeof *ways; i++) {
        bool first = left == v->failed;

        if (ways[i].count == 0)
            continue;
        left -= ways[i].count;
        fprintf(out, "%s%s", first ? " " : left == 0 ? " or " : ", ", ways[i].what);
    }
}

void verdict_write(FILE *out, enum text_style style, const struct verdict *v)
{
    char total[TEXT_COUNT_SIZE];

    if (v->rules == 0) {
        fputs("No rule has run: nothing was judged.", out);
        return;
    }
    if (v->summary == NULL && v->connections == 0) {
        fputs("There is no TCP connection: nothing was judged.", out);
        return;
    }
    if (v->summary == NULL) {
        fputs("Nothing unusual was found in ", out);
        text_write_count(out, v->connections, "connection");
        if (v->failed > 0)
            write_though(out, v);
        fputc('.', out);
        return;
    }
    fprintf(out, "%c%s: ", toupper((unsigned char)v->severity[0]), v->severity + 1);
    text_write(out, style, v->summary, SUMMARY_MAX_LENGTH);
    if (v->alike > 1) {
        fputs(" (the first of ", out);
        text_write_count(out, v->alike, "such finding");
        fputs(", on ", out);
        text_write_count(out, v->alike_connections, "connection");
        fprintf(out, " of %s)", text_count(v->connections, total));
    }
    fputc('.', out);
}

void verdict_write_counts(FILE *out, const struct verdict *v)
{
    char text[TEXT_COUNT_SIZE];
    int written = 0;

    for (int rank = 0; rank < SEVERITIES; rank++) {
        if (v->found[rank] == 0)
            continue;
        fputs(written++ > 0 ? ", " : "", out);
        if (rank == SEVERITIES - 1) /* has no plural */
            fprintf(out, "%s info", text_count(v->found[rank], text));
        else
            text_write_count(out, v->found[rank], verdict_severity_name(rank));
    }
    fputs(written > 0 ? " in " : "No findings in ", out);
    text_write_count(out, v->connections, "connection");
    if (v->failed > 0)
        fprintf(out, " (%s failed)", text_count(v->failed, text));
    fputs(", ", out);
    text_write_count(out, v->segments, "segment");
    fputs(" at ", out);
    text_write_count(out, v->points, "point");
    if (v->broken_rules > 0) {
        fputs("; ", out);
        text_write_count(out, v->broken_rules, "broken rule");
        fputs(" found nothing", out);
    }
}
