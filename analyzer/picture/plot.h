/* tcpmortem plot: one picture, of any kind. */
#ifndef PLOT_H
#define PLOT_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

struct plot_options {
    const char *kind;   /* "sequence", "zoom", "ladder" or a kind of chart; NULL: sequence */
    int64_t connection; /* 0: the whole case, of which there are charts only */
    const char *file;   /* NAME.png or NAME.svg; NULL: connection-N.png and the like */
    const char *from;   /* as time_range.h takes them */
    const char *to;
};

/* Draws one picture. Without gnuplot: STATUS_OUTPUT; STATUS_USAGE if there is nothing to draw. */
enum status plot_draw(const char *case_path, const struct plot_options *options, struct error *err)
    __attribute__((warn_unused_result));

/* Writes the kinds of plots, one a line, with what they show. */
void plot_write_kinds(FILE *out);

#endif
