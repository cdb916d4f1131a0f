#include "picture/picture.h"

#include <stdlib.h>

#include "base/memory.h"
#include "decode/packet.h"

enum {
    PLAIN_MAX = 20000, /* bars and steps in one picture; more of them are merged */
    SACKS_MAX = 5000,
    COLUMNS = 2000, /* into as many columns of time as a picture has pixels */
};

/* Whether bar `b`, which comes later, can be drawn as a part of bar `a`. */
static bool can_merge(const struct picture *picture, const struct picture_bar *a,
                      const struct picture_bar *b)
{
    return b->ts_ns - a->ts_ns < picture->column_ns &&
           b->off <= a->off + a->len + picture->gap_bytes &&
           b->off + b->len >= a->off - picture->gap_bytes;
}

static void merge(struct picture_bar *a, const struct picture_bar *b)
{
    int64_t end = a->off + a->len;

    if (b->off + b->len > end)
        end = b->off + b->len;
    if (b->off < a->off)
        a->off = b->off;
    a->len = end - a->off;
}

/* Of those in one column the last one counts. */
static size_t thin_steps(const struct picture *picture, struct picture_step *steps, size_t count)
{
    size_t kept = 0;

    for (size_t i = 0; i < count; i++) {
        if (kept > 0 && steps[i].ts_ns - steps[kept - 1].ts_ns < picture->column_ns)
            steps[kept - 1].off = steps[i].off;
        else
            steps[kept++] = steps[i];
    }
    return kept;
}

static void thin_trace(const struct picture *picture, struct picture_trace *trace)
{
    size_t kept = 0;

    for (size_t i = 0; i < trace->bars_count; i++) {
        if (kept > 0 && can_merge(picture, &trace->bars[kept - 1], &trace->bars[i]))
            merge(&trace->bars[kept - 1], &trace->bars[i]);
        else
            trace->bars[kept++] = trace->bars[i];
    }
    trace->bars_count = kept;
    trace->steps_count = thin_steps(picture, trace->steps, trace->steps_count);
}

static size_t plain_count(const struct picture *picture)
{
    size_t count = picture->window.steps_count;

    for (size_t i = 0; i < picture->traces_count; i++)
        count += picture->traces[i].bars_count + picture->traces[i].steps_count;
    return count;
}

static void widen(int64_t off, bool *any, int64_t *low, int64_t *high)
{
    if (!*any || off < *low)
        *low = off;
    if (!*any || off > *high)
        *high = off;
    *any = true;
}

bool picture_extent(const struct picture *picture, int64_t *low, int64_t *high)
{
    bool any = false;

    for (size_t i = 0; i < picture->traces_count; i++) {
        const struct picture_trace *trace = &picture->traces[i];

        for (size_t j = 0; j < trace->bars_count; j++) {
            widen(trace->bars[j].off, &any, low, high);
            widen(trace->bars[j].off + trace->bars[j].len, &any, low, high);
        }
        for (size_t j = 0; j < trace->steps_count; j++)
            widen(trace->steps[j].off, &any, low, high);
    }
    for (int mark = 0; mark < MARKS; mark++)
        for (size_t j = 0; j < picture->marks[mark].count; j++)
            widen(picture->marks[mark].items[j].off, &any, low, high);
    return any;
}

/* Merges until half of the room is free again, on a coarser grid only if need be. */
static void thin(struct picture *picture)
{
    int64_t low = 0;
    int64_t high = 0;

    picture_extent(picture, &low, &high);
    if (picture->column_ns == 0)
        picture->column_ns = (picture->to_ns - picture->from_ns) / COLUMNS + 1;
    if (picture->gap_bytes < (high - low) / COLUMNS)
        picture->gap_bytes = (high - low) / COLUMNS;
    for (;;) {
        for (size_t i = 0; i < picture->traces_count; i++)
            thin_trace(picture, &picture->traces[i]);
        picture->window.steps_count =
            thin_steps(picture, picture->window.steps, picture->window.steps_count);
        if (plain_count(picture) <= PLAIN_MAX / 2)
            return;
        picture->column_ns *= 2;
        picture->gap_bytes = picture->gap_bytes * 2 + 1;
    }
}

static void add_bar(struct picture_trace *trace, const struct picture_segment *s)
{
    struct picture_bar *bar = MEMORY_APPEND(trace->bars, trace->bars_count, trace->bars_capacity);

    *bar = (struct picture_bar){s->ts_ns, s->off, s->len};
}

static void add_step(struct picture_trace *trace, int64_t ts_ns, int64_t off)
{
    struct picture_step *step =
        MEMORY_APPEND(trace->steps, trace->steps_count, trace->steps_capacity);

    *step = (struct picture_step){ts_ns, off};
}

/* An ACK that is not older than others moves the edge, backwards too. */
static void add_window(struct picture *picture, const struct picture_segment *s)
{
    struct picture_window *window = &picture->window;
    /* The window of a SYN is never scaled: RFC 7323 §2.2. */
    int64_t edge =
        s->ack_off + (s->flags & TCP_SYN ? s->win : s->win << window->scale[picture->dir == 0]);
    struct picture_step *step;

    if (s->ts_ns < picture->from_ns)
        window->first = edge;
    else if (s->ts_ns <= picture->to_ns) {
        step = MEMORY_APPEND(window->steps, window->steps_count, window->steps_capacity);
        *step = (struct picture_step){s->ts_ns, edge};
    }
}

static void add_marks(struct picture *picture, unsigned bits, int64_t ts_ns, int64_t off)
{
    for (int mark = 0; mark < MARKS; mark++) {
        struct picture_marks *marks = &picture->marks[mark];

        if (!(bits & 1u << mark))
            continue;
        struct picture_mark *item = MEMORY_APPEND(marks->items, marks->count, marks->capacity);
        *item = (struct picture_mark){ts_ns, off};
    }
}

static void place_label(struct picture *picture, int64_t segment, int64_t ts_ns, int64_t off)
{
    for (size_t i = 0; i < picture->labels_count; i++) {
        struct picture_label *label = &picture->labels[i];

        if (label->segment == segment) {
            label->placed = true;
            label->ts_ns = ts_ns;
            label->off = off;
        }
    }
}

void picture_add(struct picture *picture, size_t trace, const struct picture_segment *s)
{
    struct picture_trace *seen = &picture->traces[trace];
    bool drawn = s->dir == picture->dir;
    bool rises = !drawn && s->has_ack && !(s->flags & TCP_RST) && s->ack_off > seen->level;
    int64_t off;

    if (picture->kind == PICTURE_LADDER) {
        if (s->ts_ns >= picture->from_ns && s->ts_ns <= picture->to_ns)
            ladder_add(&picture->ladder, trace, s);
        return;
    }
    if (picture->kind == PICTURE_GRAPH) {
        graph_add(picture->graph, trace, s);
        return;
    }
    if (rises)
        seen->level = s->ack_off;
    if (picture->window.known && trace == picture->window.trace && !drawn && s->has_ack &&
        !(s->flags & TCP_RST) && s->ack_off >= seen->level)
        add_window(picture, s);
    if (s->ts_ns < picture->from_ns)
        seen->level_first = seen->level;
    if (s->ts_ns < picture->from_ns || s->ts_ns > picture->to_ns)
        return;
    /* The other direction has no sequence numbers on this axis: it stands on its ACK line. */
    off = drawn ? s->off + s->len / 2 : seen->level;
    if (rises)
        add_step(seen, s->ts_ns, seen->level);
    if (drawn && s->len > 0)
        add_bar(seen, s);
    add_marks(picture, s->mark_bits | mark_bits_of_flags(s->flags, s->dir), s->ts_ns, off);
    place_label(picture, s->id, s->ts_ns, off);
    if (((seen->bars_count + seen->steps_count) & 1023) == 0 && plain_count(picture) > PLAIN_MAX)
        thin(picture);
}

void picture_add_sack(struct picture *picture, size_t trace, const struct picture_sack *sack)
{
    bool is_graph = picture->kind == PICTURE_GRAPH;

    if (trace != (sack->dir == 0 ? 0 : picture->traces_count - 1) ||
        picture->sacks_count == SACKS_MAX || picture->kind == PICTURE_LADDER ||
        (!is_graph && (sack->dir != picture->dir || sack->ts_ns < picture->from_ns ||
                       sack->ts_ns > picture->to_ns)))
        return;
    *MEMORY_APPEND(picture->sacks, picture->sacks_count, picture->sacks_capacity) = *sack;
}

void picture_done(struct picture *picture)
{
    free(picture->sacks);
    for (size_t i = 0; i < picture->traces_count; i++) {
        free(picture->traces[i].data_legend);
        free(picture->traces[i].ack_legend);
        free(picture->traces[i].lane[0]);
        free(picture->traces[i].lane[1]);
        free(picture->traces[i].bars);
        free(picture->traces[i].steps);
    }
    for (size_t i = 0; i < picture->labels_count; i++)
        free(picture->labels[i].text);
    for (int mark = 0; mark < MARKS; mark++)
        free(picture->marks[mark].items);
    free(picture->window.legend);
    free(picture->window.steps);
    free(picture->traces);
    free(picture->labels);
    free(picture->name);
    free(picture->title);
    free(picture->subtitle[0]);
    free(picture->subtitle[1]);
    free(picture->range_note);
    free(picture->client);
    free(picture->server);
    free(picture->missing.point);
    ladder_done(&picture->ladder);
    graph_free(picture->graph);
    *picture = (struct picture){0};
}
