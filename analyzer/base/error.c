#include "base/error.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/progress.h"
#include "base/text.h"

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
    char text[sizeof((struct error *)0)->text * 2];
    va_list args;

    progress_clear();
    va_start(args, format);
    vsnprintf(text, sizeof text, format, args);
    va_end(args);
    fputs("tcpmortem: ", stderr);
    text_write(stderr, TEXT_PLAIN, text, sizeof text); /* it may name a file */
    fputc('\n', stderr);
}
