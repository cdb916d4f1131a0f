/* What report.md says about the case itself: captures, clocks, how to make it again. */
#include <inttypes.h>
#include <string.h>

#include "base/time_text.h"
#include "case/query.h"
#include "report/markdown.h"

enum {
    CAPTURES_BYTES = 7000,
    CLOCKS_BYTES = 2000,
    DELAYS_BYTES = 2000,
    REMARKS_BYTES = 2000,
    REPRODUCE_BYTES = 2500,
    NAME_MAX_LENGTH = 60,
    MESSAGE_MAX_LENGTH = 200,
    REMARK_MAX_LENGTH = 400,
    COMMAND_MAX_LENGTH = 2500,
};

/* What of a capture is no row of `segment`, and why. */
static void write_skipped(FILE *out, struct query *skipped, int64_t capture)
{
    const char *before = "";

    query_bind(skipped, ":capture", capture);
    for (; query_next(skipped); before = ", ") {
        fprintf(out, "%s%" PRId64 " ", before, query_int(skipped, 1));
        text_write(out, TEXT_MARKDOWN, query_text(skipped, 0), NAME_MAX_LENGTH);
    }
    query_rewind(skipped);
    fputs(*before == '\0' ? "none | " : " | ", out);
}

static void write_capture(const struct section *section, struct query *q, struct query *skipped)
{
    FILE *out = section->out;
    bool complete = strcmp(query_text(q, 7), "complete") == 0;

    fputs("| ", out);
    if (query_is_null(q, 1))
        fputs("several | ", out);
    else
        section_write_cell(section, TEXT_CODE, query_text(q, 1));
    section_write_cell(section, TEXT_CODE, text_file_name(query_text(q, 2)));
    fprintf(out, "%s | %s | ", query_text(q, 3), query_text(q, 4));
    write_skipped(out, skipped, query_int(q, 0));
    section_write_time(section, q, 5);
    section_write_time(section, q, 6);
    fputs(complete ? "" : "**", out);
    text_write(out, TEXT_MARKDOWN, query_text(q, 7), NAME_MAX_LENGTH);
    fputs(complete ? "" : "**: ", out);
    text_write(out, TEXT_MARKDOWN, query_text(q, 8), MESSAGE_MAX_LENGTH);
    fputs(" | ", out);
    section_write_cell(section, TEXT_CODE, query_text(q, 9));
    fputc('\n', out);
}

enum status markdown_captures(const struct report *report, FILE *out, struct error *err)
{
    struct section section;
    struct query q, skipped;
    int64_t left = 0;
    enum status status, skipped_status;

    section_start(&section, out, report, "Captures", CAPTURES_BYTES);
    fputs("| point | file | packets | segments | skipped | first (UTC) | last (UTC) | status |"
          " SHA-256 |\n| --- | --- | ---: | ---: | --- | --- | --- | --- | --- |\n",
          out);
    query_open(&skipped, report,
               "SELECT reason, packets FROM skipped WHERE capture_id = :capture"
               " ORDER BY packets DESC, reason",
               err);
    query_open(&q, report,
               "SELECT c.id, p.name, c.path, c.packets, c.segments, c.first_ns, c.last_ns,"
               " c.status, c.message, c.sha256 FROM capture c LEFT JOIN point p ON p.id ="
               " c.point_id ORDER BY c.id",
               err);
    while (query_next(&q)) {
        if (section_has_room(&section))
            write_capture(&section, &q, &skipped);
        else
            left++;
    }
    section_write_more(&section, left, "table `capture` of the case");
    status = query_close(&q);
    skipped_status = query_close(&skipped);
    return status != STATUS_OK ? status : skipped_status;
}

/* "+1.234567890 s", or "0 s". */
static void write_offset(FILE *out, int64_t ns)
{
    char text[TIME_TEXT_SIZE];

    if (ns == 0)
        fputs("0 s | ", out);
    else
        fprintf(out, "%s%s s | ", ns > 0 ? "+" : "", time_text_seconds(ns, text));
}

enum status markdown_clocks(const struct report *report, FILE *out, struct error *err)
{
    char text[TIME_TEXT_SIZE];
    struct section section;
    struct query q;
    int64_t left = 0;

    section_start(&section, out, report, "Clocks", CLOCKS_BYTES);
    fputs("Times are on the clock of the reference; a point's own clock showed that time plus its"
          " offset.\n\n| point | offset | drift | error | method |\n"
          "| --- | ---: | ---: | ---: | --- |\n",
          out);
    query_open(&q, report,
               "SELECT name, offset_ns, drift_ppb, clock_error_ns, clock_method FROM point"
               " ORDER BY id",
               err);
    while (query_next(&q)) {
        if (!section_has_room(&section)) {
            left++;
            continue;
        }
        fputs("| ", out);
        section_write_cell(&section, TEXT_CODE, query_text(&q, 0));
        write_offset(out, query_int(&q, 1));
        fprintf(out, "%.3f ppm | ", (double)query_int(&q, 2) / 1e3);
        if (query_is_null(&q, 3))
            fputs("not known | ", out);
        else
            fprintf(out, "± %s | ", time_text_human(query_int(&q, 3), text));
        section_write_cell(&section, TEXT_MARKDOWN, query_text(&q, 4));
        fputc('\n', out);
    }
    section_write_more(&section, left, "table `point` of the case");
    return query_close(&q);
}

/* Of many segments as many as this tell the same. They are asked for by their ids, since a look at
 * each segment takes as long as all else; and with one point there are none. Which sighting is the
 * earlier is not always known (one tick of the clock, or its error): the path says which way. */
static const char delays_sql[] =
    "WITH RECURSIVE n AS (SELECT max(id) AS last, max(id) / 50000 + 1 AS stride FROM segment),"
    " pick(id) AS (SELECT stride FROM n WHERE (SELECT count(*) FROM point) > 1"
    " UNION ALL SELECT id + stride FROM pick, n WHERE id + stride <= last),"
    " passed AS (SELECT a.point_id AS one, b.point_id AS two, s.dir, s.ts_ns - e.ts_ns AS ns,"
    "  a.path_position * iif(s.dir = 0, 1, -1) AS place,"
    "  (a.path_position - b.path_position) * iif(s.dir = 0, 1, -1) > 0 AS backwards"
    " FROM pick CROSS JOIN segment s ON s.id = pick.id JOIN segment e ON e.id = s.seen_before"
    " JOIN leg a ON a.id = e.leg_id JOIN leg b ON b.id = s.leg_id"
    " WHERE s.seen_before IS NOT NULL AND a.point_id <> b.point_id),"
    " way AS (SELECT iif(backwards, two, one) AS from_id, iif(backwards, one, two) AS to_id, dir,"
    "  iif(backwards, -ns, ns) AS ns, place FROM passed)"
    " SELECT p.name, q.name, iif(dir = 0, 'client to server', 'server to client'), count(*),"
    " min(ns), CAST(avg(ns) AS INTEGER), max(ns), p.clock_error_ns + q.clock_error_ns"
    " FROM way JOIN point p ON p.id = from_id JOIN point q ON q.id = to_id"
    " GROUP BY from_id, to_id, dir ORDER BY dir, min(place), from_id, to_id";

enum status markdown_delays(const struct report *report, FILE *out, struct error *err)
{
    char text[TIME_TEXT_SIZE];
    struct section section;
    struct query q;
    int64_t left = 0;
    bool begun = false;

    query_open(&q, report, delays_sql, err);
    while (query_next(&q)) {
        if (!begun) {
            section_start(&section, out, report, "Delays between points", DELAYS_BYTES);
            fputs("How long segments took from one point to the next; the clocks add their error."
                  "\n\n| from | to | direction | segments | least | mean | most | clocks |\n"
                  "| --- | --- | --- | ---: | ---: | ---: | ---: | ---: |\n",
                  out);
        }
        begun = true;
        if (!section_has_room(&section)) {
            left++;
            continue;
        }
        fputs("| ", out);
        section_write_cell(&section, TEXT_CODE, query_text(&q, 0));
        section_write_cell(&section, TEXT_CODE, query_text(&q, 1));
        section_write_cell(&section, TEXT_MARKDOWN, query_text(&q, 2));
        fprintf(out, "%" PRId64 " | ", query_int(&q, 3));
        for (int column = 4; column <= 6; column++)
            fprintf(out, "%s | ", time_text_human(query_int(&q, column), text));
        if (query_is_null(&q, 7))
            fputs("not known |\n", out);
        else
            fprintf(out, "± %s |\n", time_text_human(query_int(&q, 7), text));
    }
    if (begun)
        section_write_more(&section, left, "view `delays` of the case");
    return query_close(&q);
}

enum status markdown_remarks(const struct report *report, FILE *out, struct error *err)
{
    struct section section;
    struct query q;
    int64_t left = 0;
    bool begun = false;

    query_open(&q, report, "SELECT text FROM remark ORDER BY id", err);
    while (query_next(&q)) {
        if (!begun)
            section_start(&section, out, report, "What could not be known", REMARKS_BYTES);
        begun = true;
        if (!section_has_room(&section)) {
            left++;
            continue;
        }
        fputs("- ", out);
        text_write(out, TEXT_MARKDOWN, query_text(&q, 0), REMARK_MAX_LENGTH);
        fputc('\n', out);
    }
    if (begun)
        section_write_more(&section, left, "table `remark` of the case");
    return query_close(&q);
}

enum status markdown_reproduce(const struct report *report, FILE *out, struct error *err)
{
    struct section section;
    struct query q;

    section_start(&section, out, report, "How to reproduce", REPRODUCE_BYTES);
    query_open(&q, report, "SELECT key, value FROM meta ORDER BY key", err);
    while (query_next(&q) && section_has_room(&section)) {
        if (strcmp(query_text(&q, 0), "command") == 0) {
            fputs("```sh\n", out);
            text_write(out, TEXT_FENCED, query_text(&q, 1), COMMAND_MAX_LENGTH);
            fputs("\n```\n\nFiles are named as they were on the command line. In another folder"
                  " put the paths of your copies there: `sha256sum` tells whether they are the"
                  " files above.\n\n",
                  out);
            continue;
        }
        fputs("- ", out);
        text_write(out, TEXT_MARKDOWN, query_text(&q, 0), NAME_MAX_LENGTH);
        fputs(": ", out);
        text_write(out, TEXT_CODE, query_text(&q, 1), COMMAND_MAX_LENGTH);
        fputc('\n', out);
    }
    fputs("\nA packet named `point#N` is packet N of that point's capture file: there it stands"
          " under this number in Wireshark. The whole case is the SQLite file ",
          out);
    text_write(out, TEXT_CODE, text_file_name(report->path), NAME_MAX_LENGTH);
    fputs("; its tables and views are described in its schema.\n", out);
    return query_close(&q);
}
