/* Cells of a CSV file (RFC 4180; lines end with LF). Every cell is quoted, by libcsv. */
#ifndef CSV_ROW_H
#define CSV_ROW_H

#include <stdint.h>
#include <stdio.h>

struct csv_row {
    FILE *out;
    int cells; /* of the current line */
    size_t used;
    char line[1024]; /* what of it is not yet in the file */
};

/* The header: `names` ends with NULL. */
void csv_write_header(struct csv_row *row, const char *const *names);

/* Text. What a spreadsheet would take for a formula gets an apostrophe in front, also behind a
 * semicolon, a tab or a line's end, where some begin a cell. Broken UTF-8 becomes U+FFFD. */
void csv_write_text(struct csv_row *row, const char *text);

/* Text that the program itself has made: numbers, times. */
void csv_write_plain(struct csv_row *row, const char *text);
void csv_write_int(struct csv_row *row, int64_t value);

void csv_end_row(struct csv_row *row);

#endif
