#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/progress.h"

enum status error_set(struct error *err, enum status status, const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vsnprintf(err->text, sizeof err->text, format, args);
    va_end(args);
    return status;
}

void warn_user(const char *format, ...)
{
    va_list args;

    progress_clear();
    fputs("tcpmortem: ", stderr);
    va_start(args, format);
    vfprintf(stderr, format, args);
    va_end(args);
    fputc('\n', stderr);
}
