/* snoop files: what is in one, and how a broken one ends. */
#include <string.h>

#include "capture/reader.h"
#include "packet/scratch.h"
#include "unit/unit.h"

enum {
    FILE_MAX = 1024
};

struct snoop_file {
    uint8_t bytes[FILE_MAX];
    size_t size;
};

static void put_u32(struct snoop_file *file, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        file->bytes[file->size++] = (uint8_t)(value >> shift);
}

static void put_header(struct snoop_file *file, uint32_t version, uint32_t datalink)
{
    memcpy(file->bytes, "snoop\0\0", 8);
    file->size = 8;
    put_u32(file, version);
    put_u32(file, datalink);
}

/* `captured` bytes of a frame of 100, and padding to a multiple of 4. */
static void put_record(struct snoop_file *file, uint32_t captured, uint32_t drops, uint32_t second,
                       uint32_t micros)
{
    uint32_t padded = (captured + 3) & ~3u;

    put_u32(file, 100);
    put_u32(file, captured);
    put_u32(file, 24 + padded);
    put_u32(file, drops);
    put_u32(file, second);
    put_u32(file, micros);
    memset(file->bytes + file->size, 7, padded);
    file->size += padded;
}

static struct reader *opened(const struct snoop_file *file, struct scratch *scratch)
{
    struct reader *reader;
    struct error err;

    scratch_open(scratch);
    scratch_fill(scratch, file->bytes, file->size);
    assert_int_equal(reader_open(scratch->path, false, &reader, &err), STATUS_OK);
    return reader;
}

/* Times, lengths and the count of drops of two frames; the padding is none of theirs. */
static void test_snoop_frames(void **state)
{
    struct snoop_file file;
    struct scratch scratch;
    struct reader *reader;
    struct frame frame;

    (void)state;
    put_header(&file, 2, 4);
    put_record(&file, 61, 0, 1000, 5);
    put_record(&file, 40, 3, 1001, 999999);
    reader = opened(&file, &scratch);
    assert_string_equal(reader_format(reader), "snoop");
    assert_string_equal(reader_linktype(reader), "EN10MB");
    assert_int_equal(reader_next(reader, &frame), READ_FRAME);
    assert_int_equal(frame.ts_ns, 1000000005000);
    assert_int_equal(frame.captured, 61);
    assert_int_equal(frame.sent, 100);
    assert_int_equal(frame.bytes[60], 7);
    assert_int_equal(reader_next(reader, &frame), READ_FRAME);
    assert_int_equal(frame.ts_ns, 1001999999000);
    assert_int_equal(frame.captured, 40);
    assert_int_equal(reader_next(reader, &frame), READ_END);
    assert_true(reader_interface(reader, 0)->has_dropped);
    assert_int_equal(reader_interface(reader, 0)->dropped, 3);
    reader_close(reader);
    scratch_close(&scratch);
}

/* Cut at every byte: never more frames than are whole, and the end is said. */
static void test_snoop_cut(void **state)
{
    struct snoop_file file, part;
    struct scratch scratch;

    (void)state;
    put_header(&file, 2, 4);
    put_record(&file, 61, 0, 1000, 5);
    put_record(&file, 40, 3, 1001, 999999);
    for (size_t size = 17; size < file.size; size++) {
        struct reader *reader;
        struct frame frame;
        int frames = 0;
        enum read_result result;

        part = file;
        part.size = size;
        reader = opened(&part, &scratch);
        while ((result = reader_next(reader, &frame)) == READ_FRAME)
            frames++;
        assert_int_equal(frames, size >= 16 + 24 + 64);
        assert_int_equal(result, size == 16 + 24 + 64 ? READ_END : READ_TRUNCATED);
        reader_close(reader);
        scratch_close(&scratch);
    }
}

/* A record shorter than its own header, and one that holds more than it is long. */
static void test_snoop_damaged(void **state)
{
    struct snoop_file file;
    struct scratch scratch;
    struct reader *reader;
    struct frame frame;

    (void)state;
    for (int i = 0; i < 2; i++) {
        put_header(&file, 2, 4);
        put_record(&file, 60, 0, 1000, 5);
        put_record(&file, 60, 0, 1001, 5);
        file.bytes[16 + 84 + (i == 0 ? 11 : 7)] = i == 0 ? 23 : 61;
        reader = opened(&file, &scratch);
        assert_int_equal(reader_next(reader, &frame), READ_FRAME);
        assert_int_equal(reader_next(reader, &frame), READ_DAMAGED);
        assert_non_null(strstr(reader_message(reader), "byte 100"));
        reader_close(reader);
        scratch_close(&scratch);
    }
}

/* Another version, and a link type that is not known. */
static void test_snoop_unknown(void **state)
{
    struct snoop_file file;
    struct scratch scratch;
    struct reader *reader;
    struct error err;

    (void)state;
    for (int i = 0; i < 2; i++) {
        put_header(&file, i == 0 ? 3 : 2, i == 0 ? 4 : 99);
        scratch_open(&scratch);
        scratch_fill(&scratch, file.bytes, file.size);
        assert_int_equal(reader_open(scratch.path, false, &reader, &err), STATUS_INPUT);
        assert_non_null(strstr(err.text, "snoop version"));
        scratch_close(&scratch);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_snoop_frames),
        cmocka_unit_test(test_snoop_cut),
        cmocka_unit_test(test_snoop_damaged),
        cmocka_unit_test(test_snoop_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
