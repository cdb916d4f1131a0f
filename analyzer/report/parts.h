/* What a report tells, in its order: report.md and report.html have the same content. */
#ifndef REPORT_PARTS_H
#define REPORT_PARTS_H

#include <stddef.h>

#include "report/writers.h"

struct report_part {
    report_writer *markdown;
    report_writer *html; /* NULL: made of its Markdown */
};

/* The parts; `*count` is set to their number. Static. */
const struct report_part *report_parts(size_t *count);

#endif
