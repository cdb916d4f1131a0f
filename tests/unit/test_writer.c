/* Rows through the writer's thread and without it: the same database, and the same errors. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "store/insert.h"
#include "unit/unit.h"

enum {
    ROWS = 200000 /* several times what the ring holds */
};

static sqlite3 *new_database(void)
{
    sqlite3 *db;

    assert_int_equal(sqlite3_open(":memory:", &db), SQLITE_OK);
    assert_int_equal(sqlite3_exec(db,
                                  "CREATE TABLE number (id INTEGER PRIMARY KEY, n INTEGER UNIQUE);"
                                  "CREATE TABLE word (id INTEGER, half REAL, word TEXT);",
                                  NULL, NULL, NULL),
                     SQLITE_OK);
    return db;
}

static void add_number(struct insert *insert, int64_t number)
{
    insert_null(insert);
    insert_integer(insert, number);
    insert_run(insert);
}

static void add_word(struct insert *insert, int64_t number, const char *word)
{
    insert_integer(insert, number);
    insert_real(insert, number % 2 == 1, (double)number / 2);
    insert_text(insert, word);
    insert_run(insert);
}

/* The database as a file would have it. Caller frees with sqlite3_free(). */
static unsigned char *write_all(bool threaded, sqlite3_int64 *size)
{
    sqlite3 *db = new_database();
    struct insert numbers, words;
    struct writer *writer;
    unsigned char *bytes;
    struct error err;
    char word[32];

    assert_int_equal(insert_open(&numbers, db, "number", 2), SQLITE_OK);
    assert_int_equal(insert_open(&words, db, "word", 3), SQLITE_OK);
    writer = numbers.writer = words.writer = writer_new(db, -1, threaded);
    for (int64_t i = 0; i < ROWS; i++) {
        snprintf(word, sizeof word, "word %lld", (long long)i);
        add_number(&numbers, i);
        if (i % 3 == 0)
            add_word(&words, i, i % 2 == 0 ? word : i % 5 == 0 ? "" : NULL);
    }
    writer_flush(writer, &numbers.feed);
    writer_flush(writer, &words.feed);
    assert_int_equal(writer_end(writer, &err), SQLITE_OK);
    insert_close(&numbers);
    insert_close(&words);
    bytes = sqlite3_serialize(db, "main", size, 0);
    assert_non_null(bytes);
    sqlite3_close(db);
    return bytes;
}

static void test_writer_same_bytes(void **state)
{
    sqlite3_int64 size, other_size;
    unsigned char *alone = write_all(false, &size);

    (void)state;
    assert_true(size > (sqlite3_int64)WRITER_BLOCKS * WRITER_BLOCK_BYTES);
    for (int run = 0; run < 3; run++) {
        unsigned char *threaded = write_all(true, &other_size);

        assert_int_equal(other_size, size);
        assert_memory_equal(threaded, alone, (size_t)size);
        sqlite3_free(threaded);
    }
    sqlite3_free(alone);
}

static int64_t ask(sqlite3 *db, const char *sql)
{
    sqlite3_stmt *stmt;
    int64_t value;

    assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL), SQLITE_OK);
    assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
    value = sqlite3_column_int64(stmt, 0);
    sqlite3_finalize(stmt);
    return value;
}

/* What is given is what is there, in the order in which it was given. */
static void test_writer_values(void **state)
{
    sqlite3 *db = new_database();
    struct insert words;
    struct error err;

    (void)state;
    assert_int_equal(insert_open(&words, db, "word", 3), SQLITE_OK);
    words.writer = writer_new(db, -1, true);
    for (int64_t i = 0; i < ROWS; i++)
        add_word(&words, i, i % 3 == 0 ? NULL : i % 3 == 1 ? "" : "word");
    writer_flush(words.writer, &words.feed);
    assert_int_equal(writer_end(words.writer, &err), SQLITE_OK);
    insert_close(&words);
    assert_int_equal(ask(db, "SELECT count(*) FROM word"), ROWS);
    assert_int_equal(ask(db, "SELECT count(*) FROM word WHERE id IS NOT rowid - 1"), 0);
    assert_int_equal(ask(db, "SELECT count(*) FROM word WHERE half IS NOT iif(id % 2 = 1,"
                             " id / 2.0, NULL)"),
                     0);
    assert_int_equal(ask(db, "SELECT count(*) FROM word WHERE word IS NOT CASE id % 3"
                             " WHEN 0 THEN NULL WHEN 1 THEN '' ELSE 'word' END"),
                     0);
    sqlite3_close(db);
}

/* A text may be longer than a block, and the rows around it do not suffer. */
static void test_writer_long_text(void **state)
{
    enum {
        LENGTH = 3 * WRITER_BLOCK_BYTES
    };
    sqlite3 *db = new_database();
    char *text = memory_alloc(LENGTH + 1);
    struct insert words;
    struct error err;

    (void)state;
    memset(text, 'x', LENGTH);
    text[LENGTH] = '\0';
    assert_int_equal(insert_open(&words, db, "word", 3), SQLITE_OK);
    words.writer = writer_new(db, -1, true);
    for (int64_t i = 0; i < 300; i++)
        add_word(&words, i, i % 3 == 0 ? text : "short");
    writer_flush(words.writer, &words.feed);
    assert_int_equal(writer_end(words.writer, &err), SQLITE_OK);
    insert_close(&words);
    assert_int_equal(ask(db, "SELECT sum(length(word)) FROM word"), 100 * LENGTH + 200 * 5);
    assert_int_equal(ask(db, "SELECT count(*) FROM word WHERE id IS NOT rowid - 1"), 0);
    free(text);
    sqlite3_close(db);
}

/* A row that cannot be inserted: whoever makes rows learns it while there are more to come, never
 * waits for ever, and the first error is the one that is told. */
static void fail_at_a_row(bool threaded)
{
    sqlite3 *db = new_database();
    struct insert numbers, words;
    struct error err = {""};
    struct writer *writer;
    int64_t row = 0;

    assert_int_equal(insert_open(&numbers, db, "number", 2), SQLITE_OK);
    assert_int_equal(insert_open(&words, db, "word", 3), SQLITE_OK);
    writer = numbers.writer = words.writer = writer_new(db, -1, threaded);
    add_number(&numbers, 1000);
    for (; row < ROWS * 10 && !writer_has_failed(writer); row++)
        add_number(&numbers, row);
    assert_true(writer_has_failed(writer));
    for (; row < ROWS * 12; row++)
        add_word(&words, row, "too late");
    writer_flush(writer, &numbers.feed);
    writer_flush(writer, &words.feed);
    assert_int_equal(writer_end(writer, &err), SQLITE_CONSTRAINT);
    assert_non_null(strstr(err.text, "number.n"));
    insert_close(&numbers);
    insert_close(&words);
    assert_int_equal(ask(db, "SELECT count(*) FROM word"), 0);
    sqlite3_close(db);
}

static void test_writer_fails(void **state)
{
    (void)state;
    fail_at_a_row(true);
    fail_at_a_row(false);
}

/* A writer that is given nothing. */
static void test_writer_nothing(void **state)
{
    sqlite3 *db = new_database();
    struct error err;

    (void)state;
    assert_int_equal(writer_end(writer_new(db, -1, true), &err), SQLITE_OK);
    assert_int_equal(writer_end(writer_new(db, -1, false), &err), SQLITE_OK);
    sqlite3_close(db);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_writer_same_bytes), cmocka_unit_test(test_writer_values),
        cmocka_unit_test(test_writer_long_text),  cmocka_unit_test(test_writer_fails),
        cmocka_unit_test(test_writer_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
