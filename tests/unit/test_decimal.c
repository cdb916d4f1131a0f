/* Numbers and times as digits: the same as printf() writes. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/decimal.h"
#include "unit/unit.h"

static void assert_printed(int64_t value)
{
    char text[DECIMAL_SIZE], expected[DECIMAL_SIZE];

    snprintf(expected, sizeof expected, "%" PRId64, value);
    assert_string_equal(decimal_print(value, text), expected);
}

/* Each number of digits, with its lowest and its highest value. */
static void test_lengths(void **state)
{
    (void)state;
    for (int64_t power = 1; power < INT64_MAX / 10; power *= 10) {
        assert_printed(power - 1);
        assert_printed(power);
        assert_printed(1 - power);
        assert_printed(-power);
    }
    assert_printed(INT64_MAX);
    assert_printed(INT64_MIN);
}

/* Nothing is written beyond the digits: what follows is the caller's. */
static void test_padding(void **state)
{
    char text[] = "##########";

    (void)state;
    assert_ptr_equal(decimal_put_padded(text + 1, 42, 5), text + 6);
    assert_string_equal(text, "#00042####");
    assert_ptr_equal(decimal_put_padded(text, 1234567, 2), text + 2);
    assert_string_equal(text, "670042####");
    assert_ptr_equal(decimal_put(text, 0), text + 1);
    assert_string_equal(text, "070042####");
    decimal_put_padded(text, 7, 0);
    assert_string_equal(text, "070042####");
}

static void test_longest(void **state)
{
    char text[DECIMAL_SIZE] = {0};

    (void)state;
    decimal_put(text, UINT64_MAX);
    assert_string_equal(text, "18446744073709551615");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lengths),
        cmocka_unit_test(test_padding),
        cmocka_unit_test(test_longest),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
