#include "capture/order.h"

#include <stdlib.h>

#include "base/memory.h"

/* An open file and its next frame. */
struct stream {
    size_t file;
    struct reader *reader;
    int64_t due_ns;     /* common time, never going back within the file */
    int64_t due_raw_ns; /* the same, as the file says */
    struct frame frame;
    enum read_result result;
};

/* When a file begins. */
struct start {
    int64_t common_ns; /* of its first frame; a file without frames is over at once */
    size_t file;
};

struct order {
    const struct order_file *files;
    struct start *starts; /* in the order of time */
    size_t count, opened;
    bool hash;
    struct stream *heap; /* least due first */
    size_t open;
    bool taken; /* the top's frame was given out: read on before the next is chosen */
    struct stream ended;
};

static int compare_starts(const void *a, const void *b)
{
    const struct start *x = a, *y = b;

    if (x->common_ns != y->common_ns)
        return x->common_ns < y->common_ns ? -1 : 1;
    return x->file < y->file ? -1 : x->file > y->file;
}

enum status order_probe(struct order_file *file, struct error *err)
{
    struct reader *reader;
    struct frame frame;
    enum status status = reader_open(file->path, false, &reader, err);

    if (status != STATUS_OK)
        return status;
    file->has_frames = reader_next(reader, &frame) == READ_FRAME;
    file->first_ns = file->has_frames ? frame.ts_ns : 0;
    reader_close(reader);
    return STATUS_OK;
}

struct order *order_new(const struct order_file *files, size_t count, bool hash)
{
    struct order *order = memory_zalloc(sizeof *order);

    order->files = files;
    order->count = count;
    order->hash = hash;
    order->starts = memory_zalloc(count * sizeof *order->starts);
    order->heap = memory_zalloc(count * sizeof *order->heap);
    for (size_t i = 0; i < count; i++) {
        order->starts[i].file = i;
        order->starts[i].common_ns =
            files[i].has_frames ? clock_common(&files[i].clock, files[i].first_ns) : INT64_MIN;
    }
    qsort(order->starts, count, sizeof *order->starts, compare_starts);
    return order;
}

static bool due_before(const struct stream *a, const struct stream *b)
{
    /* A file that ended is told first, so that its reader is closed early. */
    if ((a->result == READ_FRAME) != (b->result == READ_FRAME))
        return b->result == READ_FRAME;
    if (a->due_ns != b->due_ns)
        return a->due_ns < b->due_ns;
    /* Files of one clock keep the order of their own times, which a drift may have made one. */
    return a->due_raw_ns != b->due_raw_ns ? a->due_raw_ns < b->due_raw_ns : a->file < b->file;
}

static void sift_down(struct order *order, size_t at)
{
    struct stream moving = order->heap[at];

    for (;;) {
        size_t child = 2 * at + 1;

        if (child >= order->open)
            break;
        if (child + 1 < order->open && due_before(&order->heap[child + 1], &order->heap[child]))
            child++;
        if (!due_before(&order->heap[child], &moving))
            break;
        order->heap[at] = order->heap[child];
        at = child;
    }
    order->heap[at] = moving;
}

static void sift_up(struct order *order, size_t at)
{
    struct stream moving = order->heap[at];

    while (at > 0 && due_before(&moving, &order->heap[(at - 1) / 2])) {
        order->heap[at] = order->heap[(at - 1) / 2];
        at = (at - 1) / 2;
    }
    order->heap[at] = moving;
}

static void read_on(const struct order *order, struct stream *stream)
{
    stream->result = reader_next(stream->reader, &stream->frame);
    if (stream->result != READ_FRAME)
        return;
    stream->frame.raw_ns = stream->frame.ts_ns;
    if (stream->frame.ts_ns > stream->due_raw_ns)
        stream->due_raw_ns = stream->frame.ts_ns;
    stream->frame.ts_ns = clock_common(&order->files[stream->file].clock, stream->frame.ts_ns);
    if (stream->frame.ts_ns > stream->due_ns)
        stream->due_ns = stream->frame.ts_ns;
}

/* Opens every file that may hold the next frame. */
static enum status open_due(struct order *order, size_t *file, struct error *err)
{
    while (order->opened < order->count) {
        size_t next = order->starts[order->opened].file;
        struct stream *stream = &order->heap[order->open];
        enum status status;

        if (order->open > 0 && order->starts[order->opened].common_ns > order->heap[0].due_ns)
            break;
        *stream = (struct stream){.file = next, .due_ns = INT64_MIN, .due_raw_ns = INT64_MIN};
        status = reader_open(order->files[next].path, order->hash, &stream->reader, err);
        if (status != STATUS_OK) {
            *file = next;
            return status;
        }
        order->opened++;
        read_on(order, stream);
        sift_up(order, order->open++);
    }
    return STATUS_OK;
}

enum order_result order_next(struct order *order, size_t *file, struct frame *frame,
                             struct error *err)
{
    struct stream *top = &order->heap[0];

    reader_close(order->ended.reader);
    order->ended.reader = NULL;
    if (order->taken) {
        order->taken = false;
        read_on(order, top);
        if (order->open > 1)
            sift_down(order, 0);
    }
    if (open_due(order, file, err) != STATUS_OK)
        return ORDER_FAILED;
    if (order->open == 0)
        return ORDER_DONE;
    *file = top->file;
    if (top->result == READ_FRAME) {
        *frame = top->frame;
        order->taken = true;
        return ORDER_FRAME;
    }
    order->ended = *top;
    *top = order->heap[--order->open];
    if (order->open > 0)
        sift_down(order, 0);
    return ORDER_ENDED;
}

const struct reader *order_reader(const struct order *order)
{
    return order->taken ? order->heap[0].reader : order->ended.reader;
}

void order_end(struct order *order, struct order_end *end)
{
    struct stream *ended = &order->ended;

    *end = (struct order_end){
        .result = ended->result,
        .message = reader_message(ended->reader),
        .format = reader_format(ended->reader),
        .linktype = reader_linktype(ended->reader),
        .snaplen = reader_snaplen(ended->reader),
    };
    if (order->hash)
        reader_sha256(ended->reader, end->sha256);
}

void order_free(struct order *order)
{
    if (order == NULL)
        return;
    for (size_t i = 0; i < order->open; i++)
        reader_close(order->heap[i].reader);
    reader_close(order->ended.reader);
    free(order->heap);
    free(order->starts);
    free(order);
}
