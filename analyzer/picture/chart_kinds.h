/* The kinds of charts: the table of them is in chart_kinds.c. A new one is a line there and a file
 * that says what it is called and fills it. */
#ifndef CHART_KINDS_H
#define CHART_KINDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "case/context.h"
#include "case/time_range.h"
#include "picture/chart.h"

/* What of the case a chart shows. */
struct chart_view {
    int64_t connection;     /* 0: all of them */
    int64_t origin_ns;      /* 0 on the axis of time */
    int64_t from_ns, to_ns; /* both ends included */
};

typedef enum status chart_fill(struct chart *chart, const struct report *report,
                               const struct chart_view *view, struct error *err);

struct chart_kind {
    const char *name;
    const char *title;
    const char *note;    /* a line below the title: how to read it */
    const char *first;   /* of which connections it is where not all have room; NULL: of all */
    const char *missing; /* what there has to be for it, as "no …" */
    bool one;            /* it is of one connection */
    const char *rules;   /* whose findings it is drawn for in a report, "a b"; NULL: none */
    chart_fill *fill;
};

/* NULL: there is no such kind. */
const struct chart_kind *chart_kind_find(const char *name);

/* The table; `*count` is set to its number. Static. */
const struct chart_kind *const *chart_kinds(size_t *count);

/* Makes the chart of `connection`, or of the case (0). It has no points if there is nothing to show
 * in the range. STATUS_USAGE if the kind needs a connection, or there is no such connection. Caller
 * ends with chart_done(), in any case. */
enum status chart_make(struct chart *chart, const struct chart_kind *kind,
                       const struct report *report, int64_t connection,
                       const struct time_range *range, struct error *err)
    __attribute__((warn_unused_result));

extern const struct chart_kind chart_kind_syn_series, chart_kind_ttl, chart_kind_delay,
    chart_kind_size, chart_kind_flight;

#endif
