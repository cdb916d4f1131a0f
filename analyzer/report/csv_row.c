#include "report/csv_row.h"

#include <csv.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* csv_fwrite() takes the lock of the file for each character. */
void csv_write_plain(struct csv_row *row, const char *text)
{
    size_t length = strlen(text);
    char cell[256];
    size_t size = csv_write(cell, sizeof cell, text, length);

    if (row->cells++ > 0)
        fputc(',', row->out);
    if (size <= sizeof cell)
        fwrite(cell, 1, size, row->out);
    else
        csv_fwrite(row->out, text, length);
}

void csv_write_text(struct csv_row *row, const char *text)
{
    char *safe;

    if (*text == '\0' || strchr("=+-@\t\r\n", *text) == NULL) {
        csv_write_plain(row, text);
        return;
    }
    safe = memory_print("'%s", text);
    csv_write_plain(row, safe);
    free(safe);
}

void csv_write_int(struct csv_row *row, int64_t value)
{
    char text[24];

    snprintf(text, sizeof text, "%" PRId64, value);
    csv_write_plain(row, text);
}

void csv_end_row(struct csv_row *row)
{
    fputc('\n', row->out);
    row->cells = 0;
}

void csv_write_header(struct csv_row *row, const char *const *names)
{
    for (; *names != NULL; names++)
        csv_write_plain(row, *names);
    csv_end_row(row);
}
