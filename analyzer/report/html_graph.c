/* The graph of report.html: which connections it shows, and its data. What draws it is
 * html/graph.js. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/time_text.h"
#include "case/query.h"
#include "picture/picture_set.h"
#include "report/html.h"
#include "report/html_asset.h"

enum {
    SEGMENTS_MAX = 200000,  /* in all graphs, but for those with a mark */
    SEGMENTS_LEAST = 5000,  /* of a connection that comes when that is used up */
    QUIET_MAX = 3,          /* connections without findings, where there are no others */
    QUIET_LEGS_MAX = 20000, /* no look for them among more legs */
    FINDINGS_MAX = 2000,
    EVIDENCE_MAX = 40,
    NAME_MAX_LENGTH = 100,
    SUMMARY_MAX_LENGTH = 300,
};

struct graphs {
    const struct report *report;
    struct error *err;
    struct picture_set set;
    int64_t *wanted; /* segments of evidence, ascending */
    size_t wanted_count, wanted_capacity;
};

static enum status add(struct graphs *graphs, int64_t connection)
{
    const struct time_range all = {0};
    struct picture *picture;
    enum status status =
        picture_set_add(&graphs->set, graphs->report, connection, &all, graphs->err);

    picture = &graphs->set.pictures[graphs->set.count - 1];
    picture->kind = PICTURE_GRAPH;
    return status;
}

/* The worst connections; without any, the largest. */
static enum status choose(struct graphs *graphs, int max)
{
    enum status status = STATUS_OK, closed;
    struct query q;

    query_open(&q, graphs->report,
               "WITH bad AS (SELECT connection_id, min(place) AS place FROM worst"
               " WHERE connection_id IS NOT NULL GROUP BY connection_id"
               " ORDER BY min(place) LIMIT :max),"
               " quiet AS (SELECT connection_id, max(segments_client + segments_server) AS segments"
               " FROM leg WHERE NOT EXISTS (SELECT * FROM bad)"
               " AND (SELECT max(id) FROM leg) <= :legs GROUP BY connection_id"
               " ORDER BY segments DESC, connection_id LIMIT min(:max, :quiet))"
               " SELECT connection_id, place, 0 FROM bad"
               " UNION ALL SELECT connection_id, 0, -segments FROM quiet ORDER BY 2, 3, 1",
               graphs->err);
    query_bind(&q, ":max", max);
    query_bind(&q, ":quiet", QUIET_MAX);
    query_bind(&q, ":legs", QUIET_LEGS_MAX);
    while (status == STATUS_OK && query_next(&q))
        status = add(graphs, query_int(&q, 0));
    closed = query_close(&q);
    return status != STATUS_OK ? status : closed;
}

/* The evidence of the connections in the graph. */
static enum status load_wanted(struct graphs *graphs)
{
    struct query q;

    query_open(&q, graphs->report,
               "SELECT DISTINCT segment_id FROM (SELECT finding_id FROM worst ORDER BY place"
               " LIMIT :findings) w JOIN evidence e ON e.finding_id = w.finding_id"
               " ORDER BY segment_id",
               graphs->err);
    query_bind(&q, ":findings", FINDINGS_MAX);
    while (query_next(&q)) {
        int64_t *segment =
            MEMORY_APPEND(graphs->wanted, graphs->wanted_count, graphs->wanted_capacity);
        *segment = query_int(&q, 0);
    }
    return query_close(&q);
}

static enum status share_out(struct graphs *graphs)
{
    int64_t room = SEGMENTS_MAX;
    struct query q;

    query_open(&q, graphs->report,
               "SELECT coalesce(sum(segments_client + segments_server), 0) FROM leg"
               " WHERE connection_id = :connection",
               graphs->err);
    for (size_t i = 0; i < graphs->set.count; i++) {
        struct picture *picture = &graphs->set.pictures[i];
        int64_t share = room > SEGMENTS_LEAST ? room : SEGMENTS_LEAST;
        int64_t segments = 0;

        query_bind(&q, ":connection", picture->connection);
        if (query_next(&q))
            segments = query_int(&q, 0);
        query_rewind(&q);
        picture->graph =
            graph_new(picture->origin_ns, (segments + share - 1) / share + (segments == 0),
                      graphs->wanted, graphs->wanted_count);
        room -= segments < share ? segments : share;
    }
    return query_close(&q);
}

static void write_captures(FILE *out, const struct report *report)
{
    fputs("\"captures\":[", out);
    for (size_t i = 0; i < report->captures_count; i++) {
        const struct report_capture *capture = &report->captures[i];

        fprintf(out, "%s[%" PRId64 ",%" PRId64 ",", i > 0 ? "," : "", capture->first_frame,
                capture->packets);
        text_write(out, TEXT_JSON, capture->one_of_many ? capture->file_name : "", NAME_MAX_LENGTH);
        fputc(']', out);
    }
    fputs("]", out);
}

static void write_marks(FILE *out)
{
    fputs(",\"marks\":[", out);
    for (int mark = 0; mark < MARKS; mark++) {
        fputs(mark > 0 ? "," : "", out);
        text_write(out, TEXT_JSON, mark_style((enum mark)mark)->legend, NAME_MAX_LENGTH);
    }
    fputs("]", out);
}

static enum status write_lanes(FILE *out, const struct graphs *graphs, int64_t connection)
{
    const char *before = ",\"lanes\":[";
    struct query q;

    query_open(&q, graphs->report,
               "SELECT p.name, l.client_addr || ':' || l.client_port,"
               " l.server_addr || ':' || l.server_port FROM leg l"
               " JOIN point p ON p.id = l.point_id WHERE l.connection_id = :connection"
               " ORDER BY l.path_position, l.id",
               graphs->err);
    query_bind(&q, ":connection", connection);
    for (; query_next(&q); before = ",") {
        fprintf(out, "%s[", before);
        for (int column = 0; column < 3; column++) {
            fputs(column > 0 ? "," : "", out);
            text_write(out, TEXT_JSON, query_text(&q, column), NAME_MAX_LENGTH);
        }
        fputc(']', out);
    }
    fputs("]", out);
    return query_close(&q);
}

/* By how many bits the windows of client and server are shifted: none if not both SYNs have the
 * option (RFC 7323 §2.2); without a SYN it is not known. */
static enum status write_scale(FILE *out, const struct graphs *graphs, int64_t connection)
{
    struct query q;

    query_open(&q, graphs->report,
               "SELECT iif(both, client, 0), iif(both, server, 0)"
               " FROM (SELECT max(wscale_client) AS client, max(wscale_server) AS server,"
               "  max(wscale_client) NOT NULL AND max(wscale_server) NOT NULL AS both"
               "  FROM leg WHERE connection_id = :connection HAVING max(syns + synacks) > 0)",
               graphs->err);
    query_bind(&q, ":connection", connection);
    if (query_next(&q))
        fprintf(out, ",\"scale\":[%" PRId64 ",%" PRId64 "]", query_int(&q, 0), query_int(&q, 1));
    return query_close(&q);
}

static enum status write_connection(FILE *out, const struct graphs *graphs,
                                    const struct picture *picture)
{
    char text[TIME_TEXT_SIZE];
    enum status status, lanes_status;
    struct query q;

    query_open(&q, graphs->report,
               "SELECT client_addr || ':' || client_port, server_addr || ':' || server_port,"
               " outcome FROM connection WHERE id = :connection",
               graphs->err);
    query_bind(&q, ":connection", picture->connection);
    fprintf(out, "{\"id\":%" PRId64 ",\"dir\":%d,\"origin\":\"%s\"", picture->connection,
            picture->dir, time_text_iso(picture->origin_ns, text));
    if (query_next(&q)) {
        static const char *const keys[] = {"client", "server", "outcome"};

        for (int column = 0; column < 3; column++) {
            fprintf(out, ",\"%s\":", keys[column]);
            text_write(out, TEXT_JSON, query_text(&q, column), NAME_MAX_LENGTH);
        }
    }
    status = query_close(&q);
    lanes_status = write_lanes(out, graphs, picture->connection);
    if (lanes_status == STATUS_OK)
        lanes_status = write_scale(out, graphs, picture->connection);
    fprintf(out, ",\"count\":%zu,\"left_out\":%" PRId64 ",\"data\":\"", graph_count(picture->graph),
            graph_left_out(picture->graph));
    graph_write_data(out, picture->graph);
    fputs("\"}", out);
    return status != STATUS_OK ? status : lanes_status;
}

static void write_evidence(FILE *out, struct query *evidence, const struct picture *picture,
                           int64_t finding)
{
    const char *before = "";
    int written = 0;

    query_bind(evidence, ":finding", finding);
    while (query_next(evidence)) {
        int64_t index = graph_index(picture->graph, query_int(evidence, 0));

        if (index < 0 || written++ >= EVIDENCE_MAX)
            continue;
        fprintf(out, "%s[%" PRId64 ",", before, index);
        text_write(out, TEXT_JSON, query_text(evidence, 1), NAME_MAX_LENGTH);
        fputc(']', out);
        before = ",";
    }
    query_rewind(evidence);
}

static const struct picture *picture_of(const struct graphs *graphs, int64_t connection)
{
    for (size_t i = 0; i < graphs->set.count; i++)
        if (graphs->set.pictures[i].connection == connection)
            return &graphs->set.pictures[i];
    return NULL;
}

static enum status write_findings(FILE *out, const struct graphs *graphs)
{
    enum status status, evidence_status;
    struct query q, evidence;
    const char *before = "";

    fputs(",\n\"findings\":[", out);
    query_open(&evidence, graphs->report,
               "SELECT segment_id, role FROM evidence WHERE finding_id = :finding"
               " ORDER BY segment_id, role",
               graphs->err);
    query_open(&q, graphs->report,
               "SELECT f.id, f.connection_id, f.first_ns, f.last_ns, f.severity, f.summary"
               " FROM worst w JOIN finding f ON f.id = w.finding_id"
               " WHERE f.connection_id IS NOT NULL ORDER BY w.place LIMIT :limit",
               graphs->err);
    query_bind(&q, ":limit", FINDINGS_MAX);
    while (query_next(&q)) {
        const struct picture *picture = picture_of(graphs, query_int(&q, 1));

        if (picture == NULL)
            continue;
        fprintf(out, "%s\n{\"id\":%" PRId64 ",\"connection\":%" PRId64, before, query_int(&q, 0),
                query_int(&q, 1));
        if (!query_is_null(&q, 2) && !query_is_null(&q, 3))
            fprintf(out, ",\"first\":%" PRId64 ",\"last\":%" PRId64,
                    query_int(&q, 2) - picture->origin_ns, query_int(&q, 3) - picture->origin_ns);
        fputs(",\"severity\":", out);
        text_write(out, TEXT_JSON, query_text(&q, 4), NAME_MAX_LENGTH);
        fputs(",\"summary\":", out);
        text_write(out, TEXT_JSON, query_text(&q, 5), SUMMARY_MAX_LENGTH);
        fputs(",\"evidence\":[", out);
        write_evidence(out, &evidence, picture, query_int(&q, 0));
        fputs("]}", out);
        before = ",";
    }
    fputs("]", out);
    status = query_close(&q);
    evidence_status = query_close(&evidence);
    return status != STATUS_OK ? status : evidence_status;
}

/* How many connections with findings have no graph. */
static enum status write_others(FILE *out, const struct graphs *graphs)
{
    struct query q;

    query_open(&q, graphs->report,
               "SELECT max(count(DISTINCT connection_id) - :shown, 0) FROM worst", graphs->err);
    query_bind(&q, ":shown", (int64_t)graphs->set.count);
    fprintf(out, "\"others\":%" PRId64 ",", query_next(&q) ? query_int(&q, 0) : 0);
    return query_close(&q);
}

static enum status write_data(FILE *out, const struct graphs *graphs)
{
    enum status status;

    fputs("<script type=\"application/json\" id=data>{", out);
    status = write_others(out, graphs);
    write_captures(out, graphs->report);
    write_marks(out);
    fputs(",\n\"connections\":[", out);
    for (size_t i = 0; i < graphs->set.count && status == STATUS_OK; i++) {
        fputs(i > 0 ? ",\n" : "\n", out);
        status = write_connection(out, graphs, &graphs->set.pictures[i]);
    }
    fputs("]", out);
    if (status == STATUS_OK)
        status = write_findings(out, graphs);
    fputs("}</script>\n", out);
    return status;
}

enum status html_graph(const struct report *report, FILE *out, struct error *err)
{
    struct graphs graphs = {.report = report, .err = err};
    enum status status = choose(&graphs, report->max_plots);

    if (status == STATUS_OK && graphs.set.count == 0)
        goto out;
    fputs("<section id=\"graph\">\n<h2>Graph</h2>\n", out);
    if (!html_asset_has_graph()) {
        fputs(
            "<p>This program was built without dygraphs: no graph. <code>make deps</code> installs"
            " it.</p>\n</section>\n",
            out);
        goto out;
    }
    if (status == STATUS_OK)
        status = load_wanted(&graphs);
    if (status == STATUS_OK)
        status = share_out(&graphs);
    if (status == STATUS_OK)
        status = picture_set_fill(&graphs.set, report, err);
    fputs("<noscript><p>The graph needs scripts; everything else does without.</p></noscript>\n"
          "<div id=graph-view></div>\n",
          out);
    if (status == STATUS_OK)
        status = write_data(out, &graphs);
    fputs("</section>\n", out);
out:
    picture_set_done(&graphs.set);
    free(graphs.wanted);
    return status;
}
