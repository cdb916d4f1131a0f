/* What the case says of a connection that is drawn. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "case/query.h"
#include "decode/packet.h"
#include "picture/picture_set.h"

enum {
    TITLE_MAX_LENGTH = 130,
    SUBTITLE_MAX_LENGTH = 145,
    LEGEND_MAX_LENGTH = 24,
    LANE_MAX_LENGTH = 24,
    END_MAX_LENGTH = 48,
};

static const char connection_sql[] =
    "SELECT c.client_addr || ':' || c.client_port, c.server_addr || ':' || c.server_port,"
    " c.outcome, c.first_ns, c.last_ns, coalesce(max(l.bytes_server) > max(l.bytes_client), 0),"
    " coalesce(max(l.segments_client + l.segments_server), 0),"
    " (SELECT f.severity || ': ' || f.summary FROM worst w JOIN finding f ON f.id = w.finding_id"
    " WHERE w.connection_id = c.id ORDER BY w.place LIMIT 1)"
    " FROM connection c LEFT JOIN leg l ON l.connection_id = c.id"
    " WHERE c.id = :connection GROUP BY c.id";

enum connection_column {
    CLIENT,
    SERVER,
    OUTCOME,
    FIRST,
    LAST,
    DIR,
    SEGMENTS,
    FINDING
};

static const char legs_sql[] =
    "SELECT l.id, p.name, CASE"
    " WHEN l.client_addr <> c.client_addr OR l.client_port <> c.client_port"
    " THEN 'client: ' || l.client_addr || ':' || l.client_port"
    " WHEN l.server_addr <> c.server_addr OR l.server_port <> c.server_port"
    " THEN 'server: ' || l.server_addr || ':' || l.server_port END"
    " FROM leg l JOIN point p ON p.id = l.point_id JOIN connection c ON c.id = l.connection_id"
    " WHERE l.connection_id = :connection ORDER BY l.path_position, l.id";

static char *legend_of(const char *what, const char *point)
{
    char *text = memory_print("%s at %s", what, point);
    char *safe = text_safe(TEXT_GNUPLOT, text, LEGEND_MAX_LENGTH);

    free(text);
    return safe;
}

static char *title_of(struct query *q, int64_t connection)
{
    char *text = memory_print("Connection %" PRId64 ":  %s > %s  (%s)", connection,
                              query_text(q, CLIENT), query_text(q, SERVER), query_text(q, OUTCOME));
    char *safe = text_safe(TEXT_GNUPLOT, text, TITLE_MAX_LENGTH);

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
    picture->subtitle[0] = text_safe(TEXT_GNUPLOT, first, SUBTITLE_MAX_LENGTH);
    picture->subtitle[1] =
        text_safe(TEXT_GNUPLOT, text + end + (text[end] == ' '), SUBTITLE_MAX_LENGTH);
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
            MEMORY_APPEND(picture->traces, picture->traces_count, picture->traces_capacity);
        trace->leg = query_int(&q, 0);
        trace->data_legend = legend_of("data", query_text(&q, 1));
        trace->ack_legend = legend_of("ACKs", query_text(&q, 1));
        trace->lane[0] = text_safe(TEXT_GNUPLOT, query_text(&q, 1), LANE_MAX_LENGTH);
        trace->lane[1] = text_safe(TEXT_GNUPLOT, query_text(&q, 2), END_MAX_LENGTH);
    }
    return query_close(&q);
}

/* As it counts: what the SYN offers, and what a case says, may be anything. */
static int scale_of(int64_t offered)
{
    return offered < 0 ? 0 : offered > SCALE_MAX ? SCALE_MAX : (int)offered;
}

/* The scale of windows is in force if both SYNs have it; either may be known at any point. */
static enum status load_window(struct picture *picture, const struct report *report,
                               struct error *err)
{
    struct picture_window *window = &picture->window;
    struct query q;

    query_open(&q, report,
               "SELECT iif(both, client, 0), iif(both, server, 0), handshake"
               " FROM (SELECT max(wscale_client) AS client, max(wscale_server) AS server,"
               "  max(wscale_client) NOT NULL AND max(wscale_server) NOT NULL AS both,"
               "  max(syns + synacks) > 0 AS handshake"
               "  FROM leg WHERE connection_id = :connection)",
               err);
    query_bind(&q, ":connection", picture->connection);
    if (query_next(&q) && picture->traces_count > 0) {
        window->trace = picture->dir == 0 ? 0 : picture->traces_count - 1;
        window->known = query_int(&q, 2) != 0;
        for (int dir = 0; dir < 2; dir++)
            window->scale[dir] = scale_of(query_int(&q, dir));
        window->legend = text_safe(TEXT_GNUPLOT, "window's edge", LEGEND_MAX_LENGTH);
    }
    return query_close(&q);
}

enum status picture_set_add(struct picture_set *set, const struct report *report,
                            int64_t connection, const struct time_range *range, struct error *err)
{
    struct picture *picture = MEMORY_APPEND(set->pictures, set->count, set->capacity);
    enum status status;
    struct query q;

    picture->connection = connection;
    picture->name = memory_print("connection-%" PRId64, connection);
    query_open(&q, report, connection_sql, err);
    query_bind(&q, ":connection", connection);
    if (query_next(&q)) {
        picture->title = title_of(&q, connection);
        set_subtitle(picture, query_text(&q, FINDING));
        picture->client = text_safe(TEXT_GNUPLOT, query_text(&q, CLIENT), END_MAX_LENGTH);
        picture->server = text_safe(TEXT_GNUPLOT, query_text(&q, SERVER), END_MAX_LENGTH);
        picture->segments = query_int(&q, SEGMENTS);
        picture->origin_ns = query_int(&q, FIRST);
        picture->dir = (int)query_int(&q, DIR);
        picture->is_part = range->from != NULL || range->to != NULL;
        time_range_apply(range, query_int(&q, FIRST), query_int(&q, LAST), &picture->from_ns,
                         &picture->to_ns);
    }
    status = query_close(&q);
    if (status != STATUS_OK)
        return status;
    if (picture->title == NULL)
        return error_set(err, STATUS_USAGE, "%s: no connection %" PRId64, report->path, connection);
    status = load_legs(picture, report, err);
    return status == STATUS_OK ? load_window(picture, report, err) : status;
}
