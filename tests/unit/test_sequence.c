/* Sequence numbers: modulo 2^32 on the wire, 64 bits from the ISN on. */

#include "decode/sequence.h"
#include "unit/unit.h"

/* Order within half of the number space, across the wrap too. */
static void test_seq_before(void **state)
{
    (void)state;
    assert_true(seq_before(1, 2));
    assert_false(seq_before(2, 1));
    assert_false(seq_before(7, 7));
    assert_true(seq_before(0xffffffff, 0));
    assert_false(seq_before(0, 0xffffffff));
    assert_true(seq_before(0, 0x7fffffff));
    assert_true(seq_before(0xfffffff0, 0x10));
}

/* A stream near its begin. */
static void test_seq_unwrap_from_base(void **state)
{
    (void)state;
    assert_int_equal(seq_unwrap(1000, 1000, 0), 0);
    assert_int_equal(seq_unwrap(1001, 1000, 0), 1);
    assert_int_equal(seq_unwrap(999, 1000, 0), -1); /* a keep-alive before any data */
    assert_int_equal(seq_unwrap(500, 1000, 2000), -500);
}

/* An ISN just below the end of the number space: the first bytes wrap. */
static void test_seq_unwrap_base_before_wrap(void **state)
{
    (void)state;
    assert_int_equal(seq_unwrap(0xffffffff, 0xffffffff, 0), 0);
    assert_int_equal(seq_unwrap(0, 0xffffffff, 0), 1);
    assert_int_equal(seq_unwrap(99, 0xffffffff, 50), 100);
    assert_int_equal(seq_unwrap(0xffffff00, 0xffffffff, 0), -255);
}

/* A stream of 40 GB in steps of 1 GB, which wraps nine times: forwards, and one step back. */
static void test_seq_unwrap_long_stream(void **state)
{
    const int64_t step = 1LL << 30;

    (void)state;
    for (int64_t off = 0; off < 40 * step; off += step) {
        const uint32_t base = 0xdeadbeef;
        uint32_t next = base + (uint32_t)(off + step), back = base + (uint32_t)(off - step);

        assert_int_equal(seq_unwrap(next, base, off), off + step);
        assert_int_equal(seq_unwrap(back, base, off), off - step);
    }
}

/* The farthest that can be told: 2^31 - 1 forwards, 2^31 back. */
static void test_seq_unwrap_limits(void **state)
{
    const int64_t near = 5LL << 32;

    (void)state;
    assert_int_equal(seq_unwrap(0x7fffffff, 0, near), near + 0x7fffffff);
    assert_int_equal(seq_unwrap(0x80000000, 0, near), near - 0x80000000LL);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_seq_before),
        cmocka_unit_test(test_seq_unwrap_from_base),
        cmocka_unit_test(test_seq_unwrap_base_before_wrap),
        cmocka_unit_test(test_seq_unwrap_long_stream),
        cmocka_unit_test(test_seq_unwrap_limits),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
