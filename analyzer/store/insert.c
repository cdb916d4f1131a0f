#include "store/insert.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

int insert_open(struct insert *insert, sqlite3 *db, const char *table, int columns)
{
    char marks[128] = "?";
    char *sql;
    int rc;

    assert(columns > 0 && (size_t)columns * 2 < sizeof marks);
    for (int i = 1; i < columns; i++)
        memcpy(marks + i * 2 - 1, ",?", 3);
    sql = memory_print("INSERT INTO %s VALUES (%s)", table, marks);
    rc = sqlite3_prepare_v2(db, sql, -1, &insert->stmt, NULL);
    insert->bound = 0;
    free(sql);
    return rc;
}

void insert_null(struct insert *insert)
{
    sqlite3_bind_null(insert->stmt, ++insert->bound);
}

void insert_integer(struct insert *insert, int64_t value)
{
    sqlite3_bind_int64(insert->stmt, ++insert->bound, value);
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
        sqlite3_bind_double(insert->stmt, ++insert->bound, value);
    else
        insert_null(insert);
}

void insert_text(struct insert *insert, const char *text)
{
    sqlite3_bind_text(insert->stmt, ++insert->bound, text, -1, SQLITE_TRANSIENT);
}

int insert_run(struct insert *insert)
{
    int rc;

    if (insert->stmt == NULL)
        return SQLITE_MISUSE;
    assert(insert->bound == sqlite3_bind_parameter_count(insert->stmt));
    rc = sqlite3_step(insert->stmt);
    sqlite3_reset(insert->stmt);
    insert->bound = 0;
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

void insert_close(struct insert *insert)
{
    sqlite3_finalize(insert->stmt);
    insert->stmt = NULL;
}
