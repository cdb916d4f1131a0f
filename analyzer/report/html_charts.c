/* The charts in report.html: each a picture that is in the page itself. As an image it can neither
 * run nor load anything. */
#include <nettle/base64.h>

#include "base/text.h"
#include "report/html.h"

enum {
    TITLE_MAX_LENGTH = 200,
    CHUNK = 3 * 1024 /* bytes that become whole groups of base64 */
};

static void write_base64(FILE *out, const char *bytes, size_t size)
{
    char text[BASE64_ENCODE_RAW_LENGTH(CHUNK)];

    for (size_t at = 0; at < size; at += CHUNK) {
        size_t length = size - at < CHUNK ? size - at : CHUNK;

        base64_encode_raw(text, length, (const uint8_t *)bytes + at);
        fwrite(text, 1, BASE64_ENCODE_RAW_LENGTH(length), out);
    }
}

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
        write_base64(out, chart->svg, chart->svg_size);
        fputs("\"></figure>\n", out);
    }
    fputs("</section>\n", out);
    return STATUS_OK;
}
