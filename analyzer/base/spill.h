/* Arrays that may be larger than memory.
 *
 * What is small lies in memory. Beyond some megabytes it goes to a temporary file, which has lost
 * its name before anything is in it, and is mapped piece by piece. Only so many of the pieces stay
 * resident; the one that has been so for longest is given back first. That suits what is walked
 * through more or less in one direction. Without a folder for temporary files all stays in memory.
 *
 * Nothing here fails. Where the disk is full, arrays grow in memory, and spill_status() tells:
 * whoever has filled them asks, and gives up. */
#ifndef SPILL_H
#define SPILL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"

enum {
    SPILL_CHUNK = 256 * 1024,         /* a piece, in bytes */
    SPILL_MEMORY = 4 * 1024 * 1024,   /* in memory, before there is a file */
    SPILL_RESIDENT = 5 * 1024 * 1024, /* of the file, at one time */
};

/* What several arrays share: the file and both bounds. */
struct spill;

/* With other bounds than the usual ones, for tests; both are bytes. Caller frees with spill_free(),
 * which accepts NULL, after the arrays. */
struct spill *spill_new(size_t memory, size_t resident);
void spill_free(struct spill *spill);

/* STATUS_OUTPUT and `err` if the file could not take all. */
enum status spill_status(const struct spill *spill, struct error *err)
    __attribute__((warn_unused_result));

/* The same, where it is asked often. */
bool spill_has_failed(const struct spill *spill);

/* How much lies in the file, in bytes: for tests. */
size_t spill_in_file(const struct spill *spill);

struct spill_chunk {
    char *memory;
    bool in_file;
    bool resident; /* or may be */
};

struct spill_array {
    struct spill *spill; /* borrowed */
    size_t item;         /* size of one, in bytes; at most SPILL_CHUNK */
    size_t count, capacity;
    size_t chunk_items;          /* in one chunk */
    struct spill_chunk **chunks; /* items do not cross from one into the next */
    size_t chunks_count, chunks_capacity;
};

void spill_array_init(struct spill_array *array, struct spill *spill, size_t item);

/* Gives back what the array holds. All zero is accepted, and what is left. */
void spill_array_done(struct spill_array *array);

/* A new item at the end, zeroed. */
void *spill_append(struct spill_array *array);

/* Appends zeroed items until there are `count`. */
void spill_extend(struct spill_array *array, size_t count);

void spill_make_resident(struct spill *spill, struct spill_chunk *chunk);

/* An item. The pointer is valid until the array grows. What is reached by a pointer that was kept
 * is right, but may be resident longer than the bound allows: ask again instead of keeping one. */
static inline void *spill_at(const struct spill_array *array, size_t index)
{
    struct spill_chunk *chunk = array->chunks[index / array->chunk_items];

    if (!chunk->resident)
        spill_make_resident(array->spill, chunk);
    return chunk->memory + index % array->chunk_items * array->item;
}

/* Puts an array of uint64_t in rising order, in memory of a fixed size: spill_sort.c. */
void spill_sort(struct spill_array *array);

#endif
