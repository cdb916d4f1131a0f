#include "picture/ladder_script.h"

#include <inttypes.h>
#include <string.h>

#include "base/time_text.h"
#include "decode/packet.h"

/* Pixels. */
enum {
    ROW_HEIGHT = 44,
    TOP = 185,
    BOTTOM = 40
};

enum {
    NOTE_LINES = 2,
    NOTE_MAX_LENGTH = 34, /* of a line: what has room at the right */
};

int ladder_height(const struct picture *picture)
{
    return TOP + BOTTOM + ROW_HEIGHT * (int)(picture->ladder.count + 1);
}

static void write_lane(FILE *out, const struct picture *picture, size_t x, const char *colour,
                       double width, const char *name, const char *detail)
{
    int height = ladder_height(picture);

    fprintf(out,
            "set arrow from %zu,0.3 to %zu,%zu.6 nohead back lw %.1f lc rgb '%s'\n"
            "set label %s at first %zu,screen %.5f center font ',15' tc rgb '%s'\n"
            "set label %s at first %zu,screen %.5f center font ',12' tc rgb '#606060'\n",
            x, x, picture->ladder.count, width, colour, name, x, 1 - 143.0 / height, colour, detail,
            x, 1 - 166.0 / height);
}

static void write_lanes(FILE *out, const struct picture *picture)
{
    size_t last = picture->traces_count + 1;

    write_lane(out, picture, 0, "#404040", 4, "'client'", picture->client);
    for (size_t i = 0; i < picture->traces_count; i++)
        write_lane(out, picture, i + 1, mark_trace_colour(i, false), 2, picture->traces[i].lane[0],
                   picture->traces[i].lane[1]);
    write_lane(out, picture, last, "#404040", 4, "'server'", picture->server);
}

static void write_line(FILE *out, double from, double to, size_t y, const char *style)
{
    fprintf(out, "set arrow from %.3f,%zu to %.3f,%zu %s\n", from, y, to, y, style);
}

/* The colour of what befell the row, or dark grey. */
static const char *row_colour(const struct ladder_row *row)
{
    for (int mark = MARK_INJECTED; mark >= MARK_OUT_OF_ORDER; mark--)
        if (row->mark_bits & 1u << mark && mark != MARK_NOT_FORWARDED)
            return mark_style((enum mark)mark)->colour;
    return row->flags & TCP_RST ? "#000000" : "#404040";
}

static void write_symbol(FILE *out, double x, size_t y, enum mark mark, int shape)
{
    const struct mark_style *style = mark_style(mark);

    fprintf(out, "set label '' at %.3f,%zu front point pt %d ps %.1f lw %.1f lc rgb '%s'\n", x, y,
            shape, shape == style->shape ? style->size : 2.0, style->width, style->colour);
}

/* Solid is what was seen; dashed is how it must have come there or may have gone on. */
static void write_arrow(FILE *out, const struct ladder_row *row, const struct ladder_span *span,
                        size_t y)
{
    const char *dashed = "nohead back dt (6,6) lw 1.5 lc rgb '#B0B0B0'";
    double first = (double)span->first;
    double last = (double)span->last;
    char solid[80];

    snprintf(solid, sizeof solid, "head filled size screen 0.008,18 lw 2.5 lc rgb '%s'",
             row_colour(row));
    if (row->mark_bits & 1u << MARK_INJECTED)
        write_symbol(out, first, y, MARK_INJECTED, mark_style(MARK_INJECTED)->shape);
    else if (!row->seen_before)
        write_line(out, (double)span->sender, first, y, dashed);
    if (row->mark_bits & 1u << MARK_NOT_FORWARDED) {
        write_line(out, last, last + 0.5 * span->forward, y, solid);
        write_symbol(out, last + 0.5 * span->forward, y, MARK_NOT_FORWARDED, 2);
    } else {
        write_line(out, last, (double)span->receiver, y, dashed);
    }
    if (span->first != span->last)
        write_line(out, first, last, y, solid);
    else if (row->mark_bits & 1u << MARK_INJECTED)
        write_line(out, first, first + 0.24 * span->forward, y, solid);
    else if (!(row->mark_bits & 1u << MARK_NOT_FORWARDED))
        write_line(out, first - 0.12 * span->forward, first + 0.12 * span->forward, y, solid);
}

/* A dot for each sighting, and below it the frame number; the TTL where it tells most. */
static void write_sightings(FILE *out, const struct picture *picture, const struct ladder_row *row,
                            size_t y)
{
    for (size_t i = 0; i < picture->traces_count; i++) {
        const struct ladder_sighting *seen = &row->sightings[i];
        char ttl[24] = "";

        if (seen->segment == 0)
            continue;
        if (row->flags & (TCP_SYN | TCP_RST))
            snprintf(ttl, sizeof ttl, ", ttl %d", seen->ttl);
        fprintf(out,
                "set label '' at %zu,%zu front point pt %d ps 1.2 lc rgb '%s'\n"
                "set label '#%" PRId64 "%s' at %.3f,%zu.33 left font ',10' tc rgb '#707070'\n",
                i + 1, y, row->is_icmp ? 13 : 7, mark_trace_colour(i, false), seen->frame, ttl,
                (double)(i + 1) + 0.02, y);
    }
}

/* Where the notes of a row are: two lines of them have room. */
struct note_place {
    size_t lines, column;
};

/* One note after the others. `text` is gnuplot's string. */
static void write_note(FILE *out, const char *text, struct note_place *at)
{
    size_t length = strlen(text);

    if (at->lines == NOTE_LINES + 1)
        return;
    at->column += length;
    if (at->lines == 0 || at->column > NOTE_MAX_LENGTH) {
        fputs(at->lines == 0 ? "" : at->lines == NOTE_LINES ? " . ', …'" : " . \",\\n\"", out);
        at->column = length;
        at->lines++;
    } else {
        fputs(" . ', '", out);
    }
    if (at->lines <= NOTE_LINES)
        fprintf(out, " . %s", text);
}

/* Another sighting of the segment may have the same role. */
static bool is_said(const struct picture *picture, const struct ladder_row *row, size_t label)
{
    bool said = false;

    for (size_t i = 0; i < label && !said; i++)
        said = strcmp(picture->labels[i].text, picture->labels[label].text) == 0 &&
               ladder_row_shows(row, picture->labels[i].segment);
    return said;
}

/* What the row is to the findings, or else what befell it. */
static void write_notes(FILE *out, const struct picture *picture, const struct ladder_row *row,
                        size_t y)
{
    struct note_place at = {0};

    fprintf(out, "set label ''");
    for (size_t i = 0; i < picture->labels_count; i++)
        if (ladder_row_shows(row, picture->labels[i].segment) && !is_said(picture, row, i))
            write_note(out, picture->labels[i].text, &at);
    for (int mark = MARK_OUT_OF_ORDER; mark < MARKS && at.lines == 0; mark++) {
        char text[40];

        snprintf(text, sizeof text, "'%s'", mark_style((enum mark)mark)->legend);
        if (row->mark_bits & 1u << mark)
            write_note(out, text, &at);
    }
    fprintf(out, " at %.3f,%zu left font ',12' tc rgb '#A04000'\n",
            (double)picture->traces_count + 1.06, y);
}

/* Where the words stand: over the solid line, between two lanes. */
static double middle_of(const struct ladder_span *span, bool injected)
{
    size_t sum = span->first + span->last;

    if (span->first == span->last) /* seen once: on the side of the sender, if it has one */
        return (double)span->first - 0.5 * (injected ? -span->forward : span->forward);
    return sum % 2 == 0 ? (double)sum / 2 - 0.5 : (double)sum / 2;
}

static void write_row(FILE *out, const struct picture *picture, const struct ladder_row *row,
                      int64_t before_ns, size_t y)
{
    struct ladder_span span = ladder_span(row, picture->traces_count);
    char seconds[TIME_TEXT_SIZE], delta[TIME_TEXT_SIZE];

    fprintf(out, "set label '%s' at -0.08,%zu right font ',12' tc rgb '#303030'\n",
            time_text_seconds(row->ts_ns - picture->origin_ns, seconds), y);
    if (y > 1)
        fprintf(out, "set label '+%s' at -0.08,%zu.33 right font ',10' tc rgb '#707070'\n",
                time_text_human(row->ts_ns - before_ns, delta), y);
    if (row->is_icmp) {
        fprintf(out, "set label %s at %.3f,%zu left font ',12' tc rgb '#D55E00'\n", row->icmp,
                (double)span.first + 0.04, y);
    } else {
        write_arrow(out, row, &span, y);
        fputs("set label '", out);
        ladder_write_words(out, row);
        fprintf(out, "' at %.3f,%zu.70 center front font ',12' tc rgb '%s'\n",
                middle_of(&span, row->mark_bits & 1u << MARK_INJECTED), y - 1, row_colour(row));
        write_notes(out, picture, row, y);
    }
    write_sightings(out, picture, row, y);
}

void ladder_write_script(FILE *out, const struct picture *picture)
{
    int height = ladder_height(picture);
    int64_t before_ns = picture->origin_ns;

    fprintf(out,
            "unset border\nunset xtics\nunset ytics\nunset key\n"
            "set xrange [0:%zu]\nset yrange [%zu.6:0.3]\n"
            "set lmargin at screen 0.115\nset rmargin at screen 0.84\n"
            "set tmargin at screen %.5f\nset bmargin at screen %.5f\n",
            picture->traces_count + 1, picture->ladder.count, 1 - (double)TOP / height,
            (double)BOTTOM / height);
    write_lanes(out, picture);
    fprintf(
        out,
        "set label 'solid: seen there.  dashed: not recorded there.  #N: frame in that point\u2019s"
        " file.  \u00d7: never came to the next point.  \u25c7: began here.' at screen"
        " 0.115,%.5f left font ',11' tc rgb '#808080'\n",
        14.0 / height);
    for (size_t i = 0; i < picture->ladder.count; i++) {
        write_row(out, picture, &picture->ladder.rows[i], before_ns, i + 1);
        before_ns = picture->ladder.rows[i].ts_ns;
    }
}
