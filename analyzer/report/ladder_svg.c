/* The ladder of a finding as SVG. Colours and fonts are the page's: report.css. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/time_text.h"
#include "decode/packet.h"
#include "report/ladder_told.h"

/* Pixels. */
enum {
    LEFT = 190, /* where the client stands: the times are left of it */
    LANE = 230,
    RIGHT = 300, /* for what is said of a row */
    TOP = 64,
    ROW = 40,
    BOTTOM = 16,
    NAME_MAX_LENGTH = 30,
    NOTE_MAX_LENGTH = 42, /* of a line: what has room at the right */
    NOTE_LINES = 3,
    NOTE_LINE = 14,
};

static int lane_x(size_t lane)
{
    return LEFT + LANE * (int)lane;
}

static void write_lane(FILE *out, size_t lane, const char *class, const char *name,
                       const char *detail, int bottom)
{
    int x = lane_x(lane);

    fprintf(out, "<line class=\"%s\" x1=%d y1=%d x2=%d y2=%d />", class, x, TOP - 16, x, bottom);
    fprintf(out, "<text class=\"lane %s\" x=%d y=20>", class, x);
    text_write(out, TEXT_HTML, name, NAME_MAX_LENGTH);
    fprintf(out, "</text><text class=small x=%d y=38 text-anchor=middle>", x);
    text_write(out, TEXT_HTML, detail, NAME_MAX_LENGTH);
    fputs("</text>\n", out);
}

static void write_lanes(FILE *out, const struct ladder_told *told, int bottom)
{
    write_lane(out, 0, "end", "client", told->client, bottom);
    for (size_t i = 0; i < told->lanes_count; i++) {
        char class[16];

        snprintf(class, sizeof class, "point-%zu", i % 5);
        write_lane(out, i + 1, class, told->lanes[i].name, "", bottom);
    }
    write_lane(out, told->lanes_count + 1, "end", "server", told->server, bottom);
}

static void write_line(FILE *out, const char *class, double from, double to, int y)
{
    fprintf(out, "<line class=\"%s\" x1=%.0f y1=%d x2=%.0f y2=%d />", class, from, y, to, y);
}

static void write_head(FILE *out, const char *class, double x, int y, int forward)
{
    fprintf(out, "<path class=\"%s\" d=\"M%.0f %d l%d -5 v10 z\" />", class, x, y, -9 * forward);
}

/* What deserves a colour of its own, the gravest first. */
static const char *row_class(const struct ladder_row *row)
{
    if (row->mark_bits & 1u << MARK_LATE)
        return "late";
    if (row->flags & TCP_RST)
        return "rst";
    if (row->mark_bits & 1u << MARK_INVALID)
        return "late";
    if (row->mark_bits & (1u << MARK_RETRANSMISSION | 1u << MARK_DUPLICATE))
        return "again";
    return "plain";
}

/* Solid is what was seen; dashed is how it must have come there or may have gone on. */
static void write_arrow(FILE *out, const struct ladder_row *row, const struct ladder_span *span,
                        int y)
{
    const char *class = row_class(row);
    double first = lane_x(span->first), last = lane_x(span->last);
    bool lost = row->mark_bits & 1u << MARK_NOT_FORWARDED;
    bool injected = row->mark_bits & 1u << MARK_INJECTED;

    if (injected)
        fprintf(out, "<path class=injected d=\"M%.0f %d l9 9 -9 9 -9 -9 z\" />", first, y - 9);
    else if (!row->seen_before)
        write_line(out, "beyond", lane_x(span->sender), first, y);
    if (lost) {
        double x = last + LANE / 2.0 * span->forward;

        write_line(out, class, last, x, y);
        fprintf(out, "<path class=lost d=\"M%.0f %d l14 14 m0 -14 l-14 14\" />", x - 7, y - 7);
    } else {
        write_line(out, span->first == span->last && injected ? "rst ahead" : "beyond", last,
                   lane_x(span->receiver), y);
        write_head(out, span->first == span->last ? class : "beyond", lane_x(span->receiver), y,
                   span->forward);
    }
    if (span->first != span->last) {
        write_line(out, class, first, last, y);
        write_head(out, class, last - 5 * span->forward, y, span->forward);
    }
}

static void write_sightings(FILE *out, const struct ladder_told *told, const struct ladder_row *row,
                            int y)
{
    for (size_t i = 0; i < told->lanes_count; i++) {
        const struct ladder_sighting *seen = &row->sightings[i];

        if (seen->segment == 0)
            continue;
        fprintf(out, "<circle class=\"point-%zu\" cx=%d cy=%d r=4 />", i % 5, lane_x(i + 1), y);
        fprintf(out, "<text class=small x=%d y=%d>#%" PRId64, lane_x(i + 1) + 6, y + 15,
                seen->frame);
        if (row->flags & (TCP_SYN | TCP_RST))
            fprintf(out, ", ttl %d", seen->ttl);
        fputs("</text>", out);
    }
}

/* The words stand over the line, between two lanes. */
static double words_x(const struct ladder_span *span, bool injected)
{
    if (span->first == span->last) /* seen once: on the side of the sender, if it has one */
        return lane_x(span->first) - LANE / 2.0 * (injected ? -span->forward : span->forward);
    return (lane_x(span->first) + lane_x(span->last)) / 2.0 -
           ((span->first + span->last) % 2 == 0 ? LANE / 2.0 : 0);
}

/* The length of the next line of a list: as many items as have room, one at least. */
static size_t line_of_notes(const char *notes)
{
    size_t length = 0;

    for (;;) {
        const char *comma = strstr(notes + length, ", ");
        size_t end = comma != NULL ? (size_t)(comma - notes) + 2 : strlen(notes);

        if (length > 0 && end > NOTE_MAX_LENGTH)
            return length;
        length = end;
        if (comma == NULL)
            return length;
    }
}

/* Beside the row, in lines that have room; what has none is told by the packets below. */
static void write_notes(FILE *out, const char *notes, int x, int y)
{
    const char *lines[NOTE_LINES + 1] = {notes};
    int count = 0;

    for (; count < NOTE_LINES && *lines[count] != '\0'; count++)
        lines[count + 1] = lines[count] + line_of_notes(lines[count]);
    for (int i = 0; i < count; i++) {
        char *line = memory_print("%.*s", (int)(lines[i + 1] - lines[i]), lines[i]);

        fprintf(out, "<text class=note x=%d y=%d>", x,
                y + 4 + NOTE_LINE * i - NOTE_LINE * (count - 1) / 2);
        text_write(out, TEXT_HTML, line, NOTE_MAX_LENGTH);
        fputs(i + 1 == count && *lines[count] != '\0' ? " …</text>" : "</text>", out);
        free(line);
    }
}

static void write_row(FILE *out, const struct ladder_told *told, const struct ladder_row *row,
                      int64_t before_ns, int y)
{
    struct ladder_span span = ladder_span(row, told->lanes_count);
    char text[TIME_TEXT_SIZE];
    char *notes = NULL;
    size_t size = 0;
    FILE *stream;

    fprintf(out, "<g><text class=time x=%d y=%d>%s</text>", LEFT - 60, y,
            time_text_seconds(row->ts_ns - told->origin_ns, text));
    if (row->ts_ns > before_ns)
        fprintf(out, "<text class=\"small time\" x=%d y=%d>+%s</text>", LEFT - 60, y + 14,
                time_text_human(row->ts_ns - before_ns, text));
    write_arrow(out, row, &span, y);
    fprintf(out, "<text class=\"words %s\" x=%.0f y=%d>", row_class(row),
            words_x(&span, row->mark_bits & 1u << MARK_INJECTED), y - 6);
    ladder_write_words(out, row);
    fputs("</text>", out);
    write_sightings(out, told, row, y);
    stream = text_open(&notes, &size);
    ladder_told_write_notes(stream, TEXT_PLAIN, told, row);
    fclose(stream);
    write_notes(out, notes, lane_x(told->lanes_count + 1) + 16, y);
    free(notes);
    fputs("</g>\n", out);
}

static int rows_height(const struct ladder_told *told)
{
    int height = 0;

    for (size_t i = 0; i < told->ladder.count; i++)
        height += ROW + (told->left_out[i] > 0 ? ROW * 3 / 4 : 0);
    return height;
}

static void write_rows(FILE *out, const struct ladder_told *told)
{
    int64_t before_ns = told->origin_ns;
    char count[TEXT_COUNT_SIZE];
    int y = TOP + ROW / 2;

    for (size_t i = 0; i < told->ladder.count; i++) {
        if (told->left_out[i] > 0) {
            fprintf(out, "<text class=\"small gap\" x=%d y=%d>… %s more …</text>\n",
                    LEFT + LANE / 2, y - 2, text_count(told->left_out[i], count));
            y += ROW * 3 / 4;
        }
        write_row(out, told, &told->ladder.rows[i], before_ns, y);
        before_ns = told->ladder.rows[i].ts_ns;
        y += ROW;
    }
}

enum status ladder_told_write_svg(FILE *out, const struct report *report, int64_t finding,
                                  struct error *err)
{
    struct ladder_told told;
    enum status status = ladder_told_load(&told, report, finding, err);

    if (status != STATUS_OK)
        return status;
    if (told.ladder.count > 0) {
        int width = lane_x(told.lanes_count + 1) + RIGHT;
        int height = TOP + rows_height(&told) + BOTTOM;

        fprintf(out,
                "<figure class=ladder><div class=wide tabindex=0><svg role=img"
                " aria-label=\"Ladder of finding %" PRId64 "\" viewBox=\"0 0 %d %d\" width=%d"
                " height=%d>\n",
                finding, width, height, width, height);
        write_lanes(out, &told, height - BOTTOM);
        write_rows(out, &told);
        fputs("</svg></div><figcaption>Time runs down, in seconds since the connection's first"
              " segment, not to scale. Solid: seen there; dashed: not recorded there. #N: frame in"
              " that point's file. Cross: never came to the next point. Diamond: began here."
              "</figcaption></figure>\n",
              out);
    }
    ladder_told_free(&told);
    return STATUS_OK;
}
