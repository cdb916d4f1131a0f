#include "command/arguments.h"

#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum status arguments_read(const struct arguments *arguments, int argc, char **argv, void *request,
                           bool *help, struct error *err)
{
    enum status status = STATUS_OK;
    int option;

    *help = false;
    optind = 1;
    while (status == STATUS_OK &&
           (option = getopt_long(argc, argv, arguments->letters, arguments->longer, NULL)) != -1) {
        if (option == 'h') {
            *help = true;
            return STATUS_OK;
        }
        if (option == '?') { /* getopt_long() has said why */
            fprintf(stderr, "Try `tcpmortem %s --help`.\n", arguments->command);
            return STATUS_USAGE;
        }
        status = arguments->take(request, option, err);
    }
    return status;
}

enum status arguments_case(const struct arguments *arguments, int argc, char **argv,
                           const char **path, struct error *err)
{
    if (argc - optind != 1)
        return error_set(err, STATUS_USAGE, "%s: one case database is needed: see %s --help",
                         arguments->command, arguments->command);
    *path = argv[optind];
    return STATUS_OK;
}

enum status argument_number(const char *option, const char *text, int64_t least, int64_t most,
                            int64_t *value, struct error *err)
{
    char *end;
    long long number;

    errno = 0;
    number = strtoll(text, &end, 10);
    if (errno != 0 || end == text || *end != '\0' || number < least || number > most)
        return error_set(err, STATUS_USAGE, "%s %s: must be a number from %" PRId64 " to %" PRId64,
                         option, text, least, most);
    *value = number;
    return STATUS_OK;
}

/* What a terminal would not show as it is, nor a block of code in Markdown. */
static bool is_special(char c)
{
    return iscntrl((unsigned char)c) || c == '`';
}

static bool has_special(const char *text)
{
    while (*text != '\0' && !is_special(*text))
        text++;
    return *text != '\0';
}

/* As $'…' of POSIX.1-2024 has it. */
static char *quote_special(char *out, const char *text)
{
    memcpy(out, "$'", 2);
    for (out += 2; *text != '\0'; text++) {
        if (is_special(*text))
            out += sprintf(out, "\\%03o", (unsigned)(unsigned char)*text);
        else if (*text == '\'' || *text == '\\')
            out += sprintf(out, "\\%c", *text);
        else
            *out++ = *text;
    }
    *out++ = '\'';
    return out;
}

/* Room for `text` in quotes: each of its characters takes four at most. */
static char *quote(char *out, const char *text)
{
    static const char plain[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789"
                                "_-./=,:+@%";

    if (text[0] != '\0' && text[strspn(text, plain)] == '\0') {
        size_t length = strlen(text);

        memcpy(out, text, length);
        return out + length;
    }
    if (has_special(text))
        return quote_special(out, text);
    *out++ = '\'';
    for (; *text != '\0'; text++) {
        if (*text == '\'') {
            memcpy(out, "'\\''", 4);
            out += 4;
        } else {
            *out++ = *text;
        }
    }
    *out++ = '\'';
    return out;
}

char *arguments_print(int argc, char **argv)
{
    static const char program[] = "tcpmortem";
    size_t size = sizeof program;
    char *text, *out;

    for (int i = 0; i < argc; i++)
        size += 4 * strlen(argv[i]) + sizeof " $''";
    text = memory_alloc(size);
    memcpy(text, program, sizeof program - 1);
    out = text + sizeof program - 1;
    for (int i = 0; i < argc; i++) {
        *out++ = ' ';
        out = quote(out, argv[i]);
    }
    *out = '\0';
    return text;
}
