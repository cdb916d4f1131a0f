/* The graph of report.html: which connections it shows, and how many segments of each. What draws
 * it is html/graph.js. */
#include <stdlib.h>

#include "base/memory.h"
#include "case/query.h"
#include "picture/picture_set.h"
#include "report/html.h"
#include "report/html_asset.h"
#include "report/html_graph_data.h"

enum {
    SEGMENTS_MAX = 200000,  /* in all graphs, but for those with a mark */
    SEGMENTS_LEAST = 5000,  /* of a connection that comes when that is used up */
    QUIET_MAX = 3,          /* connections without findings, where there are no others */
    QUIET_LEGS_MAX = 20000, /* no look for them among more legs */
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

/* What the findings beside the graph have as evidence. It is never left out. */
static enum status load_wanted(struct graphs *graphs)
{
    struct query q;

    query_open(&q, graphs->report,
               "SELECT DISTINCT segment_id FROM (SELECT finding_id FROM worst ORDER BY place"
               " LIMIT :findings) w JOIN evidence e ON e.finding_id = w.finding_id"
               " ORDER BY segment_id",
               graphs->err);
    query_bind(&q, ":findings", HTML_GRAPH_FINDINGS_MAX);
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
        status = html_graph_write_data(report, &graphs.set, out, err);
    fputs("</section>\n", out);
out:
    picture_set_done(&graphs.set);
    free(graphs.wanted);
    return status;
}
