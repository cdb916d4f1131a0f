/* A chart: series of points over one axis, in one or two panels above each other. What a picture
 * of a kind of its own (chart_kinds.h) fills, and chart_script.h draws. */
#ifndef CHART_H
#define CHART_H

#include <stdbool.h>
#include <stddef.h>

enum {
    CHART_PANELS = 2,
    CHART_POINTS_MAX = 40000 /* of a series; more of them are thinned out */
};

enum chart_unit {
    CHART_COUNT,
    CHART_SECONDS,      /* of nanoseconds */
    CHART_MILLISECONDS, /* of nanoseconds */
    CHART_NAMES,        /* the chart's names, at 0, 1, … */
    CHART_LOGARITHM,    /* of a count */
    CHART_LOGARITHM_MS, /* of nanoseconds; what is 0 or less lies on the lower edge */
};

enum chart_style {
    CHART_BOX,    /* from (x, y) to (x2, y2) */
    CHART_VECTOR, /* likewise, a line */
    CHART_STEPS,  /* a line through all points, level up to the next */
    CHART_POINT,
};

struct chart_look {
    enum chart_style style;
    const char *colour;
    int shape;    /* gnuplot's pointtype */
    double size;  /* gnuplot's pointsize */
    double width; /* of lines; of boxes how opaque they are, 0 to 1 */
};

struct chart_point {
    double x, y, x2, y2;
};

struct chart_series {
    int panel;
    struct chart_look look;
    char *legend; /* gnuplot's string; NULL: not in the key */
    struct chart_point *points;
    size_t count, capacity;
};

struct chart_panel {
    enum chart_unit unit;
    char *label;    /* gnuplot's string; NULL: there is no such panel */
    bool from_zero; /* the axis begins there */
};

struct chart {
    char *name; /* of its files, without folder and suffix */
    char *plain_title;
    char *title; /* the same as gnuplot's string; so are: */
    char *subtitle[2];
    char *x_label;
    enum chart_unit x_unit;
    char **names; /* gnuplot's strings */
    size_t names_count, names_capacity;
    struct chart_panel panels[CHART_PANELS];
    struct chart_series *series; /* the later lies on top; boxes below all others */
    size_t series_count, series_capacity;
};

/* The texts are made safe. A chart that is all zeros is empty. */
void chart_set_panel(struct chart *chart, int panel, enum chart_unit unit, bool from_zero,
                     const char *label);
void chart_set_x(struct chart *chart, enum chart_unit unit, const char *label);
void chart_set_subtitle(struct chart *chart, int line, const char *text);
void chart_add_name(struct chart *chart, const char *name);

/* A new series, and its number. Without a legend (NULL) it is not in the key. */
size_t chart_add_series(struct chart *chart, int panel, const struct chart_look *look,
                        const char *legend);

/* Points are added in the order of x where they may become many: of those that are close together
 * only the lowest and the highest are then kept. */
void chart_add(struct chart *chart, size_t series, double x, double y);
void chart_add_span(struct chart *chart, size_t series, const struct chart_point *span);

/* Whether any series has a point. */
bool chart_has_points(const struct chart *chart);

/* Frees what the chart holds, not the chart itself. */
void chart_done(struct chart *chart);

#endif
