/* Which bytes can't have been sent first with a timestamp. */
#include "track/stamps.h"
#include "unit/unit.h"

static void test_stamps_older(void **state)
{
    struct stamps stamps = {0};

    (void)state;
    assert_false(stamps_are_older(&stamps, 100, 5)); /* nothing is known */
    stamps_add(&stamps, 1000, 50, 0, 10);
    stamps_add(&stamps, 2000, 60, 10, 10);
    assert_true(stamps_are_older(&stamps, 1000, 51));
    assert_false(stamps_are_older(&stamps, 1000, 50)); /* perhaps that very segment */
    assert_false(stamps_are_older(&stamps, 1001, 51));
    assert_true(stamps_are_older(&stamps, 1001, 61));
    assert_false(stamps_are_older(&stamps, 2001, 99));
}

static void test_stamps_spacing(void **state)
{
    struct stamps stamps = {0};

    (void)state;
    stamps_add(&stamps, 1000, 50, 0, 10);
    stamps_add(&stamps, 2000, 60, 9, 10);
    assert_int_equal(stamps.at, 1);
    stamps_add(&stamps, 3000, 70, 10, 10);
    assert_false(stamps_are_older(&stamps, 2000, 70));
    assert_true(stamps_are_older(&stamps, 2000, 71));
}

/* The oldest are forgotten: then the oldest that is left holds, which is later. */
static void test_stamps_forgotten(void **state)
{
    struct stamps stamps = {0};

    (void)state;
    for (int i = 1; i <= STAMPS_MAX + 1; i++)
        stamps_add(&stamps, 1000 * (int64_t)i, 10 * (uint32_t)i, i, 0);
    assert_false(stamps_are_older(&stamps, 1000, 20));
    assert_true(stamps_are_older(&stamps, 1000, 21));
}

static void test_stamps_wrap(void **state)
{
    struct stamps stamps = {0};

    (void)state;
    stamps_add(&stamps, 1000, UINT32_MAX, 0, 10);
    assert_true(stamps_are_older(&stamps, 1000, 3));
    assert_false(stamps_are_older(&stamps, 1000, UINT32_MAX - 3));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_stamps_older),
        cmocka_unit_test(test_stamps_spacing),
        cmocka_unit_test(test_stamps_forgotten),
        cmocka_unit_test(test_stamps_wrap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
