/* Memory that does not fail: out of memory ends the program with a message. */
#ifndef MEMORY_H
#define MEMORY_H

#include <stddef.h>

/* As malloc, calloc, realloc, strdup of the C library; never NULL. Caller frees with free(). */
void *memory_alloc(size_t size) __attribute__((warn_unused_result, malloc));
void *memory_zalloc(size_t size) __attribute__((warn_unused_result, malloc));
void *memory_resize(void *old, size_t size) __attribute__((warn_unused_result));
char *memory_copy_text(const char *text) __attribute__((warn_unused_result, malloc));

/* As asprintf; never NULL. Caller frees with free(). */
char *memory_print(const char *format, ...)
    __attribute__((warn_unused_result, format(printf, 1, 2)));

/* Makes room behind the `count` items of `size` bytes of a growing array, and zeroes the place.
 * Returns the array, which may have moved. `items` starts NULL, `*capacity` 0. Caller frees it with
 * free(). */
void *memory_grow(void *items, size_t count, size_t *capacity, size_t size)
    __attribute__((warn_unused_result));

/* Appends an item, zeroed, to such an array; its address, void when the next is appended. All three
 * are variables: `count` is raised by one. */
#define MEMORY_APPEND(items, count, capacity)                                                      \
    ((items) = memory_grow((items), (count), &(capacity), sizeof *(items)), &(items)[(count)++])

#endif
