#include "report/html_graph_data.h"

#include <inttypes.h>

#include "base/text.h"
#include "base/time_text.h"
#include "case/query.h"

enum {
    EVIDENCE_MAX = 40, /* of a finding */
    NAME_MAX_LENGTH = 100,
    SUMMARY_MAX_LENGTH = 300,
};

/* What is in the graph. */
struct shown {
    const struct report *report;
    const struct picture_set *set;
    struct error *err;
};

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

static enum status write_lanes(FILE *out, const struct shown *shown, int64_t connection)
{
    const char *before = ",\"lanes\":[";
    struct query q;

    query_open(&q, shown->report,
               "SELECT p.name, l.client_addr || ':' || l.client_port,"
               " l.server_addr || ':' || l.server_port FROM leg l"
               " JOIN point p ON p.id = l.point_id WHERE l.connection_id = :connection"
               " ORDER BY l.path_position, l.id",
               shown->err);
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

/* "[ns since the first segment, direction of the data, left edge, right edge]" of each. */
static void write_sacks(FILE *out, const struct picture *picture)
{
    const char *before = "";

    fputs(",\"sacks\":[", out);
    for (size_t i = 0; i < picture->sacks_count; i++, before = ",") {
        const struct picture_sack *sack = &picture->sacks[i];

        fprintf(out, "%s[%" PRId64 ",%d,%" PRId64 ",%" PRId64 "]", before,
                sack->ts_ns - picture->origin_ns, sack->dir, sack->off, sack->off + sack->len);
    }
    fputs("]", out);
}

static enum status write_connection(FILE *out, const struct shown *shown,
                                    const struct picture *picture)
{
    char text[TIME_TEXT_SIZE];
    enum status status, lanes_status;
    struct query q;

    query_open(&q, shown->report,
               "SELECT client_addr || ':' || client_port, server_addr || ':' || server_port,"
               " outcome FROM connection WHERE id = :connection",
               shown->err);
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
    lanes_status = write_lanes(out, shown, picture->connection);
    if (picture->window.known)
        fprintf(out, ",\"scale\":[%d,%d]", picture->window.scale[0], picture->window.scale[1]);
    write_sacks(out, picture);
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

static const struct picture *picture_of(const struct shown *shown, int64_t connection)
{
    for (size_t i = 0; i < shown->set->count; i++)
        if (shown->set->pictures[i].connection == connection)
            return &shown->set->pictures[i];
    return NULL;
}

static enum status write_findings(FILE *out, const struct shown *shown)
{
    enum status status, evidence_status;
    struct query q, evidence;
    const char *before = "";

    fputs(",\n\"findings\":[", out);
    query_open(&evidence, shown->report,
               "SELECT segment_id, role FROM evidence WHERE finding_id = :finding"
               " ORDER BY segment_id, role",
               shown->err);
    query_open(&q, shown->report,
               "SELECT f.id, f.connection_id, f.first_ns, f.last_ns, f.severity, f.summary"
               " FROM worst w JOIN finding f ON f.id = w.finding_id"
               " WHERE f.connection_id IS NOT NULL ORDER BY w.place LIMIT :limit",
               shown->err);
    query_bind(&q, ":limit", HTML_GRAPH_FINDINGS_MAX);
    while (query_next(&q)) {
        const struct picture *picture = picture_of(shown, query_int(&q, 1));

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
static enum status write_others(FILE *out, const struct shown *shown)
{
    struct query q;

    query_open(&q, shown->report,
               "SELECT max(count(DISTINCT connection_id) - :shown, 0) FROM worst", shown->err);
    query_bind(&q, ":shown", (int64_t)shown->set->count);
    fprintf(out, "\"others\":%" PRId64 ",", query_next(&q) ? query_int(&q, 0) : 0);
    return query_close(&q);
}

enum status html_graph_write_data(const struct report *report, const struct picture_set *set,
                                  FILE *out, struct error *err)
{
    const struct shown shown = {.report = report, .set = set, .err = err};
    enum status status;

    fputs("<script type=\"application/json\" id=data>{", out);
    status = write_others(out, &shown);
    write_captures(out, report);
    write_marks(out);
    fputs(",\n\"connections\":[", out);
    for (size_t i = 0; i < set->count && status == STATUS_OK; i++) {
        fputs(i > 0 ? ",\n" : "\n", out);
        status = write_connection(out, &shown, &set->pictures[i]);
    }
    fputs("]", out);
    if (status == STATUS_OK)
        status = write_findings(out, &shown);
    fputs("}</script>\n", out);
    return status;
}
