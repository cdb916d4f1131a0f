/* The bounded lists of a stream's holes and of what was sent again. */
#include <stdlib.h>
#include <string.h>

#include "track/holes.h"
#include "unit/unit.h"

static void open_range(struct holes *holes, int64_t start, int64_t end)
{
    const struct hole hole = {.start = start, .end = end, .opened_ns = start * 10};

    holes_open(holes, &hole);
}

/* Filled whole: counted once, then gone. */
static void test_holes_fill_whole(void **state)
{
    struct holes holes = {0};
    struct hole first = {0};

    (void)state;
    open_range(&holes, 100, 200);
    assert_int_equal(holes_fill(&holes, 100, 200, &first), 100);
    assert_int_equal(first.start, 100);
    assert_int_equal(first.opened_ns, 1000);
    assert_int_equal(holes.count, 0);
    assert_int_equal(holes_fill(&holes, 100, 200, &first), 0);
}

/* Filled from the front, from behind, in the middle (which leaves two), and beyond both ends. */
static void test_holes_fill_in_part(void **state)
{
    struct holes holes = {0};
    struct hole first = {0};

    (void)state;
    open_range(&holes, 100, 200);
    assert_int_equal(holes_fill(&holes, 50, 110, &first), 10);
    assert_int_equal(holes_fill(&holes, 190, 300, &first), 10);
    assert_int_equal(holes_fill(&holes, 140, 160, &first), 20);
    assert_int_equal(holes.count, 2);
    assert_int_equal(holes.items[0].start, 110);
    assert_int_equal(holes.items[0].end, 140);
    assert_int_equal(holes.items[1].start, 160);
    assert_int_equal(holes.items[1].end, 190);
    assert_int_equal(holes_fill(&holes, 0, 1000, &first), 60);
    assert_int_equal(first.start, 110);
    assert_int_equal(holes.count, 0);
}

/* What touches a hole fills none of it. */
static void test_holes_fill_beside(void **state)
{
    struct holes holes = {0};
    struct hole first = {0};

    (void)state;
    open_range(&holes, 100, 200);
    assert_int_equal(holes_fill(&holes, 0, 100, &first), 0);
    assert_int_equal(holes_fill(&holes, 200, 300, &first), 0);
    assert_int_equal(holes_fill(&holes, 150, 150, &first), 0);
    assert_int_equal(holes.count, 1);
}

/* More holes than there is room for: the lowest are forgotten, and it is told. */
static void test_holes_open_too_many(void **state)
{
    struct holes *holes = calloc(1, sizeof(*holes));
    struct hole first = {0};

    (void)state;
    assert_non_null(holes);
    for (int64_t i = 0; i < HOLES_MAX + 10; i++)
        open_range(holes, 100 * i, 100 * i + 50);
    assert_int_equal(holes->count, HOLES_MAX);
    assert_int_equal(holes->given_up, 10);
    assert_int_equal(holes_fill(holes, 0, 1000, &first), 0);
    assert_int_equal(holes_fill(holes, 1000, 1050, &first), 50);
    free(holes);
}

/* A full list whose only hole in the way is cut in two, at each place of the list. */
static void test_holes_fill_splits_in_a_full_list(void **state)
{
    struct holes *holes = calloc(1, sizeof(*holes));
    struct hole first = {0};

    (void)state;
    assert_non_null(holes);
    for (int64_t split = 0; split < HOLES_MAX; split++) {
        memset(holes, 0, sizeof(*holes));
        for (int64_t i = 0; i < HOLES_MAX; i++)
            open_range(holes, 100 * i, 100 * i + 50);
        assert_int_equal(holes_fill(holes, 100 * split + 20, 100 * split + 30, &first), 10);
        assert_int_equal(holes->count, HOLES_MAX);
        for (uint32_t i = 0; i < holes->count; i++) {
            assert_true(holes->items[i].start < holes->items[i].end);
            if (i > 0)
                assert_true(holes->items[i - 1].end <= holes->items[i].start);
        }
    }
    free(holes);
}

/* A stream without holes. */
static void test_holes_fill_none(void **state)
{
    struct hole first = {0};

    (void)state;
    assert_int_equal(holes_fill(NULL, 0, 100, &first), 0);
}

/* The newest that carried a byte, at the edges of its range. */
static void test_resent_find(void **state)
{
    struct resent resent = {0};

    (void)state;
    resent_add(&resent, 100, 200, 5);
    resent_add(&resent, 150, 250, 6);
    assert_int_equal(resent_find(&resent, 99), 0);
    assert_int_equal(resent_find(&resent, 100), 5);
    assert_int_equal(resent_find(&resent, 149), 5);
    assert_int_equal(resent_find(&resent, 150), 6);
    assert_int_equal(resent_find(&resent, 249), 6);
    assert_int_equal(resent_find(&resent, 250), 0);
    assert_int_equal(resent_find(NULL, 100), 0);
}

/* Only the last few are remembered. */
static void test_resent_find_forgotten(void **state)
{
    struct resent resent = {0};

    (void)state;
    for (uint64_t id = 1; id <= RESENT_MAX + 1; id++)
        resent_add(&resent, (int64_t)id * 10, (int64_t)id * 10 + 10, id);
    assert_int_equal(resent_find(&resent, 10), 0);
    assert_int_equal(resent_find(&resent, 20), 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_holes_fill_whole),
        cmocka_unit_test(test_holes_fill_in_part),
        cmocka_unit_test(test_holes_fill_beside),
        cmocka_unit_test(test_holes_open_too_many),
        cmocka_unit_test(test_holes_fill_splits_in_a_full_list),
        cmocka_unit_test(test_holes_fill_none),
        cmocka_unit_test(test_resent_find),
        cmocka_unit_test(test_resent_find_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
