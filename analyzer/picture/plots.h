/* The pictures of a report. */
#ifndef PLOTS_H
#define PLOTS_H

#include "base/error.h"
#include "case/context.h"
#include "case/time_range.h"

/* Draws charts of what rules found and the worst connections, `max` in all, into `dir`/plots as
 * NAME.png and NAME.svg and notes them in `report->charts` and `report->pictures`. Pictures of an
 * earlier report in that folder are removed. Without gnuplot, or if it fails, a line on stderr says
 * so and there are no pictures. */
enum status plots_write(struct report *report, const char *dir, int max,
                        const struct time_range *range, struct error *err)
    __attribute__((warn_unused_result));

#endif
