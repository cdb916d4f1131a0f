#include "report/ladder_told.h"

#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "case/query.h"
#include "picture/picture.h"
#include "report/ladder_choose.h"

enum {
    NAME_MAX_LENGTH = 60
};

static unsigned lane_of(const struct ladder_told *told, int64_t leg)
{
    for (size_t i = 0; i < told->lanes_count; i++)
        if (told->lanes[i].leg == leg)
            return (unsigned)i;
    return LADDER_LANES_MAX;
}

static enum status load_rows(struct ladder_told *told, const struct report *report,
                             struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT leg_id, ts_ns, dir, off, len, ack_off, flags, seen_before, frame, ttl"
               " FROM segment WHERE id = :segment",
               err);
    for (size_t i = 0; i < told->chosen_count; i++) {
        query_bind(&q, ":segment", told->chosen[i]);
        if (query_next(&q) && lane_of(told, query_int(&q, 0)) < LADDER_LANES_MAX) {
            const struct picture_segment segment = {
                .id = told->chosen[i],
                .ts_ns = query_int(&q, 1),
                .dir = (int)query_int(&q, 2),
                .off = query_int(&q, 3),
                .len = query_int(&q, 4),
                .has_ack = !query_is_null(&q, 5),
                .ack_off = query_int(&q, 5),
                .flags = (unsigned)query_int(&q, 6),
                .seen_before = query_int(&q, 7),
                .frame = report_frame_in_file(report, query_int(&q, 8)),
                .ttl = (int)query_int(&q, 9),
            };
            ladder_add(&told->ladder, lane_of(told, query_int(&q, 0)), &segment);
        }
        query_rewind(&q);
    }
    ladder_sort(&told->ladder);
    return query_close(&q);
}

/* The ids of the chosen segments as JSON. Caller frees. */
static char *list_chosen(const struct ladder_told *told)
{
    char *list = NULL;
    size_t size = 0;
    FILE *stream = text_open(&list, &size);

    for (size_t i = 0; i < told->chosen_count; i++)
        fprintf(stream, "%c%" PRId64, i == 0 ? '[' : ',', told->chosen[i]);
    fputs("]", stream);
    fclose(stream);
    return list;
}

static void mark_row(struct ladder_told *told, int64_t segment, enum mark mark)
{
    for (size_t i = 0; i < told->ladder.count && mark != MARKS; i++)
        if (ladder_row_shows(&told->ladder.rows[i], segment))
            told->ladder.rows[i].mark_bits |= 1u << mark;
}

/* Whom an ICMP error says to have dropped a segment: that segment ends there. */
static enum status load_errors(struct ladder_told *told, const struct report *report,
                               struct error *err)
{
    char *list = list_chosen(told);
    struct query q;

    query_open(&q, report,
               "SELECT (SELECT s.id FROM segment s"
               "  WHERE s.id IN (SELECT value FROM json_each(:list)) AND s.leg_id = i.leg_id"
               "  AND s.dir = i.dir AND (i.quoted_seq IS NULL OR s.seq = i.quoted_seq)"
               "  AND s.ts_ns <= i.ts_ns ORDER BY s.id DESC LIMIT 1) AS about, " LADDER_ICMP_WORDS
               " FROM icmp i JOIN leg l ON l.id = i.leg_id"
               " WHERE l.connection_id = :connection AND about NOT NULL"
               " AND iif(i.version = 4, i.type IN (3, 11), i.type IN (1, 2, 3))"
               " ORDER BY i.id LIMIT 100",
               err);
    query_bind_text(&q, ":list", list);
    query_bind(&q, ":connection", told->connection);
    while (query_next(&q)) {
        struct ladder_role *role =
            MEMORY_APPEND(told->roles, told->roles_count, told->roles_capacity);

        *role = (struct ladder_role){query_int(&q, 0), memory_copy_text(query_text(&q, 1))};
        mark_row(told, role->segment, MARK_NOT_FORWARDED);
    }
    free(list);
    return query_close(&q);
}

/* The events of the chosen segments, by one look at the table: it has no index. */
static enum status load_marks(struct ladder_told *told, const struct report *report,
                              struct error *err)
{
    char *list = list_chosen(told);
    struct query q;

    query_open(&q, report,
               "SELECT segment_id, kind FROM event"
               " WHERE segment_id IN (SELECT value FROM json_each(:list))",
               err);
    query_bind_text(&q, ":list", list);
    while (query_next(&q))
        mark_row(told, query_int(&q, 0), mark_of_event(query_text(&q, 1)));
    free(list);
    return query_close(&q);
}

/* The evidence ends before the lane that it never came to. */
static void mark_missing(struct ladder_told *told)
{
    size_t edge = told->missing.dir == 0 ? told->lanes_count - 1 : 0;

    if (told->lanes[edge].leg != 0)
        return;
    for (size_t i = 0; i < told->roles_count; i++)
        ladder_missing_mark(&told->missing, &told->ladder, told->lanes_count,
                            told->roles[i].segment);
}

/* The segments of a leg between two rows are counted, so that nobody takes them for neighbours. */
static enum status count_left_out(struct ladder_told *told, const struct report *report,
                                  struct error *err)
{
    int64_t last[LADDER_LANES_MAX] = {0};
    struct query q;

    told->left_out = memory_alloc((told->ladder.count + 1) * sizeof *told->left_out);
    query_open(&q, report,
               "SELECT count(*) FROM segment WHERE id > :from AND id < :to AND leg_id = :leg"
               " AND marks & 32 = 0",
               err);
    for (size_t i = 0; i < told->ladder.count; i++) {
        bool counted = false;

        told->left_out[i] = 0;
        for (size_t lane = 0; lane < told->lanes_count; lane++) {
            int64_t segment = told->ladder.rows[i].sightings[lane].segment;

            if (segment == 0)
                continue;
            query_bind(&q, ":from", last[lane]);
            query_bind(&q, ":to", segment);
            query_bind(&q, ":leg", told->lanes[lane].leg);
            if (!counted && last[lane] != 0 && query_next(&q)) {
                told->left_out[i] = query_int(&q, 0);
                counted = true;
            }
            query_rewind(&q);
            last[lane] = segment > last[lane] ? segment : last[lane];
        }
    }
    return query_close(&q);
}

enum status ladder_told_load(struct ladder_told *told, const struct report *report, int64_t finding,
                             struct error *err)
{
    enum status status;

    *told = (struct ladder_told){.finding = finding};
    status = ladder_choose(told, report, err);
    if (status == STATUS_OK && told->roles_count > 0) {
        status = load_rows(told, report, err);
        if (status == STATUS_OK)
            status = load_marks(told, report, err);
        mark_missing(told);
        if (status == STATUS_OK)
            status = load_errors(told, report, err);
        if (status == STATUS_OK)
            status = count_left_out(told, report, err);
    }
    if (status != STATUS_OK)
        ladder_told_free(told);
    return status;
}

void ladder_told_free(struct ladder_told *told)
{
    for (size_t i = 0; i < told->lanes_count; i++)
        free(told->lanes[i].name);
    for (size_t i = 0; i < told->roles_count; i++)
        free(told->roles[i].text);
    free(told->lanes);
    free(told->roles);
    free(told->chosen);
    free(told->left_out);
    free(told->client);
    free(told->server);
    free(told->missing.point);
    ladder_done(&told->ladder);
    *told = (struct ladder_told){0};
}

/* Another sighting of the segment may have the same role. */
static bool is_said(const struct ladder_told *told, const struct ladder_row *row, size_t role)
{
    bool said = false;

    for (size_t i = 0; i < role && !said; i++)
        said = strcmp(told->roles[i].text, told->roles[role].text) == 0 &&
               ladder_row_shows(row, told->roles[i].segment);
    return said;
}

void ladder_told_write_notes(FILE *out, enum text_style style, const struct ladder_told *told,
                             const struct ladder_row *row)
{
    const char *before = "";

    for (size_t i = 0; i < told->roles_count; i++) {
        if (!ladder_row_shows(row, told->roles[i].segment) || is_said(told, row, i))
            continue;
        fputs(before, out);
        text_write(out, style, told->roles[i].text, NAME_MAX_LENGTH);
        before = ", ";
    }
    for (int mark = MARK_OUT_OF_ORDER; mark < MARKS; mark++) {
        bool told_by_role = *before != '\0' && mark < MARK_INVALID;

        if (!(row->mark_bits & 1u << mark) || told_by_role)
            continue;
        fprintf(out, "%s%s", before, mark_style((enum mark)mark)->legend);
        before = ", ";
    }
}
