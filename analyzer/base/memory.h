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

/* Makes room for one more item in a growing array of `*count` items of `size` bytes and returns
 * its address, zeroed; `*count` is raised by one. `*items` starts NULL, `*count` and
 * `*capacity` 0. Addresses of former items are void afterwards. */
void *memory_append(void **items, size_t *count, size_t *capacity, size_t size)
    __attribute__((warn_unused_result));

#endif
