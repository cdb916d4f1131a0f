#include "store/insert.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum cell_type {
    CELL_NULL,
    CELL_INTEGER,
    CELL_REAL,
    CELL_TEXT,
    CELL_BLOB
};

struct insert_cell {
    union {
        int64_t integer;
        double real;
        size_t offset; /* of the bytes among the row's, while the row is given */
        const char *bytes;
    } value;
    uint32_t length; /* of text and blobs */
    enum cell_type type;
};

static int cell_column(sqlite3_vtab_cursor *cursor, sqlite3_context *context, int column)
{
    const struct insert_cell *cell = (const struct insert_cell *)feed_row(cursor) + column;

    switch (cell->type) {
    case CELL_NULL:
        sqlite3_result_null(context);
        break;
    case CELL_INTEGER:
        sqlite3_result_int64(context, cell->value.integer);
        break;
    case CELL_REAL:
        sqlite3_result_double(context, cell->value.real);
        break;
    case CELL_TEXT:
        sqlite3_result_text(context, cell->value.bytes, (int)cell->length, SQLITE_STATIC);
        break;
    case CELL_BLOB:
        sqlite3_result_blob(context, cell->value.bytes, (int)cell->length, SQLITE_STATIC);
        break;
    }
    return SQLITE_OK;
}

int insert_open(struct insert *insert, sqlite3 *db, const char *table, int columns)
{
    *insert = (struct insert){
        .feed = {.table = table,
                 .columns = columns,
                 .column = cell_column,
                 .row_size = (size_t)columns * sizeof(struct insert_cell)},
        .cells = memory_zalloc((size_t)columns * sizeof(struct insert_cell)),
    };
    return feed_open(&insert->feed, db);
}

static struct insert_cell *next_cell(struct insert *insert, enum cell_type type)
{
    struct insert_cell *cell = &insert->cells[insert->given++];

    assert(insert->given <= insert->feed.columns);
    cell->type = type;
    return cell;
}

void insert_null(struct insert *insert)
{
    next_cell(insert, CELL_NULL);
}

void insert_integer(struct insert *insert, int64_t value)
{
    next_cell(insert, CELL_INTEGER)->value.integer = value;
}

void insert_optional(struct insert *insert, bool has, int64_t value)
{
    if (has)
        insert_integer(insert, value);
    else
        insert_null(insert);
}

void insert_real(struct insert *insert, bool has, double value)
{
    if (has)
        next_cell(insert, CELL_REAL)->value.real = value;
    else
        insert_null(insert);
}

static void give_bytes(struct insert *insert, enum cell_type type, const void *bytes, size_t length)
{
    struct insert_cell *cell;

    if (insert->text_capacity - insert->text_used < length) {
        insert->text_capacity = 2 * insert->text_capacity + length;
        insert->text = memory_resize(insert->text, insert->text_capacity);
    }
    cell = next_cell(insert, type);
    cell->length = (uint32_t)length;
    cell->value.offset = insert->text_used;
    if (length > 0)
        memcpy(insert->text + insert->text_used, bytes, length);
    insert->text_used += length;
}

void insert_text(struct insert *insert, const char *text)
{
    if (text != NULL)
        give_bytes(insert, CELL_TEXT, text, strlen(text));
    else
        insert_null(insert);
}

void insert_blob(struct insert *insert, const uint8_t *bytes, size_t length)
{
    give_bytes(insert, CELL_BLOB, bytes, length);
}

void insert_run(struct insert *insert)
{
    struct insert_cell *cells = writer_add(insert->writer, &insert->feed, insert->text_used);
    char *text = writer_text(&insert->feed);

    assert(insert->given == insert->feed.columns);
    memcpy(cells, insert->cells, insert->feed.row_size);
    if (insert->text_used > 0)
        memcpy(text, insert->text, insert->text_used);
    for (int i = 0; i < insert->given; i++)
        if (cells[i].type == CELL_TEXT || cells[i].type == CELL_BLOB)
            cells[i].value.bytes = text + cells[i].value.offset;
    insert->given = 0;
    insert->text_used = 0;
}

void insert_close(struct insert *insert)
{
    feed_close(&insert->feed);
    free(insert->cells);
    free(insert->text);
    insert->cells = NULL;
    insert->text = NULL;
}
