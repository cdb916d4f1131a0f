/* The Markdown of our own writers as HTML. It knows only what they write, and it writes nothing
 * but a few elements without attributes from the text: whatever the text is, it stays text. */
#ifndef HTML_MARKDOWN_H
#define HTML_MARKDOWN_H

#include <stdio.h>

#include "base/error.h"
#include "case/context.h"

/* Writes `markdown` as elements; a heading of the second level opens a <section>. A ladder in
 * Mermaid's words is written as SVG. STATUS_INPUT if the case cannot be read for that. */
enum status html_markdown_write(FILE *out, const struct report *report, const char *markdown,
                                struct error *err) __attribute__((warn_unused_result));

/* Writes a time, as time_text_iso() makes it, so that a narrow column may have it in two lines: the
 * day, the time. */
void html_markdown_write_time(FILE *out, const char *iso);

#endif
