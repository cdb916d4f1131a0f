/* The data of the graph in report.html, as html/graph.js takes it: a script element of JSON. */
#ifndef HTML_GRAPH_DATA_H
#define HTML_GRAPH_DATA_H

#include <stdio.h>

#include "base/error.h"
#include "case/context.h"
#include "picture/picture_set.h"

enum {
    HTML_GRAPH_FINDINGS_MAX = 2000 /* the worst; more are in the report only */
};

/* Writes the pictures of `set`, which have their graphs, and the findings about them. */
enum status html_graph_write_data(const struct report *report, const struct picture_set *set,
                                  FILE *out, struct error *err) __attribute__((warn_unused_result));

#endif
