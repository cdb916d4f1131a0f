#include "picture/chart_script.h"

#include <inttypes.h>
#include <math.h>

#include "picture/axis.h"

enum {
    CHART_WIDTH = 1600,
    CHART_HEIGHT = 900,
    LETTER_WIDTH = 9,    /* at most, on the average, of tics and legends */
    LOGARITHM_LOW = 1000 /* ns: captures seldom know less than a microsecond */
};

/* Parts of the height: where the panels lie, one or two of them. */
static const double tops[][CHART_PANELS] = {
    {0.83, 0   },
    {0.83, 0.43}
};
static const double turned_names = 0.055; /* more below the lowest */
static const double bottoms[][CHART_PANELS] = {
    {0.10, 0   },
    {0.53, 0.10}
};

/* What a logarithm cannot show lies on the lower edge. */
static double visible(const struct chart *chart, const struct chart_series *series, double y)
{
    bool clips = chart->panels[series->panel].unit == CHART_LOGARITHM_MS;

    return clips && y < LOGARITHM_LOW ? LOGARITHM_LOW : y;
}

static void write_data(FILE *out, const struct chart *chart)
{
    for (size_t i = 0; i < chart->series_count; i++) {
        const struct chart_series *series = &chart->series[i];

        fprintf(out, "$series%zu << END\n", i);
        for (size_t j = 0; j < series->count; j++)
            fprintf(out, "%.15g %.15g %.15g %.15g\n", series->points[j].x,
                    visible(chart, series, series->points[j].y), series->points[j].x2,
                    visible(chart, series, series->points[j].y2));
        fputs("END\n", out);
    }
}

struct extent {
    bool any;
    double low, high;
};

static void widen(struct extent *extent, double value)
{
    if (!extent->any || value < extent->low)
        extent->low = value;
    if (!extent->any || value > extent->high)
        extent->high = value;
    extent->any = true;
}

/* Of all panels on the axis of x, of one on its own axis. */
static struct extent extent_of(const struct chart *chart, int panel)
{
    struct extent extent = {0};

    for (size_t i = 0; i < chart->series_count; i++) {
        const struct chart_series *series = &chart->series[i];

        for (size_t j = 0; j < series->count; j++) {
            const struct chart_point *point = &series->points[j];

            if (panel >= 0 && series->panel != panel)
                continue;
            widen(&extent, panel < 0 ? point->x : point->y);
            widen(&extent, panel < 0 ? point->x2 : point->y2);
        }
    }
    return extent;
}

static void write_tic(FILE *out, enum chart_unit unit, int64_t at, int64_t step)
{
    if (unit == CHART_SECONDS)
        axis_write_seconds(out, at, step);
    else if (unit == CHART_MILLISECONDS) /* a thousand times as many seconds */
        axis_write_seconds(out, at * 1000, step * 1000);
    else
        axis_write_count(out, at);
}

/* How many characters gnuplot's string shows. */
static int length_of(const char *string)
{
    int length = -2; /* its quotes */

    for (; *string != '\0'; string++)
        length += ((unsigned char)*string & 0xC0) != 0x80;
    return length;
}

static int longest_name(const struct chart *chart)
{
    int longest = 0;

    for (size_t i = 0; i < chart->names_count; i++)
        longest = length_of(chart->names[i]) > longest ? length_of(chart->names[i]) : longest;
    return longest;
}

/* Where the axes lie, in parts of the width: names have room on the left, legends on the right. */
static double left_edge(const struct chart *chart)
{
    double names = (longest_name(chart) * LETTER_WIDTH + 40.0) / CHART_WIDTH;

    return chart->panels[0].unit == CHART_NAMES && names > 0.10 ? names : 0.10;
}

static double right_edge(const struct chart *chart)
{
    int longest = 0;
    double edge;

    for (size_t i = 0; i < chart->series_count; i++) {
        const char *legend = chart->series[i].legend;

        if (legend != NULL && length_of(legend) > longest)
            longest = length_of(legend);
    }
    edge = 1 - (longest * LETTER_WIDTH + 112.0) / CHART_WIDTH;
    return edge < 0.795 ? edge : 0.795;
}

/* Names below the axis that have no room beside each other stand upright. */
static bool must_turn(const struct chart *chart)
{
    double room = (right_edge(chart) - left_edge(chart)) * CHART_WIDTH;

    return chart->x_unit == CHART_NAMES &&
           (double)chart->names_count * (longest_name(chart) + 1) * LETTER_WIDTH > room;
}

/* Upright they stand below the lowest panel only. */
static void write_names(FILE *out, char letter, const struct chart *chart,
                        const struct chart_panel *panel)
{
    bool turned = letter == 'x' && must_turn(chart);
    bool hidden = turned && panel == &chart->panels[0] && chart->panels[1].label != NULL;

    fprintf(out, "set %ctics %s (", letter, turned ? "rotate by 90 right" : "norotate");
    for (size_t i = 0; i < chart->names_count; i++)
        fprintf(out, "%s%s %zu", i > 0 ? ", " : "", hidden ? "''" : chart->names[i], i);
    /* The first name stands on top, as in a table. */
    if (letter == 'y')
        fprintf(out, ") font ',12'\nset yrange [%zu-0.4:-0.6]\n", chart->names_count);
    else
        fprintf(out, ") font ',12'\nset xrange [-0.7:%zu-0.3]\n", chart->names_count);
}

static void write_powers(FILE *out, double high)
{
    fputs("set logscale y\nset ytics (", out);
    for (int64_t at = 1; (double)at <= high * 2; at *= 10) {
        fputs(at > 1 ? ", '" : "'", out);
        axis_write_count(out, at);
        fprintf(out, "' %" PRId64, at);
    }
    fprintf(out, ")\nset yrange [0.6:%.15g]\n", high * 2);
}

static void write_powers_ms(FILE *out, double high)
{
    const char *before = "set logscale y\nset ytics (";
    double top = LOGARITHM_LOW * 10;

    while (top < high)
        top *= 10;
    for (int64_t at = LOGARITHM_LOW; (double)at <= top; at *= 10) {
        fprintf(out, "%s'", before);
        write_tic(out, CHART_MILLISECONDS, at, at);
        fprintf(out, "' %" PRId64, at);
        before = ", ";
    }
    fprintf(out, ")\nset yrange [%d:%.15g]\n", LOGARITHM_LOW, top);
}

static void write_axis(FILE *out, char letter, const struct chart *chart,
                       const struct chart_panel *panel, const struct extent *extent)
{
    enum chart_unit unit = letter == 'x' ? chart->x_unit : panel->unit;
    bool from_zero = letter == 'y' && panel->from_zero && extent->low >= 0;
    const char *before = "";
    struct axis axis;

    if (unit == CHART_NAMES) {
        write_names(out, letter, chart, panel);
        return;
    }
    if (unit == CHART_LOGARITHM) {
        write_powers(out, extent->high);
        return;
    }
    if (unit == CHART_LOGARITHM_MS) {
        write_powers_ms(out, extent->high);
        return;
    }
    axis = axis_for(from_zero ? 0 : (int64_t)floor(extent->low), (int64_t)ceil(extent->high),
                    letter == 'x' ? 10 : 8);
    if (from_zero)
        axis.low = axis.first = 0;
    fprintf(out, "set %ctics (", letter);
    for (int64_t at = axis.first; at <= axis.high; at += axis.step) {
        fprintf(out, "%s'", before);
        write_tic(out, unit, at, axis.step);
        fprintf(out, "' %" PRId64, at);
        before = ", ";
    }
    fprintf(out, ") font ',15'\nset %crange [%" PRId64 ":%" PRId64 "]\n", letter, axis.low,
            axis.high);
}

static void write_series(FILE *out, const struct chart_series *series, size_t number)
{
    const struct chart_look *look = &series->look;

    fprintf(out, "$series%zu using ", number);
    switch (look->style) {
    case CHART_BOX:
        fprintf(out, "1:2:1:3:2:4 with boxxyerror fs transparent solid %.2f noborder lc rgb '%s'",
                look->width, look->colour);
        break;
    case CHART_VECTOR:
        fprintf(out, "1:2:($3-$1):($4-$2) with vectors nohead lw %.1f lc rgb '%s'", look->width,
                look->colour);
        break;
    case CHART_STEPS:
        fprintf(out, "1:2 with steps lw %.1f lc rgb '%s'", look->width, look->colour);
        break;
    case CHART_POINT:
        fprintf(out, "1:2 with points pt %d ps %.1f lw %.1f lc rgb '%s'", look->shape, look->size,
                look->width, look->colour);
        break;
    }
    fprintf(out, " title %s", series->legend != NULL ? series->legend : "''");
}

static size_t count_legends(const struct chart *chart, int panel)
{
    size_t count = 0;

    for (size_t i = 0; i < chart->series_count; i++)
        count += chart->series[i].panel == panel && chart->series[i].count > 0 &&
                 chart->series[i].legend != NULL;
    return count;
}

/* Every panel has the axis of x, and the lowest one its label. */
static void write_panel(FILE *out, const struct chart *chart, int panel)
{
    struct extent x = extent_of(chart, -1);
    struct extent y = extent_of(chart, panel);
    int layout = chart->panels[1].label != NULL;
    double top = tops[layout][panel];
    double bottom =
        bottoms[layout][panel] + (must_turn(chart) && panel == layout ? turned_names : 0);
    const char *before = "plot ";

    fprintf(out,
            "set tmargin at screen %.3f\nset bmargin at screen %.3f\n"
            "set label 4 %s at graph 0,screen %.3f left\nset xlabel %s\n",
            top, bottom, chart->panels[panel].label, top + 0.025,
            panel == layout ? chart->x_label : "''");
    picture_write_key(out, right_edge(chart) + 0.01, top + 0.01, count_legends(chart, panel),
                      (top - bottom) * CHART_HEIGHT);
    write_axis(out, 'x', chart, &chart->panels[panel], &x);
    write_axis(out, 'y', chart, &chart->panels[panel], &y);
    /* Bands lie below all that they are about. */
    for (size_t i = 0; i < 2 * chart->series_count; i++) {
        const struct chart_series *series = &chart->series[i % chart->series_count];

        if (series->panel != panel || series->count == 0 ||
            (series->look.style == CHART_BOX) != (i < chart->series_count))
            continue;
        fputs(before, out);
        write_series(out, series, i % chart->series_count);
        before = ", \\\n    ";
    }
    fputs(*before == 'p' ? "plot NaN notitle\n" : "\n", out);
}

static void write_output(FILE *out, const struct chart *chart, const char *terminal,
                         const char *font, const char *suffix)
{
    picture_write_terminal(out, chart->name, terminal, font, suffix, CHART_HEIGHT);
    fprintf(out,
            "set border 3 lc rgb '#808080'\nset tics nomirror out tc rgb '#303030'\n"
            "set grid lt 1 lw 1 lc rgb '#E8E8E8'\nset lmargin at screen %.3f\n"
            "set rmargin at screen %.3f\nset multiplot\n",
            left_edge(chart), right_edge(chart));
    picture_write_heading(out, chart->title, chart->subtitle, CHART_HEIGHT);
    write_panel(out, chart, 0);
    if (chart->panels[1].label != NULL) {
        fputs("unset label\nunset logscale\n", out);
        write_panel(out, chart, 1);
    }
    fputs("unset multiplot\nunset label\nunset logscale\n", out);
}

void chart_write_script(FILE *out, const struct chart *chart, int formats)
{
    fputs("reset\nset encoding utf8\n", out);
    write_data(out, chart);
    if (formats & PICTURE_PNG)
        write_output(out, chart, "pngcairo", "sans", "png");
    if (formats & PICTURE_SVG)
        write_output(out, chart, "svg dynamic", "sans-serif", "svg");
    fputs("set output\n", out);
}
