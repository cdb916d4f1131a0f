#include "survey/remark.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"

void remark_add(struct remarks *remarks, const char *kind, const char *format, ...)
{
    struct remark *remark = MEMORY_APPEND(remarks->items, remarks->count, remarks->capacity);
    char text[1024];
    va_list args;

    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    remark->kind = kind;
    remark->text = memory_copy_text(text);
}

void remarks_done(struct remarks *remarks)
{
    for (size_t i = 0; i < remarks->count; i++)
        free(remarks->items[i].text);
    free(remarks->items);
    *remarks = (struct remarks){0};
}
