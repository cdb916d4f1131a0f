/* Which connections are drawn, and which part of them. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/time_text.h"
#include "case/query.h"
#include "picture/ladder_missing.h"
#include "picture/picture_set.h"

enum {
    LABEL_MAX_LENGTH = 60,
    LANE_MAX_LENGTH = 24,
    ROLE_MAX_LENGTH = 30, /* what has room beside a ladder */
    LABELS_MAX = 10,
    ZOOM_MIN_SEGMENTS = 100,
    ZOOM_SHARE = 3, /* the evidence is zoomed at if it is less than 1/3 of the whole */
};

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
               "SELECT w.finding_id, min(s.ts_ns), max(s.ts_ns) FROM worst w"
               " JOIN evidence e ON e.finding_id = w.finding_id"
               " JOIN segment s ON s.id = e.segment_id JOIN leg l ON l.id = s.leg_id"
               " WHERE w.connection_id = :connection AND l.connection_id = :connection"
               " GROUP BY w.place ORDER BY w.place",
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
            MEMORY_APPEND(picture->labels, picture->labels_count, picture->labels_capacity);
        char *text = NULL;
        size_t size = 0;
        FILE *stream = text_open(&text, &size);

        fprintf(stream, "%s, ", query_text(&q, 1));
        report_write_frame(stream, TEXT_PLAIN, report, query_text(&q, 2), query_int(&q, 3));
        fclose(stream);
        label->segment = query_int(&q, 0);
        label->text = text_safe(TEXT_GNUPLOT, text, LABEL_MAX_LENGTH);
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
    picture->range_note = text_safe(TEXT_GNUPLOT, note, LABEL_MAX_LENGTH);
    free(note);
}

enum status picture_set_add_zoom(struct picture_set *set, const struct report *report,
                                 struct error *err)
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

/* An error comes after the segment that it is about, which may be the connection's last. */
static enum status load_icmp(struct picture *picture, const struct report *report,
                             struct error *err)
{
    struct query q;

    query_open(
        &q, report,
        "SELECT i.leg_id, i.ts_ns, i.frame, i.ttl, " LADDER_ICMP_WORDS
        " FROM icmp i JOIN leg l ON l.id = i.leg_id JOIN connection c ON c.id = l.connection_id"
        " WHERE c.id = :connection AND (i.ts_ns >= :from OR :from <= c.first_ns)"
        " AND (i.ts_ns <= :to OR :to >= c.last_ns)"
        " ORDER BY i.id LIMIT :limit",
        err);
    query_bind(&q, ":connection", picture->connection);
    query_bind(&q, ":from", picture->from_ns);
    query_bind(&q, ":to", picture->to_ns);
    query_bind(&q, ":limit", LADDER_ROWS_MAX);
    while (query_next(&q))
        for (size_t lane = 0; lane < picture->traces_count; lane++)
            if (picture->traces[lane].leg == query_int(&q, 0))
                ladder_add_icmp(&picture->ladder, lane, query_int(&q, 1),
                                report_frame_in_file(report, query_int(&q, 2)),
                                (int)query_int(&q, 3),
                                text_safe(TEXT_GNUPLOT, query_text(&q, 4), LABEL_MAX_LENGTH));
    return query_close(&q);
}

/* The roles that segments have as evidence of any finding. */
static enum status load_roles(struct picture *picture, const struct report *report,
                              struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT DISTINCT e.segment_id, e.role FROM worst w"
               " JOIN evidence e ON e.finding_id = w.finding_id"
               " WHERE w.connection_id = :connection"
               " ORDER BY e.segment_id, e.role LIMIT :limit",
               err);
    query_bind(&q, ":connection", picture->connection);
    query_bind(&q, ":limit", (int64_t)LADDER_ROWS_MAX * LADDER_LANES_MAX);
    while (query_next(&q)) {
        struct picture_label *label =
            MEMORY_APPEND(picture->labels, picture->labels_count, picture->labels_capacity);
        label->segment = query_int(&q, 0);
        label->text = text_safe(TEXT_GNUPLOT, query_text(&q, 1), ROLE_MAX_LENGTH);
    }
    return query_close(&q);
}

/* A lane behind the others, in the direction of what never came there. */
static enum status add_missing(struct picture *picture, const struct report *report,
                               struct error *err)
{
    enum status status = ladder_missing_load(&picture->missing, report, picture->connection, err);
    struct picture_trace *trace;

    if (status != STATUS_OK || picture->missing.point == NULL ||
        picture->traces_count == LADDER_LANES_MAX)
        return status;
    trace = MEMORY_APPEND(picture->traces, picture->traces_count, picture->traces_capacity);
    if (picture->missing.dir != 0)
        for (; trace > picture->traces; trace--)
            *trace = trace[-1];
    *trace = (struct picture_trace){0};
    trace->lane[0] = text_safe(TEXT_GNUPLOT, picture->missing.point, LANE_MAX_LENGTH);
    trace->lane[1] = text_safe(TEXT_GNUPLOT, "", LANE_MAX_LENGTH);
    return STATUS_OK;
}

/* How many segments the point that saw most has in a part of the connection. */
static enum status count_part(const struct picture *picture, const struct report *report,
                              int64_t *count, struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT max((SELECT count(*) FROM segment s WHERE s.id BETWEEN l.first_segment AND"
               " l.last_segment AND s.leg_id = l.id AND s.ts_ns BETWEEN :from AND :to"
               " AND s.marks & 32 = 0)) FROM leg l WHERE l.connection_id = :connection",
               err);
    query_bind(&q, ":connection", picture->connection);
    query_bind(&q, ":from", picture->from_ns);
    query_bind(&q, ":to", picture->to_ns);
    *count = query_next(&q) ? query_int(&q, 0) : 0;
    return query_close(&q);
}

/* A connection of few segments, as of a handshake that failed, is best told by a ladder. */
enum status picture_set_add_ladder(struct picture_set *set, const struct report *report,
                                   struct error *err)
{
    const struct time_range all = {0};
    struct picture *picture = &set->pictures[set->count - 1];
    const int64_t from_ns = picture->from_ns, to_ns = picture->to_ns;
    enum status status = STATUS_OK;
    int64_t segments = picture->segments;

    if (picture->is_part)
        status = count_part(picture, report, &segments, err);
    if (status != STATUS_OK || segments > LADDER_ROWS_MAX ||
        picture->traces_count > LADDER_LANES_MAX)
        return status;
    status = picture_set_add(set, report, picture->connection, &all, err);
    if (status != STATUS_OK)
        return status;
    picture = &set->pictures[set->count - 1];
    picture->kind = PICTURE_LADDER;
    picture->from_ns = from_ns;
    picture->to_ns = to_ns;
    free(picture->name);
    picture->name = memory_print("connection-%" PRId64 "-ladder", picture->connection);
    status = add_missing(picture, report, err);
    if (status == STATUS_OK)
        status = load_icmp(picture, report, err);
    return status != STATUS_OK ? status : load_roles(picture, report, err);
}

enum status picture_set_choose(struct picture_set *set, const struct report *report, int max,
                               const struct time_range *range, struct error *err)
{
    enum status status = STATUS_OK, query_status;
    struct query q;

    query_open(&q, report,
               "SELECT connection_id FROM worst WHERE connection_id IS NOT NULL"
               " GROUP BY connection_id ORDER BY min(place) LIMIT :max",
               err);
    query_bind(&q, ":max", max);
    while (status == STATUS_OK && query_next(&q)) {
        bool whole = range->from == NULL && range->to == NULL;

        status = picture_set_add(set, report, query_int(&q, 0), range, err);
        if (status == STATUS_OK && whole)
            status = picture_set_add_zoom(set, report, err);
        if (status == STATUS_OK && whole)
            status = picture_set_add_ladder(set, report, err);
    }
    query_status = query_close(&q);
    return status != STATUS_OK ? status : query_status;
}
