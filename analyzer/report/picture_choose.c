/* Which connections are drawn, and which part of them. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/findings.h"
#include "report/picture_set.h"
#include "report/query.h"
#include "report/time_text.h"

enum {
    TITLE_MAX_LENGTH = 100,
    SUBTITLE_MAX_LENGTH = 145,
    LABEL_MAX_LENGTH = 60,
    LEGEND_MAX_LENGTH = 30,
    LABELS_MAX = 10,
    ZOOM_MIN_SEGMENTS = 100,
    ZOOM_SHARE = 3, /* the evidence is zoomed at if it is less than 1/3 of the whole */
};

static const char connection_sql[] =
    "SELECT c.client_addr || ':' || c.client_port || ' > ' || c.server_addr || ':' ||"
    " c.server_port, c.outcome, c.first_ns, c.last_ns,"
    " (SELECT coalesce(max(bytes_server) > max(bytes_client), 0) FROM leg"
    " WHERE connection_id = c.id),"
    " (SELECT f.severity || ': ' || f.summary FROM finding f JOIN rule r ON r.id = f.rule_id"
    " WHERE f.connection_id = c.id ORDER BY " FINDING_ORDER " LIMIT 1),"
    " (SELECT sum(segments_client + segments_server) FROM leg WHERE connection_id = c.id)"
    " FROM connection c WHERE c.id = :connection";

static const char legs_sql[] =
    "SELECT l.id, p.name FROM leg l JOIN point p ON p.id = l.point_id"
    " WHERE l.connection_id = :connection ORDER BY l.path_position, l.id";

static char *safe_text(const char *text, size_t max)
{
    char *safe = NULL;
    size_t size = 0;
    FILE *stream = text_open(&safe, &size);

    text_write(stream, TEXT_GNUPLOT, text, max);
    fclose(stream);
    return safe;
}

static char *legend_of(const char *what, const char *point)
{
    char *text = memory_print("%s at %s", what, point);
    char *safe = safe_text(text, LEGEND_MAX_LENGTH);

    free(text);
    return safe;
}

static char *title_of(struct query *q, int64_t connection)
{
    char *text = memory_print("Connection %" PRId64 ":  %s  (%s)", connection, query_text(q, 0),
                              query_text(q, 1));
    char *safe = safe_text(text, TITLE_MAX_LENGTH);

    free(text);
    return safe;
}

/* Two lines, broken between two words. */
static void set_subtitle(struct picture *picture, const char *text)
{
    size_t length = strlen(text);
    size_t end = length;
    char *first;

    if (length > SUBTITLE_MAX_LENGTH)
        for (end = SUBTITLE_MAX_LENGTH; end > 0 && text[end] != ' '; end--)
            continue;
    if (end == 0)
        end = length;
    first = memory_print("%.*s", (int)end, text);
    picture->subtitle[0] = safe_text(first, SUBTITLE_MAX_LENGTH);
    picture->subtitle[1] = safe_text(text + end + (text[end] == ' '), SUBTITLE_MAX_LENGTH);
    free(first);
}

static enum status load_legs(struct picture *picture, const struct report *report,
                             struct error *err)
{
    struct query q;

    query_open(&q, report, legs_sql, err);
    query_bind(&q, ":connection", picture->connection);
    while (query_next(&q)) {
        struct picture_trace *trace =
            memory_append((void **)&picture->traces, &picture->traces_count,
                          &picture->traces_capacity, sizeof *trace);
        trace->leg = query_int(&q, 0);
        trace->data_legend = legend_of("data", query_text(&q, 1));
        trace->ack_legend = legend_of("ACKs", query_text(&q, 1));
    }
    return query_close(&q);
}

enum status picture_set_add(struct picture_set *set, const struct report *report,
                            int64_t connection, const struct time_range *range, struct error *err)
{
    struct picture *picture =
        memory_append((void **)&set->pictures, &set->count, &set->capacity, sizeof *picture);
    enum status status;
    struct query q;

    picture->connection = connection;
    picture->name = memory_print("connection-%" PRId64, connection);
    query_open(&q, report, connection_sql, err);
    query_bind(&q, ":connection", connection);
    if (query_next(&q)) {
        picture->title = title_of(&q, connection);
        set_subtitle(picture, query_text(&q, 5));
        picture->segments = query_int(&q, 6);
        picture->origin_ns = query_int(&q, 2);
        picture->dir = (int)query_int(&q, 4);
        time_range_apply(range, query_int(&q, 2), query_int(&q, 3), &picture->from_ns,
                         &picture->to_ns);
    }
    status = query_close(&q);
    if (status != STATUS_OK)
        return status;
    if (picture->title == NULL)
        return error_set(err, STATUS_USAGE, "%s: no connection %" PRId64, report->path, connection);
    return load_legs(picture, report, err);
}

/* What a picture around the evidence needs to know of it. */
struct zoom {
    int64_t finding; /* 0: none */
    int64_t from_ns, to_ns;
};

/* The worst finding whose evidence is a small part of the connection. */
static enum status find_zoom(struct zoom *zoom, const struct report *report,
                             const struct picture *whole, struct error *err)
{
    int64_t duration = whole->to_ns - whole->from_ns;
    struct query q;

    *zoom = (struct zoom){0};
    query_open(&q, report,
               "SELECT f.id, min(s.ts_ns), max(s.ts_ns) FROM finding f"
               " JOIN rule r ON r.id = f.rule_id JOIN evidence e ON e.finding_id = f.id"
               " JOIN segment s ON s.id = e.segment_id JOIN leg l ON l.id = s.leg_id"
               " WHERE f.connection_id = :connection AND l.connection_id = :connection"
               " GROUP BY f.id ORDER BY " FINDING_ORDER,
               err);
    query_bind(&q, ":connection", whole->connection);
    while (zoom->finding == 0 && query_next(&q)) {
        int64_t first = query_int(&q, 1);
        int64_t last = query_int(&q, 2);
        int64_t padding = (last - first) * 3 / 10;

        /* A moment alone has no length to go by: 1 % of the connection, 50 ms at most. */
        if (padding < duration / 100)
            padding = duration / 100 < 50000000 ? duration / 100 : 50000000;
        if (last - first + 2 * padding >= duration / ZOOM_SHARE)
            continue;
        zoom->finding = query_int(&q, 0);
        zoom->from_ns = first - padding > whole->from_ns ? first - padding : whole->from_ns;
        zoom->to_ns = last + padding < whole->to_ns ? last + padding : whole->to_ns;
    }
    return query_close(&q);
}

/* Two segments of each role get it written beside them, with their frame. */
static enum status load_labels(struct picture *picture, const struct report *report,
                               int64_t finding, struct error *err)
{
    struct query q;

    query_open(&q, report,
               "WITH numbered AS (SELECT segment_id, role, row_number() OVER"
               " (PARTITION BY role ORDER BY segment_id) AS nth FROM evidence"
               " WHERE finding_id = :finding)"
               " SELECT e.segment_id, e.role, p.name, s.frame FROM numbered e"
               " JOIN segment s ON s.id = e.segment_id JOIN leg l ON l.id = s.leg_id"
               " JOIN point p ON p.id = l.point_id WHERE e.nth <= 2"
               " ORDER BY e.segment_id, e.role LIMIT :limit",
               err);
    query_bind(&q, ":finding", finding);
    query_bind(&q, ":limit", LABELS_MAX);
    while (query_next(&q)) {
        struct picture_label *label =
            memory_append((void **)&picture->labels, &picture->labels_count,
                          &picture->labels_capacity, sizeof *label);
        char *text = NULL;
        size_t size = 0;
        FILE *stream = text_open(&text, &size);

        fprintf(stream, "%s, ", query_text(&q, 1));
        report_write_frame(stream, TEXT_PLAIN, report, query_text(&q, 2), query_int(&q, 3));
        fclose(stream);
        label->segment = query_int(&q, 0);
        label->text = safe_text(text, LABEL_MAX_LENGTH);
        free(text);
    }
    return query_close(&q);
}

static void zoom_at(struct picture *picture, const struct zoom *zoom)
{
    char duration[TIME_TEXT_SIZE];
    char *note;

    picture->from_ns = zoom->from_ns;
    picture->to_ns = zoom->to_ns;
    free(picture->name);
    picture->name = memory_print("connection-%" PRId64 "-zoom", picture->connection);
    note = memory_print("; here %s around the evidence",
                        time_text_human(zoom->to_ns - zoom->from_ns, duration));
    picture->range_note = safe_text(note, SUBTITLE_MAX_LENGTH);
    free(note);
}

static enum status add_zoom(struct picture_set *set, const struct report *report, struct error *err)
{
    const struct time_range all = {0};
    struct picture *picture = &set->pictures[set->count - 1];
    struct zoom zoom;
    enum status status;

    if (picture->segments < ZOOM_MIN_SEGMENTS)
        return STATUS_OK;
    status = find_zoom(&zoom, report, picture, err);
    if (status != STATUS_OK || zoom.finding == 0)
        return status;
    status = picture_set_add(set, report, picture->connection, &all, err);
    if (status != STATUS_OK)
        return status;
    picture = &set->pictures[set->count - 1];
    zoom_at(picture, &zoom);
    return load_labels(picture, report, zoom.finding, err);
}

enum status picture_set_choose(struct picture_set *set, const struct report *report, int max,
                               const struct time_range *range, struct error *err)
{
    enum status status = STATUS_OK, query_status;
    struct query q;

    query_open(&q, report,
               "WITH ranked AS (SELECT f.*, row_number() OVER"
               " (PARTITION BY f.connection_id ORDER BY " FINDING_ORDER ") AS nth"
               " FROM finding f JOIN rule r ON r.id = f.rule_id WHERE f.connection_id IS NOT NULL)"
               " SELECT f.connection_id FROM ranked f WHERE f.nth = 1 ORDER BY " SEVERITY_RANK(
                   "f.severity") ", f.confidence DESC, f.connection_id LIMIT :max",
               err);
    query_bind(&q, ":max", max);
    while (status == STATUS_OK && query_next(&q)) {
        status = picture_set_add(set, report, query_int(&q, 0), range, err);
        if (status == STATUS_OK && range->from == NULL && range->to == NULL)
            status = add_zoom(set, report, err);
    }
    query_status = query_close(&q);
    return status != STATUS_OK ? status : query_status;
}
