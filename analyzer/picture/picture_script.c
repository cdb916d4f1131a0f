#include "picture/picture_script.h"

#include <inttypes.h>
#include <stdarg.h>
#include <string.h>

#include "base/text.h"
#include "base/time_text.h"
#include "picture/axis.h"
#include "picture/ladder_script.h"
#include "picture/picture_labels.h"

#define WINDOW_COLOUR "#CC79A7"
#define SACK_COLOUR   "#B00058"

enum {
    HEIGHT = 900, /* of what is no ladder, pixels */
    WIDTHS = 7,   /* points that are told apart by lines of their own width */
    /* On the axis: SYNs alone have no height, and it begins at the ISN all the same. */
    LEAST_BYTES = 100
};

static void write_point(FILE *out, const struct picture *picture, int64_t ts_ns, int64_t off)
{
    char text[TIME_TEXT_SIZE];

    fprintf(out, "%s %" PRId64, time_text_seconds(ts_ns - picture->origin_ns, text), off);
}

/* $bars0, $acks0 and so on for each trace, $mark0 and so on for each kind of mark. */
static void write_data(FILE *out, const struct picture *picture)
{
    for (size_t i = 0; i < picture->traces_count; i++) {
        const struct picture_trace *trace = &picture->traces[i];

        fprintf(out, "$bars%zu << END\n", i);
        for (size_t j = 0; j < trace->bars_count; j++) {
            write_point(out, picture, trace->bars[j].ts_ns, trace->bars[j].off);
            fprintf(out, " %" PRId64 "\n", trace->bars[j].len);
        }
        fprintf(out, "END\n$acks%zu << END\n", i);
        /* The line comes in from the left and goes on to the right. */
        if (trace->level_first > 0) {
            write_point(out, picture, picture->from_ns, trace->level_first);
            fputc('\n', out);
        }
        for (size_t j = 0; j < trace->steps_count; j++) {
            write_point(out, picture, trace->steps[j].ts_ns, trace->steps[j].off);
            fputc('\n', out);
        }
        fputs("END\n", out);
    }
    fputs("$window << END\n", out);
    if (picture->window.first > 0) {
        write_point(out, picture, picture->from_ns, picture->window.first);
        fputc('\n', out);
    }
    for (size_t i = 0; i < picture->window.steps_count; i++) {
        write_point(out, picture, picture->window.steps[i].ts_ns, picture->window.steps[i].off);
        fputc('\n', out);
    }
    fputs("END\n", out);
    fputs("$sacks << END\n", out);
    for (size_t i = 0; i < picture->sacks_count; i++) {
        write_point(out, picture, picture->sacks[i].ts_ns, picture->sacks[i].off);
        fprintf(out, " %" PRId64 "\n", picture->sacks[i].len);
    }
    fputs("END\n", out);
    for (int mark = 0; mark < MARKS; mark++) {
        const struct picture_marks *marks = &picture->marks[mark];

        if (marks->count == 0)
            continue;
        fprintf(out, "$mark%d << END\n", mark);
        for (size_t j = 0; j < marks->count; j++) {
            write_point(out, picture, marks->items[j].ts_ns, marks->items[j].off);
            fputc('\n', out);
        }
        fputs("END\n", out);
    }
}

/* The tics' numbers have to fit in. */
static double left_margin(const struct axis *bytes)
{
    char text[TEXT_COUNT_SIZE];
    double needed = 0.025 + 0.0085 * (double)strlen(text_count(bytes->high, text));

    return needed > 0.1 ? needed : 0.1;
}

static void write_axes(FILE *out, const struct axis *time, const struct axis *bytes)
{
    const char *before = "set xtics (";
    char text[TIME_TEXT_SIZE];

    for (int64_t at = time->first; at <= time->high; at += time->step) {
        fprintf(out, "%s'", before);
        axis_write_seconds(out, at, time->step);
        fprintf(out, "' %s", time_text_seconds(at, text));
        before = ", ";
    }
    fprintf(out, ")\nset xrange [%s:", time_text_seconds(time->low, text));
    fprintf(out, "%s]\n", time_text_seconds(time->high, text));
    before = "set ytics (";
    for (int64_t at = bytes->first; at <= bytes->high; at += bytes->step) {
        fprintf(out, "%s'", before);
        axis_write_count(out, at);
        fprintf(out, "' %" PRId64, at);
        before = ", ";
    }
    fprintf(out, ")\nset lmargin at screen %.4f", left_margin(bytes));
    fprintf(out, "\nset yrange [%" PRId64 ":%" PRId64 "]\n", bytes->low, bytes->high);
}

/* One item of the plot command. */
static void write_series(FILE *out, int *written, const char *format, ...)
    __attribute__((format(printf, 3, 4)));

static void write_series(FILE *out, int *written, const char *format, ...)
{
    va_list args;

    fputs((*written)++ > 0 ? ", \\\n    " : "plot ", out);
    va_start(args, format);
    vfprintf(out, format, args);
    va_end(args);
}

/* Of the window only what is not far above the data has room in the picture. */
static bool has_window(const struct picture *picture, int64_t high)
{
    const struct picture_window *window = &picture->window;
    bool near = window->first > 0 && window->first <= high;

    for (size_t i = 0; i < window->steps_count && !near; i++)
        near = window->steps[i].off <= high;
    return near;
}

static bool has_acks(const struct picture_trace *trace)
{
    return trace->level_first > 0 || trace->steps_count > 0;
}

/* The first trace is the widest: where the points lie on each other each can still be seen. */
static double width_of(const struct picture *picture, size_t trace)
{
    double steps = (double)(picture->traces_count - trace);

    return picture->traces_count <= WIDTHS ? steps : steps * WIDTHS / (double)picture->traces_count;
}

/* Of many points the ACKs have no lines of their own in the legend: their colours are those of
 * the data, lighter. */
static bool names_acks(const struct picture *picture)
{
    return picture->traces_count <= WIDTHS;
}

static size_t count_legends(const struct picture *picture, int64_t high)
{
    size_t count = has_window(picture, high) + (size_t)(picture->sacks_count > 0);

    for (size_t i = 0; i < picture->traces_count; i++)
        count += picture->traces[i].bars_count > 0;
    for (size_t i = 0; i < picture->traces_count; i++)
        count += has_acks(&picture->traces[i]) && (i == 0 || names_acks(picture));
    for (int mark = 0; mark < MARKS; mark++)
        count += picture->marks[mark].count > 0;
    return count;
}

static const char *ack_legend(const struct picture *picture, size_t trace)
{
    if (names_acks(picture))
        return picture->traces[trace].ack_legend;
    return trace == 0 ? "'ACKs, in lighter colours'" : "''";
}

static void write_plot(FILE *out, const struct picture *picture, int64_t high)
{
    int written = 0;

    if (has_window(picture, high))
        write_series(out, &written, "$window using 1:2 with steps lw 2 lc rgb '%s' title %s",
                     WINDOW_COLOUR, picture->window.legend);
    if (picture->sacks_count > 0)
        write_series(out, &written,
                     "$sacks using 1:2:(0):3 with vectors nohead lw 1.5 lc rgb '%s' title 'SACK'",
                     SACK_COLOUR);
    for (size_t i = 0; i < picture->traces_count; i++)
        if (has_acks(&picture->traces[i]))
            write_series(
                out, &written, "$acks%zu using 1:2 with steps lw %.1f lc rgb '%s' title %s", i,
                width_of(picture, i) + 1, mark_trace_colour(i, true), ack_legend(picture, i));
    for (size_t i = 0; i < picture->traces_count; i++)
        if (picture->traces[i].bars_count > 0)
            write_series(
                out, &written,
                "$bars%zu using 1:2:(0):3 with vectors nohead lw %.1f lc rgb '%s' title %s", i,
                2 * width_of(picture, i) + 1, mark_trace_colour(i, false),
                picture->traces[i].data_legend);
    for (int mark = 0; mark < MARKS; mark++) {
        const struct mark_style *style = mark_style((enum mark)mark);
        size_t count = picture->marks[mark].count;
        /* Many of a kind must not bury the data. */
        double shrink = count > 2000 ? 0.4 : count > 200 ? 0.7 : 1;

        if (count > 0)
            write_series(
                out, &written,
                "$mark%d using 1:2 with points pt %d ps %.1f lw %.1f lc rgb '%s' title '%s'", mark,
                style->shape, style->size * shrink, style->width * shrink, style->colour,
                style->legend);
    }
    fputc('\n', out);
}

void picture_write_key(FILE *out, double x, double y, size_t count, double room)
{
    const double line = 26, least = 6; /* a line in pixels, a font's size in points */
    double size = 14, spacing = 1.35;

    if ((double)count * line > room) {
        size *= room / ((double)count * line);
        spacing = 1.2;
    }
    fprintf(out,
            "set key at screen %.3f,%.3f left top vertical maxcols 1 Left reverse samplen 1.6"
            " spacing %.2f font ',%.1f'\n",
            x, y, spacing, size > least ? size : least);
}

static void write_layout(FILE *out, const struct picture *picture, int64_t high)
{
    fprintf(out, "set label 4 'sequence from %s, bytes since ISN' at graph 0,1.035 left\n",
            picture->dir == 0 ? "client to server" : "server to client");
    fprintf(out, "set xlabel 'time since first segment, s' . %s\n",
            picture->range_note != NULL ? picture->range_note : "''");
    fputs("set rmargin at screen 0.795\n"
          "set tmargin at screen 0.83\nset bmargin at screen 0.10\n"
          "set border 3 lc rgb '#808080'\nset tics nomirror out tc rgb '#303030'\n"
          "set grid lt 1 lw 1 lc rgb '#E8E8E8'\n",
          out);
    picture_write_key(out, 0.805, 0.84, count_legends(picture, high), 0.74 * HEIGHT);
}

static struct axis bytes_axis(const struct picture *picture)
{
    int64_t low = 0, high = 0;

    picture_extent(picture, &low, &high);
    if (high - low < LEAST_BYTES)
        high = low + LEAST_BYTES;
    return axis_for(low, high, 10);
}

static void write_sequence(FILE *out, const struct picture *picture)
{
    struct picture_view view = {.picture = picture, .bytes = bytes_axis(picture)};

    view.time =
        axis_for(picture->from_ns - picture->origin_ns, picture->to_ns - picture->origin_ns, 10);
    write_data(out, picture);
    write_layout(out, picture, view.bytes.high);
    write_axes(out, &view.time, &view.bytes);
    picture_write_labels(out, &view);
}

void picture_write_heading(FILE *out, const char *title, char *const subtitle[2], int height)
{
    fprintf(out,
            "set label 1 %s at screen 0.015,%.5f left font ',20' tc rgb '#000000'\n"
            "set label 2 %s at screen 0.015,%.5f left font ',14' tc rgb '#505050'\n"
            "set label 3 %s at screen 0.015,%.5f left font ',14' tc rgb '#505050'\n",
            title, 1 - 32.0 / height, subtitle[0], 1 - 68.0 / height, subtitle[1],
            1 - 93.0 / height);
}

/* Text is data here and never markup: noenhanced. */
void picture_write_terminal(FILE *out, const char *name, const char *terminal, const char *font,
                            const char *suffix, int height)
{
    fprintf(out,
            "set terminal %s noenhanced rounded size 1600,%d font '%s,15' background rgb 'white'\n"
            "set output '%s.%s'\n",
            terminal, height, font, name, suffix);
}

static void write_output(FILE *out, const struct picture *picture, const char *terminal,
                         const char *font, const char *suffix, int height)
{
    picture_write_terminal(out, picture->name, terminal, font, suffix, height);
    if (picture->kind == PICTURE_LADDER)
        fputs("plot NaN notitle\n", out);
    else
        write_plot(out, picture, bytes_axis(picture).high);
}

void picture_write_script(FILE *out, const struct picture *picture, int formats)
{
    int height = picture->kind == PICTURE_LADDER ? ladder_height(picture) : HEIGHT;

    fputs("reset\nset encoding utf8\n", out);
    picture_write_heading(out, picture->title, picture->subtitle, height);
    if (picture->kind == PICTURE_LADDER)
        ladder_write_script(out, picture);
    else
        write_sequence(out, picture);
    if (formats & PICTURE_PNG)
        write_output(out, picture, "pngcairo", "sans", "png", height);
    if (formats & PICTURE_SVG)
        write_output(out, picture, "svg dynamic", "sans-serif", "svg", height);
    fputs("set output\n", out);
}
