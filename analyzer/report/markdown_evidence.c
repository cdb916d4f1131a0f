/* The packets that prove a finding, in the order of time, as tcpdump would print them. */
#include <stdlib.h>
#include <string.h>

#include "base/time_text.h"
#include "case/query.h"
#include "report/markdown.h"
#include "report/segment_line.h"

enum {
    FIRST = 12,
    LAST = MARKDOWN_EVIDENCE_LINES - FIRST
};

/* The first and the last segments of many: how it began and what it came to. */
static const char evidence_sql[] =
    "WITH proof AS (SELECT segment_id, group_concat(role, ', ') AS roles"
    " FROM evidence WHERE finding_id = :finding GROUP BY segment_id),"
    " numbered AS (SELECT segment_id, roles, row_number() OVER (ORDER BY segment_id) AS nth,"
    " count(*) OVER () AS total FROM proof) "
    "SELECT n.nth, n.total, n.roles, p.name, s.frame, s.ts_ns, s.dir,"
    " l.client_addr, l.client_port, l.server_addr, l.server_port,"
    " s.flags, s.off, s.ack_off, s.len, s.win, s.ttl, s.tsval, s.tsecr"
    " FROM numbered n JOIN segment s ON s.id = n.segment_id"
    " JOIN leg l ON l.id = s.leg_id JOIN point p ON p.id = l.point_id"
    " WHERE n.nth <= :first OR n.nth > n.total - :last ORDER BY n.nth";

enum column {
    NTH,
    TOTAL,
    ROLES,
    POINT,
    FRAME,
    TS,
    DIR,
    CLIENT_ADDR,
    CLIENT_PORT,
    SERVER_ADDR,
    SERVER_PORT,
    FLAGS,
    OFF,
    ACK_OFF,
    LEN,
    WIN,
    TTL,
    TSVAL,
    TSECR,
};

/* "host#562" of the current row. Caller frees with free(). */
static char *frame_name(struct query *q)
{
    char *text = NULL;
    size_t size = 0;
    FILE *stream = text_open(&text, &size);

    report_write_frame(stream, TEXT_FENCED, q->report, query_text(q, POINT), query_int(q, FRAME));
    fclose(stream);
    return text;
}

static void write_line(FILE *out, struct query *q, int where_width)
{
    bool back = query_int(q, DIR) != 0;
    char *where = frame_name(q);
    struct segment_line line = {
        .ts_ns = query_int(q, TS),
        .where = where,
        .src_addr = query_text(q, back ? SERVER_ADDR : CLIENT_ADDR),
        .src_port = (int)query_int(q, back ? SERVER_PORT : CLIENT_PORT),
        .dst_addr = query_text(q, back ? CLIENT_ADDR : SERVER_ADDR),
        .dst_port = (int)query_int(q, back ? CLIENT_PORT : SERVER_PORT),
        .flags = (unsigned)query_int(q, FLAGS),
        .off = query_int(q, OFF),
        .has_ack = !query_is_null(q, ACK_OFF),
        .ack_off = query_int(q, ACK_OFF),
        .len = query_int(q, LEN),
        .win = query_int(q, WIN),
        .ttl = (int)query_int(q, TTL),
        .has_timestamps = !query_is_null(q, TSVAL),
        .tsval = query_int(q, TSVAL),
        .tsecr = query_int(q, TSECR),
        .role = query_text(q, ROLES),
    };

    segment_line_write(out, &line, where_width);
    fputc('\n', out);
    free(where);
}

static int widest_frame_name(struct query *q)
{
    int widest = 0;

    while (query_next(q)) {
        char *where = frame_name(q);
        int width = (int)strlen(where);

        widest = width > widest ? width : widest;
        free(where);
    }
    query_rewind(q);
    return widest;
}

enum status markdown_evidence(const struct report *report, FILE *out, int64_t finding,
                              struct error *err)
{
    char date[TIME_TEXT_SIZE], text[TEXT_COUNT_SIZE];
    struct query q;
    int64_t last = 0;
    int width;

    query_open(&q, report, evidence_sql, err);
    query_bind(&q, ":finding", finding);
    query_bind(&q, ":first", FIRST);
    query_bind(&q, ":last", LAST);
    width = widest_frame_name(&q);
    while (query_next(&q)) {
        int64_t nth = query_int(&q, NTH);

        if (last == 0)
            fprintf(out,
                    "\n**The packets of the first one**, on %.10s (UTC; sequence and ACK numbers"
                    " count from the ISN):\n\n```text\n",
                    time_text_iso(query_int(&q, TS), date));
        else if (nth != last + 1)
            fprintf(out, "… %s more\n", text_count(nth - last - 1, text));
        write_line(out, &q, width);
        last = nth;
    }
    if (last > 0)
        fputs("```\n", out);
    return query_close(&q);
}
