/* The charts in report.html: each a picture that is in the page itself. As an image it can neither
 * run nor load anything. */
#include "base/text.h"
#include "report/html.h"

enum {
    TITLE_MAX_LENGTH = 200
};

enum status html_charts(const struct report *report, FILE *out, struct error *err)
{
    (void)err;
    if (report->charts_count == 0)
        return STATUS_OK;
    fputs("<section id=\"pictures\">\n<h2>Pictures</h2>\n", out);
    for (size_t i = 0; i < report->charts_count; i++) {
        const struct report_chart *chart = &report->charts[i];

        fputs("<figure class=chart><img width=1600 height=900 alt=\"", out);
        text_write(out, TEXT_HTML, chart->title, TITLE_MAX_LENGTH);
        fputs("\" src=\"data:image/svg+xml;base64,", out);
        text_write_base64(out, chart->svg, chart->svg_size);
        fputs("\"></figure>\n", out);
    }
    fputs("</section>\n", out);
    return STATUS_OK;
}
