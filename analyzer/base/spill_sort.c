/* Sorting in a bounded part of memory: runs that fit are sorted one by one, then merged, so many at
 * a time that a chunk of each stays resident. */
#include <stdint.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/spill.h"

enum {
    RUN_ITEMS = 4 * 1024 * 1024 / (int)sizeof(uint64_t),
    RUNS_MERGED = 16, /* at one time */
};

/* Where the merge stands in one of the runs. */
struct cursor {
    uint64_t value;
    size_t at, end;
};

static int compare_values(const void *a, const void *b)
{
    uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

    return (x > y) - (x < y);
}

static uint64_t value_at(const struct spill_array *array, size_t at)
{
    return *(const uint64_t *)spill_at(array, at);
}

static void sort_runs(struct spill_array *array)
{
    size_t most = array->count < RUN_ITEMS ? array->count : RUN_ITEMS;
    uint64_t *run = memory_alloc(most * sizeof *run);

    for (size_t first = 0; first < array->count; first += RUN_ITEMS) {
        size_t count = array->count - first < RUN_ITEMS ? array->count - first : RUN_ITEMS;

        for (size_t i = 0; i < count; i++)
            run[i] = value_at(array, first + i);
        qsort(run, count, sizeof *run, compare_values);
        for (size_t i = 0; i < count; i++)
            *(uint64_t *)spill_at(array, first + i) = run[i];
    }
    free(run);
}

/* Merges runs that follow each other, each `length` long but for the last, from `first` on. */
static void merge(const struct spill_array *from, struct spill_array *to, size_t first,
                  size_t length)
{
    struct cursor cursors[RUNS_MERGED];
    size_t count = 0;

    while (count < RUNS_MERGED && first < from->count) {
        size_t end = from->count - first < length ? from->count : first + length;

        cursors[count++] = (struct cursor){value_at(from, first), first, end};
        first = end;
    }
    while (count > 0) {
        struct cursor *least = &cursors[0];

        for (size_t i = 1; i < count; i++)
            if (cursors[i].value < least->value)
                least = &cursors[i];
        *(uint64_t *)spill_append(to) = least->value;
        if (++least->at < least->end)
            least->value = value_at(from, least->at);
        else
            *least = cursors[--count];
    }
}

void spill_sort(struct spill_array *array)
{
    sort_runs(array);
    for (size_t length = RUN_ITEMS; length < array->count; length *= RUNS_MERGED) {
        struct spill_array merged;

        spill_array_init(&merged, array->spill, array->item);
        for (size_t first = 0; first < array->count; first += length * RUNS_MERGED)
            merge(array, &merged, first, length);
        spill_array_done(array);
        *array = merged;
    }
}
