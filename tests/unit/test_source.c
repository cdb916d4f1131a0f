/* The bytes of a capture, plain and compressed, whole, cut and damaged. */
#include <nettle/sha2.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "capture/source.h"
#include "packet/pack.h"
#include "packet/scratch.h"
#include "unit/unit.h"

enum {
    BIG = 900000 /* more than the buffers of the source hold */
};

/* Bytes that compress by about a half, the same in every run. */
static void fill_bytes(uint8_t *bytes, size_t size)
{
    uint32_t state = 12345;

    for (size_t i = 0; i < size; i++) {
        state = state * 1664525 + 1013904223;
        bytes[i] = (uint8_t)("capture!"[i % 8] ^ (int)(state >> 28));
    }
}

/* A file of this content, its bytes packed by `format`, once for each of `copies`. */
static size_t write_packed(struct scratch *scratch, enum pack_format format, const uint8_t *bytes,
                           size_t size, int copies)
{
    uint8_t *packed;
    size_t packed_size = pack(format, bytes, size, &packed);

    scratch_open(scratch);
    for (int copy = 0; copy < copies; copy++)
        fwrite(packed, 1, packed_size, scratch->file);
    fflush(scratch->file);
    free(packed);
    return packed_size * (size_t)copies;
}

static struct source *opened(const struct scratch *scratch)
{
    struct source *source;
    struct error err;

    assert_int_equal(source_open(scratch->path, true, &source, &err), STATUS_OK);
    return source;
}

/* What there is to read, in steps of `step` bytes; compared with `copies` of `bytes`, of which it
 * has to be the first part. Returns how much it was. */
static size_t read_all(struct source *source, size_t step, const uint8_t *bytes, size_t size)
{
    static uint8_t got[BIG];
    size_t total = 0, count;

    do {
        count = source_read(source, got, step);
        for (size_t done = 0; done < count;) {
            size_t at = (total + done) % size;
            size_t part = count - done < size - at ? count - done : size - at;

            assert_memory_equal(got + done, bytes + at, part);
            done += part;
        }
        total += count;
    } while (count == step);
    assert_int_equal(source_read(source, got, step), 0);
    return total;
}

/* --- whole --------------------------------------------------------------------------------- */

/* The same bytes in every format, whatever the steps; the name says nothing of the format. */
static void test_read_packed(void **state)
{
    static uint8_t bytes[BIG];
    const size_t steps[] = {1000, 65536, 777777};

    (void)state;
    fill_bytes(bytes, sizeof(bytes));
    for (int format = PACK_NONE; format < PACK_FORMATS; format++) {
        struct scratch scratch;

        write_packed(&scratch, (enum pack_format)format, bytes, sizeof(bytes), 1);
        for (size_t i = 0; i < COUNT(steps); i++) {
            struct source *source = opened(&scratch);

            assert_int_equal(read_all(source, steps[i], bytes, sizeof(bytes)), sizeof(bytes));
            assert_int_equal(source_state(source), SOURCE_WHOLE);
            source_close(source);
        }
        scratch_close(&scratch);
    }
}

static void test_read_several_members(void **state)
{
    uint8_t bytes[5000];

    (void)state;
    fill_bytes(bytes, sizeof(bytes));
    for (int format = PACK_GZIP; format < PACK_FORMATS; format++) {
        struct scratch scratch;
        struct source *source;

        write_packed(&scratch, (enum pack_format)format, bytes, sizeof(bytes), 200);
        source = opened(&scratch);
        assert_int_equal(read_all(source, 4096, bytes, sizeof(bytes)), 200 * sizeof(bytes));
        assert_int_equal(source_state(source), SOURCE_WHOLE);
        source_close(source);
        scratch_close(&scratch);
    }
}

/* zstd, and lz4 too, skip a frame whose magic number is 0x184d2a50 to 0x184d2a5f; pzstd begins
 * with one. gzip pads with zeros. */
static void test_read_around_members(void **state)
{
    const uint8_t skipped[] = {0x50, 0x2a, 0x4d, 0x18, 3, 0, 0, 0, 'a', 'b', 'c'};
    const uint8_t zeros[3000] = {0};
    uint8_t bytes[5000];
    uint8_t *packed;
    size_t size;
    struct scratch scratch;
    struct source *source;

    (void)state;
    fill_bytes(bytes, sizeof(bytes));
    size = pack(PACK_ZSTD, bytes, sizeof(bytes), &packed);
    scratch_open(&scratch);
    fwrite(skipped, 1, sizeof(skipped), scratch.file);
    fwrite(packed, 1, size, scratch.file);
    fflush(scratch.file);
    free(packed);
    source = opened(&scratch);
    assert_int_equal(read_all(source, 4096, bytes, sizeof(bytes)), sizeof(bytes));
    assert_int_equal(source_state(source), SOURCE_WHOLE);
    source_close(source);
    scratch_close(&scratch);

    write_packed(&scratch, PACK_GZIP, bytes, sizeof(bytes), 1);
    fwrite(zeros, 1, sizeof(zeros), scratch.file);
    fflush(scratch.file);
    source = opened(&scratch);
    assert_int_equal(read_all(source, 4096, bytes, sizeof(bytes)), sizeof(bytes));
    assert_int_equal(source_state(source), SOURCE_WHOLE);
    source_close(source);
    scratch_close(&scratch);
}

/* The hash is that of the file on disk, whether or not all of it was read. */
static void test_sha256_of_the_file(void **state)
{
    static uint8_t bytes[BIG], file[2 * BIG];

    (void)state;
    fill_bytes(bytes, sizeof(bytes));
    for (int format = PACK_NONE; format < PACK_FORMATS; format++) {
        uint8_t digest[SHA256_DIGEST_SIZE];
        char expected[SHA256_TEXT], text[SHA256_TEXT];
        struct sha256_ctx hash;
        struct scratch scratch;
        struct source *source;
        size_t size = write_packed(&scratch, (enum pack_format)format, bytes, sizeof(bytes), 1);

        rewind(scratch.file);
        assert_int_equal(fread(file, 1, sizeof(file), scratch.file), size);
        sha256_init(&hash);
        sha256_update(&hash, size, file);
        sha256_digest(&hash, sizeof(digest), digest);
        for (size_t i = 0; i < sizeof(digest); i++)
            snprintf(expected + 2 * i, 3, "%02x", digest[i]);
        for (int whole = 0; whole < 2; whole++) {
            source = opened(&scratch);
            if (whole)
                read_all(source, 4096, bytes, sizeof(bytes));
            source_sha256(source, text);
            assert_string_equal(text, expected);
            source_close(source);
        }
        scratch_close(&scratch);
    }
}

static void test_peek_is_not_read(void **state)
{
    uint8_t bytes[100], front[200];
    struct scratch scratch;
    struct source *source;

    (void)state;
    fill_bytes(bytes, sizeof(bytes));
    write_packed(&scratch, PACK_GZIP, bytes, sizeof(bytes), 1);
    source = opened(&scratch);
    assert_int_equal(source_peek(source, front, 4), 4);
    assert_memory_equal(front, bytes, 4);
    assert_int_equal(source_peek(source, front, sizeof(front)), sizeof(bytes));
    assert_int_equal(read_all(source, 7, bytes, sizeof(bytes)), sizeof(bytes));
    source_close(source);
    scratch_close(&scratch);
}

/* --- cut and damaged ----------------------------------------------------------------------- */

/* Wherever the file is cut: what came before is there, and that it was cut is told. */
static void test_read_cut(void **state)
{
    uint8_t bytes[2000];

    (void)state;
    fill_bytes(bytes, sizeof(bytes));
    for (int format = PACK_GZIP; format < PACK_FORMATS; format++) {
        uint8_t *packed;
        size_t size = pack((enum pack_format)format, bytes, sizeof(bytes), &packed);
        struct scratch scratch;

        scratch_open(&scratch);
        for (size_t cut = 8; cut < size; cut++) {
            struct source *source;
            struct error err;

            scratch_fill(&scratch, packed, cut);
            if (source_open(scratch.path, false, &source, &err) != STATUS_OK) {
                assert_non_null(strstr(err.text, "the data end too early"));
                continue;
            }
            read_all(source, 300, bytes, sizeof(bytes));
            assert_int_equal(source_state(source), SOURCE_CUT);
            assert_non_null(strstr(source_message(source), "at offset 0x"));
            source_close(source);
        }
        free(packed);
        scratch_close(&scratch);
    }
}

/* A wrong checksum at the end is told after all the bytes. */
static void test_read_wrong_checksum(void **state)
{
    uint8_t bytes[2000];

    (void)state;
    fill_bytes(bytes, sizeof(bytes));
    for (int format = PACK_GZIP; format < PACK_FORMATS; format++) {
        uint8_t *packed, got[100];
        size_t size = pack((enum pack_format)format, bytes, sizeof(bytes), &packed);
        struct scratch scratch;
        struct source *source;

        packed[size - (format == PACK_GZIP ? 8 : 1)] ^= 1;
        scratch_open(&scratch);
        scratch_fill(&scratch, packed, size);
        free(packed);
        source = opened(&scratch);
        assert_int_equal(source_read(source, got, sizeof(got)), sizeof(got));
        assert_int_equal(source_state(source), SOURCE_WHOLE); /* so far */
        while (source_read(source, got, sizeof(got)) > 0)
            continue;
        assert_int_equal(source_state(source), SOURCE_DAMAGED);
        assert_non_null(strstr(source_message(source), "at offset 0x"));
        source_close(source);
        scratch_close(&scratch);
    }
}

static void test_read_what_is_no_member(void **state)
{
    uint8_t bytes[2000];

    (void)state;
    fill_bytes(bytes, sizeof(bytes));
    for (int format = PACK_GZIP; format < PACK_FORMATS; format++) {
        struct scratch scratch;
        struct source *source;

        write_packed(&scratch, (enum pack_format)format, bytes, sizeof(bytes), 1);
        fputs("and something else", scratch.file);
        fflush(scratch.file);
        source = opened(&scratch);
        assert_int_equal(read_all(source, 300, bytes, sizeof(bytes)), sizeof(bytes));
        assert_int_equal(source_state(source), SOURCE_DAMAGED);
        source_close(source);
        scratch_close(&scratch);
    }
}

/* Any one byte of the file wrong: whatever comes of it, it ends. */
static void test_read_any_byte_wrong(void **state)
{
    uint8_t bytes[600], got[100];

    (void)state;
    fill_bytes(bytes, sizeof(bytes));
    for (int format = PACK_GZIP; format < PACK_FORMATS; format++) {
        uint8_t *packed;
        size_t size = pack((enum pack_format)format, bytes, sizeof(bytes), &packed);
        struct scratch scratch;

        scratch_open(&scratch);
        for (size_t at = 0; at < size; at++) {
            struct source *source;
            struct error err;

            packed[at] ^= 0xff;
            scratch_fill(&scratch, packed, size);
            packed[at] ^= 0xff;
            if (source_open(scratch.path, false, &source, &err) != STATUS_OK)
                continue;
            while (source_read(source, got, sizeof(got)) > 0)
                continue;
            source_close(source);
        }
        free(packed);
        scratch_close(&scratch);
    }
}

/* --- not to be opened ---------------------------------------------------------------------- */

static void assert_refused(const char *path, const char *why)
{
    struct source *source;
    struct error err;

    assert_int_equal(source_open(path, false, &source, &err), STATUS_INPUT);
    assert_null(source);
    assert_memory_equal(err.text, path, strlen(path));
    assert_non_null(strstr(err.text, why));
}

static void test_open_refused(void **state)
{
    struct scratch scratch;

    (void)state;
    assert_refused("/nowhere/at/all", "No such file");
    assert_refused("/", "is a directory");
    scratch_open(&scratch);
    assert_refused(scratch.path, "is empty");
    scratch_close(&scratch);
    for (int format = PACK_GZIP; format < PACK_FORMATS; format++) {
        write_packed(&scratch, (enum pack_format)format, NULL, 0, 1);
        assert_refused(scratch.path, "nothing was compressed");
        scratch_close(&scratch);
    }
    scratch_open(&scratch);
    scratch_fill(&scratch, "\x1f\x8b\x08\xff damaged", 12);
    assert_refused(scratch.path, "gzip: ");
    scratch_close(&scratch);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_read_packed),         cmocka_unit_test(test_read_several_members),
        cmocka_unit_test(test_read_around_members), cmocka_unit_test(test_sha256_of_the_file),
        cmocka_unit_test(test_peek_is_not_read),    cmocka_unit_test(test_read_cut),
        cmocka_unit_test(test_read_wrong_checksum), cmocka_unit_test(test_read_what_is_no_member),
        cmocka_unit_test(test_read_any_byte_wrong), cmocka_unit_test(test_open_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
