#include "report/ladder_choose.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "case/query.h"

enum {
    CHOSEN_MAX = 20, /* segments, before those of them that were seen elsewhere */
    NEIGHBOURS_MAX = 12,
    REACH = 10000, /* ids in which a neighbour or another sighting is looked for */
    ROUNDS =
        LADDER_LANES_MAX, /* how many points away from a chosen segment others are looked for */
};

static void choose(struct ladder_told *told, int64_t segment)
{
    size_t at = told->chosen_count;
    int64_t *last;

    while (at > 0 && told->chosen[at - 1] > segment)
        at--;
    if (segment == 0 || (at > 0 && told->chosen[at - 1] == segment))
        return;
    last = MEMORY_APPEND(told->chosen, told->chosen_count, told->chosen_capacity);
    for (; last > told->chosen + at; last--)
        *last = last[-1];
    *last = segment;
}

static enum status load_lanes(struct ladder_told *told, const struct report *report,
                              struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT l.id, l.first_segment, l.last_segment, p.name,"
               " c.client_addr || ':' || c.client_port, c.server_addr || ':' || c.server_port,"
               " c.first_ns, c.id FROM finding f JOIN connection c ON c.id = f.connection_id"
               " JOIN leg l ON l.connection_id = c.id JOIN point p ON p.id = l.point_id"
               " WHERE f.id = :finding ORDER BY l.path_position, l.id",
               err);
    query_bind(&q, ":finding", told->finding);
    while (query_next(&q)) {
        struct ladder_lane *lane =
            MEMORY_APPEND(told->lanes, told->lanes_count, told->lanes_capacity);

        *lane = (struct ladder_lane){query_int(&q, 0), query_int(&q, 1), query_int(&q, 2),
                                     memory_copy_text(query_text(&q, 3))};
        if (told->client == NULL) {
            told->client = memory_copy_text(query_text(&q, 4));
            told->server = memory_copy_text(query_text(&q, 5));
            told->origin_ns = query_int(&q, 6);
            told->connection = query_int(&q, 7);
        }
    }
    return query_close(&q);
}

/* How it began and what it came to. */
static enum status choose_evidence(struct ladder_told *told, const struct report *report,
                                   struct error *err)
{
    struct query q;

    query_open(&q, report,
               "WITH proof AS (SELECT e.segment_id, group_concat(e.role, ', ') AS roles"
               " FROM evidence e JOIN segment s ON s.id = e.segment_id"
               " JOIN leg l ON l.id = s.leg_id JOIN finding f ON f.id = e.finding_id"
               " WHERE e.finding_id = :finding AND l.connection_id = f.connection_id"
               " GROUP BY e.segment_id),"
               " numbered AS (SELECT *, row_number() OVER (ORDER BY segment_id) AS nth,"
               " count(*) OVER () AS total FROM proof)"
               " SELECT segment_id, roles FROM numbered WHERE nth <= 7 OR nth > total - 5"
               " ORDER BY segment_id",
               err);
    query_bind(&q, ":finding", told->finding);
    while (query_next(&q)) {
        struct ladder_role *role =
            MEMORY_APPEND(told->roles, told->roles_count, told->roles_capacity);

        *role = (struct ladder_role){query_int(&q, 0), memory_copy_text(query_text(&q, 1))};
        choose(told, role->segment);
    }
    return query_close(&q);
}

/* Such a point has a lane behind the others, in the direction of the evidence. */
static enum status add_missing(struct ladder_told *told, const struct report *report,
                               struct error *err)
{
    enum status status = ladder_missing_load(&told->missing, report, told->connection, err);
    struct ladder_lane *lane;

    if (status != STATUS_OK || told->missing.point == NULL || told->lanes_count == LADDER_LANES_MAX)
        return status;
    lane = MEMORY_APPEND(told->lanes, told->lanes_count, told->lanes_capacity);
    if (told->missing.dir != 0)
        for (; lane > told->lanes; lane--)
            *lane = lane[-1];
    *lane = (struct ladder_lane){.name = memory_copy_text(told->missing.point)};
    return STATUS_OK;
}

/* The first three segments of each leg, if they begin with a SYN. */
static enum status choose_handshake(struct ladder_told *told, const struct report *report,
                                    struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT id, flags & 2 FROM segment WHERE id BETWEEN :first AND"
               " min(:last, :first + :reach) AND leg_id = :leg AND marks & 32 = 0"
               " ORDER BY id LIMIT 3",
               err);
    query_bind(&q, ":reach", REACH);
    for (size_t i = 0; i < told->lanes_count; i++) {
        bool begins = false;

        query_bind(&q, ":first", told->lanes[i].first);
        query_bind(&q, ":last", told->lanes[i].last);
        query_bind(&q, ":leg", told->lanes[i].leg);
        for (bool first = true; query_next(&q); first = false) {
            begins = first ? query_int(&q, 1) != 0 : begins;
            if (begins)
                choose(told, query_int(&q, 0));
        }
        query_rewind(&q);
    }
    return query_close(&q);
}

/* What came just before and just after the evidence, at the same point. */
static enum status choose_neighbours(struct ladder_told *told, const struct report *report,
                                     struct error *err)
{
    struct query q;

    query_open(&q, report,
               "WITH s AS (SELECT id, leg_id FROM segment WHERE id = :segment)"
               " SELECT (SELECT n.id FROM segment n WHERE n.id < s.id AND n.id > s.id - :reach"
               " AND n.leg_id = s.leg_id AND n.marks & 32 = 0 ORDER BY n.id DESC LIMIT 1),"
               " (SELECT n.id FROM segment n WHERE n.id > s.id AND n.id < s.id + :reach"
               " AND n.leg_id = s.leg_id AND n.marks & 32 = 0 ORDER BY n.id LIMIT 1) FROM s",
               err);
    query_bind(&q, ":reach", REACH);
    for (size_t i = 0; i < told->roles_count && i < NEIGHBOURS_MAX; i++) {
        query_bind(&q, ":segment", told->roles[i].segment);
        if (told->chosen_count < CHOSEN_MAX && query_next(&q)) {
            choose(told, query_int(&q, 0));
            choose(told, query_int(&q, 1));
        }
        query_rewind(&q);
    }
    return query_close(&q);
}

/* Where else the chosen segments were seen: a sighting names the one before. */
static enum status choose_sightings(struct ladder_told *told, const struct report *report,
                                    struct error *err)
{
    size_t before = 0;
    struct query q;

    query_open(&q, report,
               "SELECT seen_before FROM segment WHERE id = :segment AND marks & 32 = 0"
               " UNION ALL SELECT id FROM segment WHERE id > :segment AND id < :segment + :reach"
               " AND seen_before = :segment AND marks & 32 = 0",
               err);
    query_bind(&q, ":reach", REACH);
    for (int round = 0; round < ROUNDS && told->chosen_count != before; round++) {
        size_t count = before = told->chosen_count;
        int64_t *segments = memory_alloc(count * sizeof *segments);

        for (size_t i = 0; i < count; i++)
            segments[i] = told->chosen[i];
        for (size_t i = 0; i < count; i++) {
            query_bind(&q, ":segment", segments[i]);
            while (query_next(&q))
                choose(told, query_int(&q, 0));
            query_rewind(&q);
        }
        free(segments);
    }
    return query_close(&q);
}

enum status ladder_choose(struct ladder_told *told, const struct report *report, struct error *err)
{
    static enum status (*const steps[])(struct ladder_told *, const struct report *,
                                        struct error *) = {
        add_missing,
        choose_handshake,
        choose_neighbours,
        choose_sightings,
    };
    enum status status = load_lanes(told, report, err);

    if (status == STATUS_OK && told->lanes_count > 0 && told->lanes_count <= LADDER_LANES_MAX)
        status = choose_evidence(told, report, err);
    if (told->roles_count > 0)
        for (size_t i = 0; i < sizeof steps / sizeof *steps && status == STATUS_OK; i++)
            status = steps[i](told, report, err);
    return status;
}
