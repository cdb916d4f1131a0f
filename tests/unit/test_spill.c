/* Arrays that go to a temporary file: what is put in comes out, within bounds, in any order. */
#include "base/spill.h"

#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "unit/unit.h"

enum {
    MANY = 1000 * 1000,
    PAGE = 4096
};

/* A number that looks random and is the same each time (splitmix64). */
static uint64_t scramble(uint64_t value)
{
    value += UINT64_C(0x9e3779b97f4a7c15);
    value = (value ^ (value >> 30)) * UINT64_C(0xbf58476d1ce4e5b9);
    value = (value ^ (value >> 27)) * UINT64_C(0x94d049bb133111eb);
    return value ^ (value >> 31);
}

static void fill(struct spill_array *array, size_t count)
{
    for (size_t i = 0; i < count; i++)
        *(uint64_t *)spill_append(array) = scramble(i);
}

static void assert_filled(const struct spill_array *array, size_t count)
{
    assert_int_equal(array->count, count);
    for (size_t i = 0; i < count; i++)
        assert_true(*(uint64_t *)spill_at(array, i) == scramble(i));
}

/* How much of the array's chunks is in memory, in bytes. */
static size_t resident_in(const struct spill_array *array)
{
    size_t resident = 0;

    for (size_t i = 0; i < array->chunks_count; i++)
        resident += array->chunks[i]->in_file && array->chunks[i]->resident ? SPILL_CHUNK : 0;
    return resident;
}

static void test_spill_small_makes_no_file(void **state)
{
    struct spill *spill = spill_new(1024 * 1024, SPILL_RESIDENT);
    struct spill_array array;

    (void)state;
    spill_array_init(&array, spill, sizeof(uint64_t));
    fill(&array, 100 * 1000);
    assert_filled(&array, 100 * 1000);
    assert_int_equal(spill_in_file(spill), 0);
    spill_array_done(&array);
    spill_free(spill);
}

static void test_spill_large_is_in_the_file(void **state)
{
    struct spill *spill = spill_new(1024 * 1024, 4 * SPILL_CHUNK);
    struct spill_array array;

    (void)state;
    spill_array_init(&array, spill, sizeof(uint64_t));
    fill(&array, MANY);
    assert_true(spill_in_file(spill) > 6 * 1024 * 1024);
    assert_true(resident_in(&array) <= 4 * SPILL_CHUNK);
    assert_filled(&array, MANY);
    /* Any order, and written to. */
    for (size_t i = 0; i < MANY; i += 7) {
        size_t at = scramble(i) % MANY;

        assert_true(*(uint64_t *)spill_at(&array, at) == scramble(at));
        *(uint64_t *)spill_at(&array, at) = scramble(at);
    }
    assert_true(resident_in(&array) <= 4 * SPILL_CHUNK);
    assert_filled(&array, MANY);
    spill_array_done(&array);
    spill_free(spill);
}

/* Memory in use, as the kernel counts it. */
static size_t resident_pages(void)
{
    FILE *file = fopen("/proc/self/statm", "r");
    char line[256] = "", *rest = line;

    if (file == NULL)
        return 0;
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    strtoul(line, &rest, 10); /* the size of all */
    return strtoul(rest, NULL, 10);
}

static void test_spill_leaves_memory(void **state)
{
    struct spill *spill = spill_new(0, 4 * SPILL_CHUNK);
    struct spill_array array;
    size_t before = resident_pages();

    (void)state;
    if (before == 0)
        skip();
    spill_array_init(&array, spill, sizeof(uint64_t));
    fill(&array, 8 * MANY); /* 64 MB */
    assert_true((resident_pages() - before) * PAGE < 16 * 1024 * 1024);
    spill_array_done(&array);
    spill_free(spill);
}

/* Chunks that an array gave back serve the next one, empty. */
static void test_spill_is_used_again(void **state)
{
    struct spill *spill = spill_new(0, 4 * SPILL_CHUNK);
    struct spill_array array;
    size_t size;

    (void)state;
    spill_array_init(&array, spill, sizeof(uint64_t));
    fill(&array, MANY);
    spill_array_done(&array);
    size = spill_in_file(spill);
    spill_array_init(&array, spill, 100);
    spill_extend(&array, MANY / 100 * 8);
    for (size_t i = 0; i < array.count; i++)
        for (size_t k = 0; k < 100; k++)
            assert_int_equal(((char *)spill_at(&array, i))[k], 0);
    assert_int_equal(spill_in_file(spill), size);
    spill_array_done(&array);
    spill_free(spill);
}

/* Items of any size, of which no whole number fits into a chunk. */
static void test_spill_odd_items(void **state)
{
    static const size_t sizes[] = {1, 24, 3096, SPILL_CHUNK};
    struct spill *spill = spill_new(0, 4 * SPILL_CHUNK);

    (void)state;
    for (size_t s = 0; s < sizeof sizes / sizeof *sizes; s++) {
        struct spill_array array;
        size_t count = 3000;

        spill_array_init(&array, spill, sizes[s]);
        if (sizes[s] == SPILL_CHUNK)
            count = 20;
        for (size_t i = 0; i < count; i++)
            memset(spill_append(&array), (int)i & 0xff, sizes[s]);
        for (size_t i = 0; i < count; i++) {
            const unsigned char *item = spill_at(&array, i);

            assert_int_equal(item[0], i & 0xff);
            assert_int_equal(item[sizes[s] - 1], i & 0xff);
        }
        spill_array_done(&array);
    }
    spill_free(spill);
}

static void check_sorted(size_t count, uint64_t kinds)
{
    struct spill *spill = spill_new(1024 * 1024, 40 * SPILL_CHUNK);
    struct spill_array array;
    uint64_t sum = 0, former = 0;

    spill_array_init(&array, spill, sizeof(uint64_t));
    for (size_t i = 0; i < count; i++) {
        uint64_t value = scramble(i) % kinds;

        *(uint64_t *)spill_append(&array) = value;
        sum += scramble(value);
    }
    spill_sort(&array);
    assert_int_equal(array.count, count);
    for (size_t i = 0; i < count; i++) {
        uint64_t value = *(uint64_t *)spill_at(&array, i);

        assert_true(value >= former);
        former = value;
        sum -= scramble(value);
    }
    assert_true(sum == 0);
    spill_array_done(&array);
    spill_free(spill);
}

static void test_spill_sort(void **state)
{
    (void)state;
    check_sorted(0, 1);
    check_sorted(1, UINT64_MAX);
    check_sorted(1000, UINT64_MAX);
    check_sorted(512 * 1024, 100);             /* one run */
    check_sorted(512 * 1024 + 1, UINT64_MAX);  /* and one value more */
    check_sorted(3 * MANY, 1000);              /* some runs */
    check_sorted(17 * 512 * 1024, UINT64_MAX); /* merged twice */
}

/* A folder that can't be written: all stays in memory, and nothing is wrong. */
static void test_spill_without_a_folder(void **state)
{
    struct spill *spill;
    struct spill_array array;
    struct error err;

    (void)state;
    setenv("TMPDIR", "/nonexistent", 1);
    spill = spill_new(0, SPILL_CHUNK);
    unsetenv("TMPDIR");
    spill_array_init(&array, spill, sizeof(uint64_t));
    fill(&array, MANY);
    assert_filled(&array, MANY);
    assert_int_equal(spill_status(spill, &err), STATUS_OK);
    assert_int_equal(spill_in_file(spill), 0);
    spill_array_done(&array);
    spill_free(spill);
}

/* A file that can't grow: what was put in is there, and it is told. */
static void test_spill_disk_full(void **state)
{
    struct spill *spill = spill_new(0, SPILL_CHUNK);
    struct spill_array array;
    struct rlimit before, small;
    struct error err;

    (void)state;
    assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
    small = before;
    small.rlim_cur = 2 * 1024 * 1024;
    signal(SIGXFSZ, SIG_IGN);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &small), 0);
    spill_array_init(&array, spill, sizeof(uint64_t));
    fill(&array, MANY);
    assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);
    assert_filled(&array, MANY);
    assert_true(spill_has_failed(spill));
    assert_int_equal(spill_status(spill, &err), STATUS_OUTPUT);
    assert_non_null(strstr(err.text, "temporary file"));
    spill_array_done(&array);
    spill_free(spill);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_spill_small_makes_no_file),
        cmocka_unit_test(test_spill_large_is_in_the_file),
        cmocka_unit_test(test_spill_leaves_memory),
        cmocka_unit_test(test_spill_is_used_again),
        cmocka_unit_test(test_spill_odd_items),
        cmocka_unit_test(test_spill_sort),
        cmocka_unit_test(test_spill_without_a_folder),
        cmocka_unit_test(test_spill_disk_full),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
