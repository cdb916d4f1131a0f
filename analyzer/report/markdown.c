/* report.md: what a person attaches to a bug. Renders on GitHub and GitLab. */
#include "report/markdown.h"

#include "base/time_text.h"
#include "report/parts.h"
#include "report/verdict.h"
#include "report/writers.h"

enum {
    CELL_MAX_LENGTH = 200,
    REPORT_BYTES = 48000, /* what lies beyond is told in as little as each section can */
};

void section_start(struct section *section, FILE *out, const struct report *report,
                   const char *heading, long bytes)
{
    long start = ftell(out);
    long end = start + bytes < REPORT_BYTES ? start + bytes : REPORT_BYTES;

    *section = (struct section){.out = out, .report = report, .end = end};
    fprintf(out, "\n## %s\n\n", heading);
}

bool section_has_room(const struct section *section)
{
    return ftell(section->out) < section->end;
}

void section_write_more(const struct section *section, int64_t count, const char *where)
{
    char text[TEXT_COUNT_SIZE];

    if (count > 0)
        fprintf(section->out, "\n%s more in %s.\n", text_count(count, text), where);
}

void section_write_cell(const struct section *section, enum text_style style, const char *text)
{
    text_write(section->out, style, text, CELL_MAX_LENGTH);
    fputs(" | ", section->out);
}

void section_write_time(const struct section *section, struct query *q, int column)
{
    char text[TIME_TEXT_SIZE];
    bool known = !query_is_null(q, column);

    fprintf(section->out, "%s | ", known ? time_text_iso(query_int(q, column), text) : "–");
}

enum status markdown_verdict(const struct report *report, FILE *out, struct error *err)
{
    struct verdict verdict;
    enum status status = verdict_load(&verdict, report, err);

    if (status != STATUS_OK)
        return status;
    fputs("# TCP post-mortem\n\n**", out);
    verdict_write(out, TEXT_MARKDOWN, &verdict);
    fputs("**\n\n", out);
    verdict_write_counts(out, &verdict);
    fputs(".\n", out);
    verdict_free(&verdict);
    return STATUS_OK;
}

enum status markdown_write(const struct report *report, FILE *out, struct error *err)
{
    size_t count;
    const struct report_part *parts = report_parts(&count);
    enum status status = STATUS_OK;

    for (size_t i = 0; i < count && status == STATUS_OK; i++)
        status = parts[i].markdown(report, out, err);
    return status;
}
