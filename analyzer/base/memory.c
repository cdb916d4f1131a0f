#include "base/memory.h"

#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void *must(void *memory)
{
    if (memory == NULL) {
        fputs("tcpmortem: out of memory\n", stderr);
        abort();
    }
    return memory;
}

void *memory_alloc(size_t size)
{
    return must(malloc(size ? size : 1));
}

enum {
    SMALL = 1024 /* what malloc() keeps by size for each thread, and glibc's calloc() never takes */
};

void *memory_zalloc(size_t size)
{
    if (size <= SMALL)
        return memset(memory_alloc(size), 0, size);
    return must(calloc(1, size));
}

void *memory_resize(void *old, size_t size)
{
    return must(realloc(old, size ? size : 1));
}

char *memory_copy_text(const char *text)
{
    return must(strdup(text));
}

char *memory_print(const char *format, ...)
{
    char *text = NULL;
    va_list args;

    va_start(args, format);
    if (vasprintf(&text, format, args) < 0)
        text = NULL;
    va_end(args);
    return must(text);
}

void *memory_grow(void *items, size_t count, size_t *capacity, size_t size)
{
    if (count == *capacity) {
        *capacity = *capacity ? *capacity * 2 : 16;
        if (*capacity > SIZE_MAX / size)
            must(NULL);
        items = memory_resize(items, *capacity * size);
    }
    memset((char *)items + count * size, 0, size);
    return items;
}
