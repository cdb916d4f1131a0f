#include "picture/chart.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"

enum {
    COLUMNS = 2000, /* as many as a picture has pixels */
    LABEL_MAX_LENGTH = 100,
    LEGEND_MAX_LENGTH = 48,
    SUBTITLE_MAX_LENGTH = 165,
    NAME_MAX_LENGTH = 56,
};

static void replace(char **text, const char *with, size_t max)
{
    free(*text);
    *text = text_safe(TEXT_GNUPLOT, with, max);
}

void chart_set_panel(struct chart *chart, int panel, enum chart_unit unit, bool from_zero,
                     const char *label)
{
    chart->panels[panel].unit = unit;
    chart->panels[panel].from_zero = from_zero;
    replace(&chart->panels[panel].label, label, LABEL_MAX_LENGTH);
}

void chart_set_x(struct chart *chart, enum chart_unit unit, const char *label)
{
    chart->x_unit = unit;
    replace(&chart->x_label, label, LABEL_MAX_LENGTH);
}

void chart_set_subtitle(struct chart *chart, int line, const char *text)
{
    replace(&chart->subtitle[line], text, SUBTITLE_MAX_LENGTH);
}

void chart_add_name(struct chart *chart, const char *name)
{
    char **item = MEMORY_APPEND(chart->names, chart->names_count, chart->names_capacity);

    *item = text_safe(TEXT_GNUPLOT, name, NAME_MAX_LENGTH);
}

size_t chart_add_series(struct chart *chart, int panel, const struct chart_look *look,
                        const char *legend)
{
    struct chart_series *series =
        MEMORY_APPEND(chart->series, chart->series_count, chart->series_capacity);

    series->panel = panel;
    series->look = *look;
    if (legend != NULL)
        series->legend = text_safe(TEXT_GNUPLOT, legend, LEGEND_MAX_LENGTH);
    return chart->series_count - 1;
}

/* The points from `from` on that share a column become two: the lowest and the highest. */
static void thin(struct chart_series *series)
{
    const struct chart_point *points = series->points;
    double column = (points[series->count - 1].x - points[0].x) / COLUMNS;
    size_t kept = 0;

    for (size_t from = 0, to; from < series->count; from = to) {
        size_t low = from, high = from;

        for (to = from; to < series->count && points[to].x <= points[from].x + column; to++) {
            low = points[to].y < points[low].y ? to : low;
            high = points[to].y > points[high].y ? to : high;
        }
        series->points[kept++] = points[low < high ? low : high];
        if (low != high)
            series->points[kept++] = points[low < high ? high : low];
    }
    series->count = kept;
}

void chart_add_span(struct chart *chart, size_t series, const struct chart_point *span)
{
    struct chart_series *to = &chart->series[series];
    struct chart_point *point;

    if (to->count >= CHART_POINTS_MAX)
        thin(to);
    point = MEMORY_APPEND(to->points, to->count, to->capacity);
    *point = *span;
}

void chart_add(struct chart *chart, size_t series, double x, double y)
{
    chart_add_span(chart, series, &(struct chart_point){x, y, x, y});
}

bool chart_has_points(const struct chart *chart)
{
    for (size_t i = 0; i < chart->series_count; i++)
        if (chart->series[i].count > 0)
            return true;
    return false;
}

void chart_done(struct chart *chart)
{
    for (size_t i = 0; i < chart->series_count; i++) {
        free(chart->series[i].legend);
        free(chart->series[i].points);
    }
    for (size_t i = 0; i < chart->names_count; i++)
        free(chart->names[i]);
    for (int i = 0; i < CHART_PANELS; i++)
        free(chart->panels[i].label);
    free(chart->series);
    free(chart->names);
    free(chart->name);
    free(chart->plain_title);
    free(chart->title);
    free(chart->subtitle[0]);
    free(chart->subtitle[1]);
    free(chart->x_label);
    *chart = (struct chart){0};
}
