#include "picture/graph.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/text.h"
#include "picture/picture.h"

enum {
    LANES_MAX = 64,      /* a tuple that comes by more often shares the last one */
    MARKED_MAX = 100000, /* beyond it marked segments are thinned, too */
};

/* What the next segment of a lane and direction is told as the difference from. */
struct graph_state {
    int64_t off, case_frame, ttl, ack_off;
};

struct graph {
    int64_t ts_ns; /* of the segment before */
    int64_t stride;
    const int64_t *wanted;
    size_t wanted_count;
    int64_t plain, marked, left_out;
    int64_t *ids; /* of those that were kept, ascending */
    size_t count, capacity;
    char *bytes;
    size_t size;
    FILE *stream;
    struct graph_state states[LANES_MAX][2];
};

struct graph *graph_new(int64_t origin_ns, int64_t stride, const int64_t *wanted,
                        size_t wanted_count)
{
    struct graph *graph = memory_alloc(sizeof *graph);

    *graph = (struct graph){
        .ts_ns = origin_ns, .stride = stride, .wanted = wanted, .wanted_count = wanted_count};
    graph->stream = text_open(&graph->bytes, &graph->size);
    return graph;
}

void graph_free(struct graph *graph)
{
    if (graph == NULL)
        return;
    if (graph->stream != NULL)
        fclose(graph->stream);
    free(graph->bytes);
    free(graph->ids);
    free(graph);
}

static int64_t find(const int64_t *ids, size_t count, int64_t id)
{
    size_t low = 0, high = count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;

        if (ids[middle] < id)
            low = middle + 1;
        else
            high = middle;
    }
    return low < count && ids[low] == id ? (int64_t)low : -1;
}

static void put(FILE *out, uint64_t value)
{
    for (; value >= 0x80; value >>= 7)
        fputc((int)(value & 0x7f) | 0x80, out);
    fputc((int)value, out);
}

/* The difference of two values, which becomes the one before. */
static void put_step(FILE *out, int64_t *before, int64_t value)
{
    int64_t step = (int64_t)((uint64_t)value - (uint64_t)*before);

    put(out, (uint64_t)step << 1 ^ (step < 0 ? UINT64_MAX : 0));
    *before = value;
}

static bool is_kept(struct graph *graph, const struct picture_segment *s, unsigned marks)
{
    if (find(graph->wanted, graph->wanted_count, s->id) >= 0)
        return true;
    if (marks != 0 && graph->marked++ < MARKED_MAX)
        return true;
    return graph->plain++ % graph->stride == 0;
}

void graph_add(struct graph *graph, size_t lane, const struct picture_segment *s)
{
    unsigned marks = s->mark_bits | mark_bits_of_flags(s->flags, s->dir);
    size_t place = lane < LANES_MAX ? lane : LANES_MAX - 1;
    struct graph_state *state = &graph->states[place][s->dir != 0];
    FILE *out = graph->stream;
    int64_t seen_before;
    int64_t *id;

    if (!is_kept(graph, s, marks)) {
        graph->left_out++;
        return;
    }
    seen_before = s->seen_before != 0 ? graph_index(graph, s->seen_before) : -1;
    put_step(out, &graph->ts_ns, s->ts_ns);
    put(out, place << 10 | (s->has_ack ? 512u : 0) | (s->dir != 0 ? 256u : 0) | (s->flags & 255));
    put(out, marks);
    put(out, (uint64_t)s->len);
    put(out, (uint64_t)s->win);
    put(out, seen_before >= 0 ? (uint64_t)graph->count - (uint64_t)seen_before : 0);
    put_step(out, &state->off, s->off);
    put_step(out, &state->case_frame, s->case_frame);
    put_step(out, &state->ttl, s->ttl);
    if (s->has_ack)
        put_step(out, &state->ack_off, s->ack_off);
    id = MEMORY_APPEND(graph->ids, graph->count, graph->capacity);
    *id = s->id;
}

size_t graph_count(const struct graph *graph)
{
    return graph->count;
}

int64_t graph_left_out(const struct graph *graph)
{
    return graph->left_out;
}

int64_t graph_index(const struct graph *graph, int64_t segment)
{
    return find(graph->ids, graph->count, segment);
}

void graph_write_data(FILE *out, struct graph *graph)
{
    fflush(graph->stream);
    text_write_base64(out, graph->bytes, graph->size);
}
