/* report.html: the same as report.md in one file that needs no network, with a graph, ladders and
 * tables that can be used. */
#include "report/html.h"

#include <stdlib.h>
#include <string.h>

#include "base/text.h"
#include "report/html_asset.h"
#include "report/html_markdown.h"
#include "report/parts.h"
#include "report/verdict.h"

enum {
    TITLE_MAX_LENGTH = 200
};

static enum status write_title(const struct report *report, FILE *out, struct error *err)
{
    struct verdict verdict;
    char *title = NULL;
    size_t size = 0;
    enum status status = verdict_load(&verdict, report, err);

    if (status != STATUS_OK)
        return status;
    FILE *stream = text_open(&title, &size);
    verdict_write(stream, TEXT_PLAIN, &verdict);
    fclose(stream);
    text_write(out, TEXT_HTML, title, TITLE_MAX_LENGTH);
    free(title);
    verdict_free(&verdict);
    return STATUS_OK;
}

enum status html_verdict(const struct report *report, FILE *out, struct error *err)
{
    struct verdict verdict;
    enum status status = verdict_load(&verdict, report, err);
    const char *severity;

    if (status != STATUS_OK)
        return status;
    severity = verdict.severity != NULL ? verdict.severity : "none";
    fprintf(out, "<header>\n<h1>TCP post-mortem</h1>\n<p class=\"verdict ");
    text_write(out, TEXT_HTML, severity, TITLE_MAX_LENGTH);
    fputs("\">", out);
    verdict_write(out, TEXT_HTML, &verdict);
    fputs("</p>\n<p class=counts>", out);
    verdict_write_counts(out, &verdict);
    fputs(".</p>\n</header>\n", out);
    verdict_free(&verdict);
    return STATUS_OK;
}

/* One part, made of its Markdown if it has no writer of its own. */
static enum status write_part(const struct report *report, FILE *out,
                              const struct report_part *part, struct error *err)
{
    char *markdown = NULL;
    size_t size = 0;
    enum status status;
    FILE *stream;

    if (part->html != NULL)
        return part->html(report, out, err);
    stream = text_open(&markdown, &size);
    status = part->markdown(report, stream, err);
    fclose(stream);
    if (status == STATUS_OK)
        status = html_markdown_write(out, report, markdown, err);
    free(markdown);
    return status;
}

/* The way through the page: a link for each section. What comes from the case is escaped, so that
 * what looks like one is one. */
static void write_contents(FILE *out, const char *body)
{
    static const char begin[] = "<section id=\"";
    static const char title[] = "<h2>";

    fputs("<nav aria-label=Contents><ul>\n", out);
    while ((body = strstr(body, begin)) != NULL) {
        const char *id = body + sizeof begin - 1;
        const char *text = strstr(id, title);

        if (text == NULL)
            break;
        text += sizeof title - 1;
        fprintf(out, "<li><a href=\"#%.*s\">%.*s</a></li>\n", (int)strcspn(id, "\""), id,
                (int)strcspn(text, "<"), text);
        body = text;
    }
    fputs("</ul></nav>\n", out);
}

static enum status write_body(const struct report *report, FILE *out, struct error *err)
{
    size_t count;
    const struct report_part *parts = report_parts(&count);
    enum status status = STATUS_OK;

    for (size_t i = 1; i < count && status == STATUS_OK; i++)
        status = write_part(report, out, &parts[i], err);
    return status;
}

enum status html_write(const struct report *report, FILE *out, struct error *err)
{
    char *body = NULL;
    size_t size = 0, count;
    FILE *stream = text_open(&body, &size);
    enum status status = write_body(report, stream, err);

    fclose(stream);
    fputs("<!DOCTYPE html>\n<html lang=en>\n<head>\n<meta charset=utf-8>\n"
          "<meta http-equiv=Content-Security-Policy content=\"",
          out);
    html_asset_write_policy(out, report->charts_count > 0);
    fputs("\">\n<meta name=viewport content=\"width=device-width\">\n"
          "<meta name=referrer content=no-referrer>\n"
          "<meta name=color-scheme content=\"light dark\">\n<title>",
          out);
    if (status == STATUS_OK)
        status = write_title(report, out, err);
    fputs("</title>\n", out);
    html_asset_write_styles(out);
    fputs("</head>\n<body>\n<a class=skip href=\"#main\">Skip to the findings</a>\n", out);
    if (status == STATUS_OK)
        status = write_part(report, out, &report_parts(&count)[0], err);
    write_contents(out, body);
    fputs("<main id=main tabindex=-1>\n", out);
    fwrite(body, 1, size, out);
    fputs("</main>\n<footer><p>Made by tcpmortem " VERSION ".", out);
    if (html_asset_has_graph())
        fputs(" The graph is drawn by dygraphs (© Dan Vanderkam and others, MIT licence).", out);
    fputs(" This file needs no network and asks for nothing.</p></footer>\n", out);
    html_asset_write_scripts(out);
    fputs("</body>\n</html>\n", out);
    free(body);
    return status;
}
