/* gnuplot's script of a chart. */
#ifndef CHART_SCRIPT_H
#define CHART_SCRIPT_H

#include <stdio.h>

#include "picture/chart.h"
#include "picture/picture_script.h"

/* `formats` of PICTURE_PNG and PICTURE_SVG; the files are called after the chart. */
void chart_write_script(FILE *out, const struct chart *chart, int formats);

#endif
