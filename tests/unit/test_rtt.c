/* The round trip and the timeout, against RFC 6298 worked out by hand. */
#include "track/rtt.h"
#include "unit/unit.h"

enum {
    MS = 1000000
};

/* (2.2): the first sample. */
static void test_rtt_first_sample(void **state)
{
    struct rtt rtt = {0};

    (void)state;
    rtt_add(&rtt, 100 * MS);
    assert_int_equal(rtt.samples, 1);
    assert_int_equal(rtt.smoothed, 100 * MS);
    assert_int_equal(rtt.variation, 50 * MS);
    assert_int_equal(rtt.min, 100 * MS);
}

/* (2.3): the variation first, from the old smoothed one: 3/4 · 50 + 1/4 · |100 - 200| = 62.5 and
 * 7/8 · 100 + 1/8 · 200 = 112.5; then 3/4 · 62.5 + 1/4 · |112.5 - 80| = 55 and 108.4375. */
static void test_rtt_further_samples(void **state)
{
    struct rtt rtt = {0};

    (void)state;
    rtt_add(&rtt, 100 * MS);
    rtt_add(&rtt, 200 * MS);
    assert_int_equal(rtt.variation, 62500000);
    assert_int_equal(rtt.smoothed, 112500000);
    assert_int_equal(rtt.min, 100 * MS);
    rtt_add(&rtt, 80 * MS);
    assert_int_equal(rtt.variation, 55 * MS);
    assert_int_equal(rtt.smoothed, 108437500);
    assert_int_equal(rtt.min, 80 * MS);
    assert_int_equal(rtt.samples, 3);
}

/* A steady round trip: the variation fades by a quarter each time, the mean stays. */
static void test_rtt_steady(void **state)
{
    struct rtt rtt = {0};

    (void)state;
    for (int i = 0; i < 3; i++)
        rtt_add(&rtt, 64 * MS);
    assert_int_equal(rtt.smoothed, 64 * MS);
    assert_int_equal(rtt.variation, 18 * MS);
}

/* (2.1): one second before anything is known. */
static void test_rtt_timeout_initial(void **state)
{
    const struct rtt rtt = {0};

    (void)state;
    assert_int_equal(rtt_timeout(&rtt), 1000 * MS);
    assert_int_equal(rtt_probe_timeout(&rtt), 0);
}

/* 200 ms above the smoothed round trip at the least, 4 variations where these are more. */
static void test_rtt_timeout_floor(void **state)
{
    struct rtt rtt = {0};

    (void)state;
    rtt_add(&rtt, 10 * MS);
    assert_int_equal(rtt_timeout(&rtt), 210 * MS);
    rtt = (struct rtt){0};
    rtt_add(&rtt, 100 * MS);
    assert_int_equal(rtt_timeout(&rtt), 300 * MS); /* 4 · 50: just the floor */
    rtt_add(&rtt, 200 * MS);
    assert_int_equal(rtt_timeout(&rtt), 362500000); /* 112.5 + 4 · 62.5 */
}

/* Two smoothed round trips. */
static void test_rtt_probe_timeout(void **state)
{
    struct rtt rtt = {0};

    (void)state;
    rtt_add(&rtt, 100 * MS);
    rtt_add(&rtt, 200 * MS);
    assert_int_equal(rtt_probe_timeout(&rtt), 225 * MS);
}

/* Between the ends: 30 ms beyond, and 5 ms on the near side, where the end itself took up to 40. */
static void test_rtt_whole(void **state)
{
    struct rtt beyond = {0}, near = {0}, whole;

    (void)state;
    rtt_add(&beyond, 30 * MS);
    rtt_add(&near, 40 * MS);
    rtt_add(&near, 5 * MS);
    rtt_add(&near, 40 * MS);
    whole = rtt_whole(&beyond, &near);
    assert_int_equal(whole.smoothed, 35 * MS);
    assert_int_equal(whole.min, 35 * MS);
    assert_int_equal(whole.variation, 15 * MS);
    assert_int_equal(rtt_timeout(&whole), 235 * MS);
}

/* One half is not known: the other is all there is; or nothing. */
static void test_rtt_whole_of_a_half(void **state)
{
    struct rtt half = {0}, none = {0}, whole;

    (void)state;
    rtt_add(&half, 30 * MS);
    whole = rtt_whole(&half, &none);
    assert_int_equal(whole.smoothed, 30 * MS);
    assert_int_equal(whole.samples, 1);
    whole = rtt_whole(&none, &half);
    assert_int_equal(whole.samples, 0);
    assert_int_equal(rtt_timeout(&whole), 1000 * MS);
}

/* The clock was set back, or a capture's times are anything: no samples. */
static void test_rtt_impossible(void **state)
{
    struct rtt rtt = {0};

    (void)state;
    rtt_add(&rtt, -1);
    rtt_add(&rtt, INT64_MAX);
    rtt_add(&rtt, INT64_MIN);
    assert_int_equal(rtt.samples, 0);
    rtt_add(&rtt, 0);
    assert_int_equal(rtt.samples, 1);
    assert_int_equal(rtt_timeout(&rtt), 200 * MS);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_rtt_first_sample),  cmocka_unit_test(test_rtt_further_samples),
        cmocka_unit_test(test_rtt_steady),        cmocka_unit_test(test_rtt_timeout_initial),
        cmocka_unit_test(test_rtt_timeout_floor), cmocka_unit_test(test_rtt_probe_timeout),
        cmocka_unit_test(test_rtt_whole),         cmocka_unit_test(test_rtt_whole_of_a_half),
        cmocka_unit_test(test_rtt_impossible),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
