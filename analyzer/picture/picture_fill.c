/* Fills pictures from the case. `segment` has no index besides its id: what is read are the
 * ranges of ids in which the wanted legs lie, each row once for all pictures. */
#include <stdlib.h>

#include "base/memory.h"
#include "case/query.h"
#include "picture/picture_set.h"

/* A trace that wants the segments of a leg. A leg may be wanted by several. */
struct wish {
    int64_t leg;
    int64_t first, last; /* segment ids */
    size_t picture, trace;
};

/* The marks of a segment's events. */
struct noted {
    int64_t segment;
    unsigned mark_bits;
};

struct fill {
    struct picture_set *set;
    const struct report *report;
    struct wish *wishes; /* by leg */
    size_t wishes_count, wishes_capacity;
    struct noted *noted; /* by segment */
    size_t noted_count, noted_capacity;
};

static int compare(int64_t a, int64_t b)
{
    return (a > b) - (a < b);
}

static int by_leg(const void *a, const void *b)
{
    return compare(((const struct wish *)a)->leg, ((const struct wish *)b)->leg);
}

static int by_first(const void *a, const void *b)
{
    return compare(((const struct wish *)a)->first, ((const struct wish *)b)->first);
}

static int by_segment(const void *a, const void *b)
{
    return compare(((const struct noted *)a)->segment, ((const struct noted *)b)->segment);
}

static enum status collect_wishes(struct fill *fill, struct error *err)
{
    struct query q;

    query_open(&q, fill->report, "SELECT first_segment, last_segment FROM leg WHERE id = :leg",
               err);
    for (size_t i = 0; i < fill->set->count; i++) {
        const struct picture *picture = &fill->set->pictures[i];

        for (size_t j = 0; j < picture->traces_count; j++) {
            query_bind(&q, ":leg", picture->traces[j].leg);
            if (query_next(&q)) {
                struct wish *wish =
                    MEMORY_APPEND(fill->wishes, fill->wishes_count, fill->wishes_capacity);
                *wish =
                    (struct wish){picture->traces[j].leg, query_int(&q, 0), query_int(&q, 1), i, j};
            }
            query_rewind(&q);
        }
    }
    return query_close(&q);
}

/* The first wish for a leg, or NULL. Those that follow for the same leg lie behind it. */
static const struct wish *wish_for(const struct fill *fill, int64_t leg)
{
    size_t low = 0;
    size_t high = fill->wishes_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (fill->wishes[middle].leg < leg)
            low = middle + 1;
        else
            high = middle;
    }
    return low < fill->wishes_count && fill->wishes[low].leg == leg ? &fill->wishes[low] : NULL;
}

static enum status collect_events(struct fill *fill, struct error *err)
{
    size_t kept = 0;
    struct query q;

    query_open(&q, fill->report, "SELECT segment_id, leg_id, kind FROM event", err);
    while (query_next(&q)) {
        enum mark mark = MARKS;

        if (wish_for(fill, query_int(&q, 1)) != NULL)
            mark = mark_of_event(query_text(&q, 2));
        if (mark != MARKS) {
            struct noted *noted =
                MEMORY_APPEND(fill->noted, fill->noted_count, fill->noted_capacity);
            *noted = (struct noted){query_int(&q, 0), 1u << mark};
        }
    }
    if (fill->noted_count > 0)
        qsort(fill->noted, fill->noted_count, sizeof *fill->noted, by_segment);
    for (size_t i = 0; i < fill->noted_count; i++) {
        if (kept > 0 && fill->noted[kept - 1].segment == fill->noted[i].segment)
            fill->noted[kept - 1].mark_bits |= fill->noted[i].mark_bits;
        else
            fill->noted[kept++] = fill->noted[i];
    }
    fill->noted_count = kept;
    return query_close(&q);
}

static unsigned mark_bits_of(const struct fill *fill, int64_t segment)
{
    const struct noted key = {.segment = segment};
    const struct noted *noted = NULL;

    if (fill->noted_count > 0)
        noted = bsearch(&key, fill->noted, fill->noted_count, sizeof key, by_segment);
    return noted != NULL ? noted->mark_bits : 0;
}

static void hand_out(const struct fill *fill, const struct wish *wish, struct query *q)
{
    const struct wish *end = fill->wishes + fill->wishes_count;
    int64_t leg = wish->leg;
    struct picture_segment segment = {
        .id = query_int(q, 0),
        .ts_ns = query_int(q, 2),
        .dir = (int)query_int(q, 3),
        .off = query_int(q, 4),
        .len = query_int(q, 5),
        .has_ack = !query_is_null(q, 6),
        .ack_off = query_int(q, 6),
        .flags = (unsigned)query_int(q, 7),
        .mark_bits = mark_bits_of(fill, query_int(q, 0)),
        .seen_before = query_int(q, 8),
        .frame = report_frame_in_file(fill->report, query_int(q, 9)),
        .case_frame = query_int(q, 9),
        .ttl = (int)query_int(q, 10),
        .win = query_int(q, 11) & UINT16_MAX,
    };

    for (; wish < end && wish->leg == leg; wish++)
        picture_add(&fill->set->pictures[wish->picture], wish->trace, &segment);
}

static void read_range(const struct fill *fill, struct query *q, int64_t first, int64_t last)
{
    query_bind(q, ":first", first);
    query_bind(q, ":last", last);
    while (query_next(q)) {
        const struct wish *wish = wish_for(fill, query_int(q, 1));

        if (wish != NULL)
            hand_out(fill, wish, q);
    }
    query_rewind(q);
}

/* Reads the ranges of all wishes in ascending order, those that overlap as one. Further sightings
 * at one point (mark 32) are left out: they lie where the first one is. */
static enum status read_segments(const struct fill *fill, struct error *err)
{
    size_t count = fill->wishes_count;
    struct wish *ordered = memory_alloc(count * sizeof *ordered);
    struct query q;

    query_open(&q, fill->report,
               "SELECT id, leg_id, ts_ns, dir, off, len, ack_off, flags,"
               " seen_before, frame, ttl, win FROM segment"
               " WHERE id BETWEEN :first AND :last AND marks & 32 = 0 ORDER BY id",
               err);
    for (size_t i = 0; i < count; i++)
        ordered[i] = fill->wishes[i];
    if (count > 0)
        qsort(ordered, count, sizeof *ordered, by_first);
    for (size_t i = 0; i < count;) {
        int64_t first = ordered[i].first;
        int64_t last = ordered[i].last;

        for (i++; i < count && ordered[i].first <= last + 1; i++)
            if (ordered[i].last > last)
                last = ordered[i].last;
        read_range(fill, &q, first, last);
    }
    free(ordered);
    return query_close(&q);
}

static enum status read_sacks(const struct fill *fill, struct error *err)
{
    const struct wish *end = fill->wishes + fill->wishes_count;
    struct query q;

    query_open(&q, fill->report,
               "SELECT e.leg_id, s.ts_ns, e.a, e.b, 1 - s.dir FROM event e"
               " JOIN segment s ON s.id = e.segment_id WHERE e.kind = 'sack' ORDER BY e.id",
               err);
    while (query_next(&q)) {
        int64_t leg = query_int(&q, 0);
        const struct wish *wish = wish_for(fill, leg);
        const struct picture_sack sack = {query_int(&q, 1), query_int(&q, 2),
                                          query_int(&q, 3) - query_int(&q, 2),
                                          (int)query_int(&q, 4)};

        for (; wish != NULL && wish < end && wish->leg == leg; wish++)
            picture_add_sack(&fill->set->pictures[wish->picture], wish->trace, &sack);
    }
    return query_close(&q);
}

/* What the findings name ends before the lane that it never came to. */
static void finish_ladder(struct picture *picture)
{
    size_t edge = picture->missing.dir == 0 ? picture->traces_count - 1 : 0;

    ladder_sort(&picture->ladder);
    if (picture->missing.point == NULL || picture->traces[edge].leg != 0)
        return;
    for (size_t i = 0; i < picture->labels_count; i++)
        ladder_missing_mark(&picture->missing, &picture->ladder, picture->traces_count,
                            picture->labels[i].segment);
}

enum status picture_set_fill(struct picture_set *set, const struct report *report,
                             struct error *err)
{
    struct fill fill = {.set = set, .report = report};
    enum status status = collect_wishes(&fill, err);

    if (fill.wishes_count > 0)
        qsort(fill.wishes, fill.wishes_count, sizeof *fill.wishes, by_leg);
    if (status == STATUS_OK)
        status = collect_events(&fill, err);
    if (status == STATUS_OK)
        status = read_segments(&fill, err);
    if (status == STATUS_OK)
        status = read_sacks(&fill, err);
    for (size_t i = 0; i < set->count; i++)
        finish_ladder(&set->pictures[i]);
    free(fill.wishes);
    free(fill.noted);
    return status;
}

void picture_set_drop_empty(struct picture_set *set)
{
    size_t kept = 0;
    int64_t low, high;

    for (size_t i = 0; i < set->count; i++) {
        const struct picture *picture = &set->pictures[i];

        if (picture->ladder.count > 0 || picture_extent(picture, &low, &high))
            set->pictures[kept++] = set->pictures[i];
        else
            picture_done(&set->pictures[i]);
    }
    set->count = kept;
}

void picture_set_done(struct picture_set *set)
{
    for (size_t i = 0; i < set->count; i++)
        picture_done(&set->pictures[i]);
    free(set->pictures);
    *set = (struct picture_set){0};
}
