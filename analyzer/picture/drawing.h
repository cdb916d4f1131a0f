/* The pictures and charts that one run of gnuplot draws. */
#ifndef DRAWING_H
#define DRAWING_H

#include "base/error.h"
#include "case/context.h"
#include "picture/chart.h"
#include "picture/picture_set.h"

enum {
    DRAWING_CHARTS = 8
};

struct drawing {
    struct picture_set set;
    struct chart charts[DRAWING_CHARTS];
    size_t charts_count;
};

/* Draws all into `folder`, each under its name; `formats` as of picture_write_script(). */
enum status drawing_draw(const struct drawing *drawing, const char *folder, int formats,
                         struct error *err) __attribute__((warn_unused_result));

void drawing_done(struct drawing *drawing);

#endif
