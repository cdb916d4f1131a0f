#include "extract/choice.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "case/query.h"

/* Bit 8 of segment.marks: fragmented. */
static const char finding_sql[] =
    "WITH told AS (SELECT segment_id, group_concat(role, ', ') AS role"
    "                FROM (SELECT segment_id, role FROM evidence WHERE finding_id = :id"
    "                       ORDER BY segment_id, role)"
    "               GROUP BY segment_id),"
    "     legs AS (SELECT DISTINCT leg_id AS id FROM segment"
    "               WHERE id IN (SELECT segment_id FROM told)),"
    "     numbered AS (SELECT id, leg_id, row_number() OVER (PARTITION BY leg_id ORDER BY id) AS n"
    "                    FROM segment WHERE :context > 0 AND leg_id IN (SELECT id FROM legs)),"
    "     wanted AS (SELECT segment_id AS id FROM told"
    "                UNION"
    "                SELECT x.id FROM told t JOIN numbered e ON e.id = t.segment_id"
    "                  JOIN numbered x ON x.leg_id = e.leg_id"
    "                                 AND x.n BETWEEN e.n - :context AND e.n + :context)"
    "SELECT s.frame, s.id, l.point_id, s.ts_ns, s.marks & 8, coalesce(t.role, 'context')"
    "  FROM wanted w JOIN segment s ON s.id = w.id JOIN leg l ON l.id = s.leg_id"
    "  LEFT JOIN told t ON t.segment_id = s.id"
    " UNION ALL "
    "SELECT i.frame, 0, i.point_id, i.ts_ns, 0, 'icmp'"
    "  FROM icmp i JOIN finding f ON f.id = :id AND i.ts_ns BETWEEN f.first_ns AND f.last_ns"
    " WHERE i.leg_id IN (SELECT id FROM legs)"
    " ORDER BY 1";

static const char connection_sql[] =
    "SELECT s.frame, s.id, l.point_id, s.ts_ns, s.marks & 8, 'segment'"
    "  FROM segment s JOIN leg l ON l.id = s.leg_id WHERE l.connection_id = :id"
    " UNION ALL "
    "SELECT i.frame, 0, i.point_id, i.ts_ns, 0, 'icmp'"
    "  FROM icmp i JOIN leg l ON l.id = i.leg_id WHERE l.connection_id = :id"
    " ORDER BY 1";

static void take_row(struct choice *choice, struct query *q)
{
    struct chosen *chosen = MEMORY_APPEND(choice->items, choice->count, choice->capacity);

    chosen->frame = query_int(q, 0);
    chosen->segment_id = query_int(q, 1);
    chosen->point_id = query_int(q, 2);
    chosen->ts_ns = query_int(q, 3);
    chosen->in_pieces = query_int(q, 4) != 0;
    chosen->role = memory_copy_text(query_text(q, 5));
}

static enum status take_rows(struct choice *choice, struct query *q)
{
    while (query_next(q))
        take_row(choice, q);
    return query_close(q);
}

static enum status must_exist(const struct report *report, const char *what, const char *sql,
                              int64_t id, struct error *err)
{
    enum status status;
    struct query q;
    bool found;

    query_open(&q, report, sql, err);
    query_bind(&q, ":id", id);
    found = query_next(&q);
    status = query_close(&q);
    if (status == STATUS_OK && !found)
        return error_set(err, STATUS_USAGE, "%s: there is no %s %" PRId64, report->path, what, id);
    return status;
}

enum status choice_of_finding(struct choice *choice, const struct report *report, int64_t id,
                              int64_t context, struct error *err)
{
    enum status status =
        must_exist(report, "finding", "SELECT 1 FROM finding WHERE id = :id", id, err);
    struct query q;

    if (status != STATUS_OK)
        return status;
    query_open(&q, report, finding_sql, err);
    query_bind(&q, ":id", id);
    query_bind(&q, ":context", context);
    status = take_rows(choice, &q);
    if (status == STATUS_OK && choice->count == 0)
        return error_set(err, STATUS_USAGE,
                         "%s: finding %" PRId64 " names no segment: take its --connection",
                         report->path, id);
    return status;
}

enum status choice_of_connection(struct choice *choice, const struct report *report, int64_t id,
                                 struct error *err)
{
    enum status status =
        must_exist(report, "connection", "SELECT 1 FROM connection WHERE id = :id", id, err);
    struct query q;

    if (status != STATUS_OK)
        return status;
    query_open(&q, report, connection_sql, err);
    query_bind(&q, ":id", id);
    return take_rows(choice, &q);
}

void choice_done(struct choice *choice)
{
    for (size_t i = 0; i < choice->count; i++)
        free(choice->items[i].role);
    free(choice->items);
    *choice = (struct choice){0};
}
