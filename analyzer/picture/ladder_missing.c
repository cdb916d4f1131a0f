#include "picture/ladder_missing.h"

#include "base/memory.h"
#include "case/query.h"

enum status ladder_missing_load(struct ladder_missing *missing, const struct report *report,
                                int64_t connection, struct error *err)
{
    struct query q;

    *missing = (struct ladder_missing){0};
    query_open(&q, report,
               "SELECT p.name, (SELECT s.dir FROM evidence e JOIN segment s ON s.id = e.segment_id"
               " JOIN leg l ON l.id = s.leg_id WHERE e.finding_id = f.id"
               " AND l.connection_id = :connection ORDER BY e.segment_id LIMIT 1)"
               " FROM worst w JOIN finding f ON f.id = w.finding_id, json_each(CASE WHEN"
               " json_valid(f.detail) THEN f.detail ELSE '{}' END,"
               " '$.never_seen') n JOIN point p ON p.name = json_extract(n.value, '$.point')"
               " WHERE w.connection_id = :connection AND n.type = 'object'"
               " ORDER BY w.place, p.id LIMIT 1",
               err);
    query_bind(&q, ":connection", connection);
    if (query_next(&q))
        *missing =
            (struct ladder_missing){memory_copy_text(query_text(&q, 0)), (int)query_int(&q, 1)};
    return query_close(&q);
}

void ladder_missing_mark(const struct ladder_missing *missing, struct ladder *ladder, size_t lanes,
                         int64_t segment)
{
    size_t edge = missing->dir == 0 ? lanes : 1;

    for (size_t i = 0; i < ladder->count; i++) {
        struct ladder_row *row = &ladder->rows[i];
        struct ladder_span span = ladder_span(row, lanes);

        if (!row->is_icmp && row->dir == missing->dir && ladder_row_shows(row, segment) &&
            (int)span.last + span.forward == (int)edge)
            row->mark_bits |= 1u << MARK_NOT_FORWARDED;
    }
}
