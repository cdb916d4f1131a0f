/* The end of a run at the terminal: what was found, and where to read on. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "case/context.h"
#include "case/query.h"
#include "report/report.h"
#include "report/verdict.h"

enum {
    TOP_FINDINGS = 5,
    SUMMARY_MAX_LENGTH = 160,
    REMEDY_MAX_LENGTH = 400,
    PATH_MAX_LENGTH = 500
};

/* How much of a text is whole sentences of at most `max` bytes; all of it if the first one is
 * longer. */
static size_t sentences(const char *text, size_t max)
{
    size_t end = 0, length = strlen(text);

    if (length <= max)
        return length;
    for (size_t i = 1; i < max; i++)
        if (text[i] == ' ' && text[i - 1] == '.')
            end = i;
    return end > 0 ? end : length;
}

/* What the rule of the worst finding says that can be done about it. */
static enum status write_remedy(const struct report *report, FILE *out, struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT r.remedy FROM worst w JOIN rule r ON r.id = w.rule_id WHERE w.place = 1",
               err);
    if (query_next(&q) && *query_text(&q, 0) != '\0') {
        const char *remedy = query_text(&q, 0);
        size_t length = sentences(remedy, REMEDY_MAX_LENGTH);
        char *first = memory_print("%.*s", (int)length, remedy);

        fputs("\nWhat to do: ", out);
        text_write(out, TEXT_PLAIN, first, REMEDY_MAX_LENGTH);
        fputs(remedy[length] != '\0' ? " …\n" : "\n", out);
        free(first);
    }
    return query_close(&q);
}

/* One line each, worst first, each rule once: the rest of its findings is a count. What `verdict`
 * says already is not said again. */
static enum status write_top(const struct report *report, const struct verdict *verdict, FILE *out,
                             struct error *err)
{
    int64_t written = 0;
    char more[TEXT_COUNT_SIZE];
    struct query q;

    query_open(&q, report,
               "WITH first AS (SELECT min(place) AS place, count(*) AS alike FROM worst"
               " GROUP BY rule_id ORDER BY min(place) LIMIT :limit)"
               " SELECT f.severity, f.rule_id, f.summary, f.connection_id, first.alike"
               " FROM first JOIN worst w ON w.place = first.place"
               " JOIN finding f ON f.id = w.finding_id ORDER BY first.place",
               err);
    query_bind(&q, ":limit", TOP_FINDINGS);
    for (; query_next(&q); written++) {
        bool is_verdict = written == 0 && verdict->summary != NULL;

        if (written == 0)
            fputc('\n', out);
        fprintf(out, "  %-8s", query_text(&q, 0));
        text_write(out, TEXT_PLAIN, query_text(&q, 1), SUMMARY_MAX_LENGTH);
        fputs(": ", out);
        text_write(out, TEXT_PLAIN, is_verdict ? "the verdict above" : query_text(&q, 2),
                   SUMMARY_MAX_LENGTH);
        if (!query_is_null(&q, 3))
            fprintf(out, " (connection %" PRId64 ")", query_int(&q, 3));
        if (query_int(&q, 4) > 1)
            fprintf(out, " and %s more", text_count(query_int(&q, 4) - 1, more));
        fputc('\n', out);
    }
    return query_close(&q);
}

/* Those for people; or, without them, what else was asked for. */
static void write_files(const char *dir, const char *formats, FILE *out)
{
    const char *files[REPORT_FILES_MAX];
    size_t count = report_files(formats, files);

    for (size_t i = 0; i < count; i++) {
        fputs(i == 0 ? "\nReport: " : ", ", out);
        text_write(out, TEXT_PLAIN, dir, PATH_MAX_LENGTH);
        fprintf(out, "/%s", files[i]);
    }
    fputc('\n', out);
}

enum status report_summary(const char *case_path, const char *dir, const char *formats, FILE *out,
                           struct error *err)
{
    struct verdict verdict = {0};
    struct report report;
    enum status status = report_open(&report, case_path, err);

    if (status != STATUS_OK)
        return status;
    status = verdict_load(&verdict, &report, err);
    if (status != STATUS_OK)
        goto out;
    verdict_write(out, TEXT_PLAIN, &verdict);
    fputc('\n', out);
    verdict_write_counts(out, &verdict);
    fputs(".\n", out);
    status = write_top(&report, &verdict, out, err);
    if (status == STATUS_OK && verdict.summary != NULL)
        status = write_remedy(&report, out, err);
    write_files(dir, formats, out);
out:
    verdict_free(&verdict);
    report_close(&report);
    return status;
}
