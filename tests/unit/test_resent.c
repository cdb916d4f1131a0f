/* The last ranges that were sent again. */
#include "track/resent.h"
#include "unit/unit.h"

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
    assert_int_equal(resent_find(&resent, 10 * (RESENT_MAX + 1)), RESENT_MAX + 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_resent_find),
        cmocka_unit_test(test_resent_find_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
