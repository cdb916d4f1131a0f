/* The sections of report.md. Each stays below a number of bytes of its own, whatever the case:
 * the sum is what keeps the report below 60 kB, so that it can be attached and still be read. */
#ifndef MARKDOWN_H
#define MARKDOWN_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "case/context.h"
#include "case/query.h"

/* What a section may still write: it asks before each row, and a row is at most some 2 kB. */
struct section {
    FILE *out;
    const struct report *report;
    long end; /* position in `out` */
};

/* Lines of their own around what is shown folded. */
#define MARKDOWN_FOLD_BEGIN "<details><summary>Values, meaning, reference</summary>"
#define MARKDOWN_FOLD_END   "</details>"

/* Writes the heading and starts the section. */
void section_start(struct section *section, FILE *out, const struct report *report,
                   const char *heading, long bytes);
bool section_has_room(const struct section *section);

/* "\n12 more are in `findings.csv`.\n", or nothing if `count` is 0. */
void section_write_more(const struct section *section, int64_t count, const char *where);

/* A cell and the bar behind it. A NULL time is a dash. */
void section_write_cell(const struct section *section, enum text_style style, const char *text);
void section_write_time(const struct section *section, struct query *q, int column);

enum status markdown_verdict(const struct report *report, FILE *out, struct error *err);
enum status markdown_what_happened(const struct report *report, FILE *out, struct error *err);

enum {
    MARKDOWN_EVIDENCE_LINES = 20 /* of a finding with more the first and the last */
};
enum status markdown_evidence(const struct report *report, FILE *out, int64_t finding,
                              struct error *err);
enum status markdown_findings(const struct report *report, FILE *out, struct error *err);
/* The picture that shows the verdict, and all others. */
enum status markdown_first_picture(const struct report *report, FILE *out, struct error *err);
enum status markdown_pictures(const struct report *report, FILE *out, struct error *err);
enum status markdown_failed(const struct report *report, FILE *out, struct error *err);
enum status markdown_contrast(const struct report *report, FILE *out, struct error *err);
enum status markdown_captures(const struct report *report, FILE *out, struct error *err);
enum status markdown_clocks(const struct report *report, FILE *out, struct error *err);
enum status markdown_delays(const struct report *report, FILE *out, struct error *err);
enum status markdown_remarks(const struct report *report, FILE *out, struct error *err);
enum status markdown_reproduce(const struct report *report, FILE *out, struct error *err);

#endif
