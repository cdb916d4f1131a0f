#include "report/csv_row.h"

#include <csv.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/decimal.h"
#include "base/text.h"

/* A line is put together first: the lock of the file, and of csv_fwrite() the one for each
 * character, would be most of the work. */
static void flush(struct csv_row *row)
{
    fwrite(row->line, 1, row->used, row->out);
    row->used = 0;
}

static void put(struct csv_row *row, char c)
{
    if (row->used == sizeof row->line)
        flush(row);
    row->line[row->used++] = c;
}

void csv_write_plain(struct csv_row *row, const char *text)
{
    size_t length = strlen(text), size;

    if (row->cells++ > 0)
        put(row, ',');
    size = csv_write(row->line + row->used, sizeof row->line - row->used, text, length);
    if (size <= sizeof row->line - row->used) {
        row->used += size;
        return;
    }
    flush(row);
    csv_fwrite(row->out, text, length);
}

/* Whether a cell that begins so is a formula to some spreadsheet: to Excel in Japanese also by the
 * wide signs. */
static bool begins_formula(const char *text)
{
    static const uint32_t wide[] = {0xff0b, 0xff0d, 0xff1d, 0xff20}; /* + - = @ */
    uint32_t c;

    if (*text == '\0')
        return false;
    if (strchr("=+-@\t\r\n", *text) != NULL)
        return true;
    (void)text_decode(text, &c);
    for (size_t i = 0; i < sizeof wide / sizeof *wide; i++)
        if (c == wide[i])
            return true;
    return false;
}

/* Whether a cell begins at `text` for who does not split at commas, but at semicolons, tabs or
 * lines, and does not care for the quotes: Excel where the comma is the decimal sign. */
static bool may_begin_cell(const char *start, const char *text)
{
    while (text > start && text[-1] == '"')
        text--;
    return text == start || text[-1] == ';' || text[-1] == '\t' || text[-1] == '\r' ||
           text[-1] == '\n';
}

/* What a terminal must not get is not in a file that people look at with `cat`. */
static bool is_hidden(uint32_t c)
{
    return text_is_unsafe(c) && c != '\t' && c != '\r' && c != '\n';
}

/* Digits, lower case letters, dots and colons alone, as addresses and names of states are. */
static bool is_plain(const char *text)
{
    for (; *text != '\0'; text++)
        if (!((*text >= '0' && *text <= ':') || (*text >= 'a' && *text <= 'z') || *text == '.'))
            return false;
    return true;
}

static bool is_safe(const char *text)
{
    if (is_plain(text))
        return true;
    for (const char *at = text; *at != '\0'; at++)
        if ((unsigned char)*at >= 0x80 || is_hidden((unsigned char)*at) ||
            (may_begin_cell(text, at) && begins_formula(at)))
            return false;
    return true;
}

void csv_write_text(struct csv_row *row, const char *text)
{
    char *safe = NULL;
    size_t size = 0;
    FILE *out;

    if (is_safe(text)) {
        csv_write_plain(row, text);
        return;
    }
    out = text_open(&safe, &size);
    for (const char *at = text; *at != '\0';) {
        uint32_t c;
        size_t length = text_decode(at, &c);

        if (may_begin_cell(text, at) && begins_formula(at))
            fputc('\'', out);
        if (is_hidden(c) || (length == 1 && (unsigned char)*at >= 0x80))
            fputs("\xEF\xBF\xBD", out);
        else
            fwrite(at, 1, length, out);
        at += length;
    }
    fclose(out);
    csv_write_plain(row, safe);
    free(safe);
}

void csv_write_int(struct csv_row *row, int64_t value)
{
    char text[DECIMAL_SIZE];

    csv_write_plain(row, decimal_print(value, text));
}

void csv_end_row(struct csv_row *row)
{
    put(row, '\n');
    flush(row);
    row->cells = 0;
}

void csv_write_header(struct csv_row *row, const char *const *names)
{
    for (; *names != NULL; names++)
        csv_write_plain(row, *names);
    csv_end_row(row);
}
