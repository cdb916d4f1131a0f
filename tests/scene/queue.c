/* A binary heap. */
#include "scene/queue.h"

#include <stdlib.h>

#include "base/memory.h"

static bool is_before(const struct happening *a, const struct happening *b)
{
    return a->at_ns != b->at_ns ? a->at_ns < b->at_ns : a->number < b->number;
}

static void swap(struct happening *a, struct happening *b)
{
    struct happening old = *a;

    *a = *b;
    *b = old;
}

void queue_add(struct queue *queue, const struct happening *happening)
{
    struct happening *added = MEMORY_APPEND(queue->items, queue->count, queue->capacity);
    size_t at = queue->count - 1;

    *added = *happening;
    added->number = queue->added++;
    for (; at > 0 && is_before(&queue->items[at], &queue->items[(at - 1) / 2]); at = (at - 1) / 2)
        swap(&queue->items[at], &queue->items[(at - 1) / 2]);
}

bool queue_take(struct queue *queue, struct happening *happening)
{
    size_t at = 0;

    if (queue->count == 0)
        return false;
    *happening = queue->items[0];
    queue->items[0] = queue->items[--queue->count];
    for (;;) {
        size_t least = at;

        for (size_t child = 2 * at + 1; child <= 2 * at + 2 && child < queue->count; child++)
            if (is_before(&queue->items[child], &queue->items[least]))
                least = child;
        if (least == at)
            return true;
        swap(&queue->items[at], &queue->items[least]);
        at = least;
    }
}

void queue_done(struct queue *queue)
{
    free(queue->items);
    *queue = (struct queue){0};
}
