/* What two clocks may differ by: the least correction that no packet contradicts. */
#include <stdlib.h>

#include "survey/feasible.h"
#include "unit/unit.h"

static const int64_t second_ns = 1000000000;
static const int64_t ms = 1000000;

/* Packets to and fro between two points that are 2 ms apart, one in each direction every second,
 * while b's clock is ahead by `offset_ns` and gains `drift_ppb`. */
static void cross(struct crossings *crossings, int seconds, int64_t offset_ns, int64_t drift_ppb)
{
    for (int i = 0; i < seconds; i++) {
        int64_t at_ns = 1700000000 * second_ns + i * second_ns;
        int64_t ahead_ns = offset_ns + i * drift_ppb;
        int64_t queue_ns = (i * 37 % 11) * ms / 10; /* some wait on the way, but not all */

        crossings_add(crossings, at_ns, ahead_ns + 2 * ms + queue_ns, true);
        crossings_add(crossings, at_ns, ahead_ns - 2 * ms - queue_ns, false);
    }
}

static struct feasible solve(struct crossings *crossings)
{
    struct feasible feasible = feasible_solve(crossings);

    free(crossings->items);
    return feasible;
}

/* What the result says of b's clock so many seconds after the begin. */
static int64_t ahead_at(const struct feasible *feasible, int64_t seconds)
{
    int64_t since_ns = 1700000000 * second_ns + seconds * second_ns - feasible->origin_ns;

    return feasible->offset_ns + since_ns / second_ns * feasible->drift_ppb;
}

static void assert_near(int64_t value, int64_t truth, int64_t tolerance)
{
    assert_true(value - truth <= tolerance && truth - value <= tolerance);
}

/* Nothing passed both points. */
static void test_feasible_solve_nothing(void **state)
{
    struct crossings crossings = {0};

    (void)state;
    assert_int_equal(solve(&crossings).result, FEASIBLE_UNKNOWN);
}

/* Clocks that are the same, and such as may be: half a millisecond apart on a way of two. */
static void test_feasible_solve_agree(void **state)
{
    static const int64_t offsets[] = {0, 500000, -500000};

    (void)state;
    for (size_t i = 0; i < COUNT(offsets); i++) {
        struct crossings crossings = {0};
        struct feasible feasible;

        cross(&crossings, 100, offsets[i], 0);
        feasible = solve(&crossings);
        assert_int_equal(feasible.result, FEASIBLE_AGREE);
        assert_int_equal(feasible.drift_ppb, 0);
        assert_near(ahead_at(&feasible, 50), 0, 0);
    }
}

/* Ahead by a constant, from milliseconds to years. */
static void test_feasible_solve_offset(void **state)
{
    static const int64_t offsets[] = {10000000, -10000000, 3600000000000, -31536000000000000};

    (void)state;
    for (size_t i = 0; i < COUNT(offsets); i++) {
        struct crossings crossings = {0};
        struct feasible feasible;

        cross(&crossings, 100, offsets[i], 0);
        feasible = solve(&crossings);
        assert_int_equal(feasible.result, FEASIBLE_OFFSET);
        assert_int_equal(feasible.drift_ppb, 0);
        assert_true(feasible.has_error);
        assert_near(feasible.error_ns, 2 * ms, ms);
        assert_near(ahead_at(&feasible, 50), offsets[i], feasible.error_ns);
    }
}

/* One packet only, in one direction: the clocks can't be told to be right, nor how wrong. */
static void test_feasible_solve_one_direction(void **state)
{
    struct crossings crossings = {0};
    struct feasible feasible;

    (void)state;
    crossings_add(&crossings, 1700000000 * second_ns, -5 * second_ns, true);
    feasible = solve(&crossings);
    assert_int_equal(feasible.result, FEASIBLE_OFFSET);
    assert_false(feasible.has_error);
    assert_true(feasible.offset_ns <= -5 * second_ns + ms);
}

/* A clock that gains 50 ms in 1000 s (50 ppm): an offset alone would be wrong in the end. */
static void test_feasible_solve_drift(void **state)
{
    static const int64_t drifts[] = {50000, -50000};

    (void)state;
    for (size_t i = 0; i < COUNT(drifts); i++) {
        struct crossings crossings = {0};
        struct feasible feasible;

        cross(&crossings, 1000, 20 * ms, drifts[i]);
        feasible = solve(&crossings);
        assert_int_equal(feasible.result, FEASIBLE_DRIFT);
        assert_near(feasible.drift_ppb, drifts[i], 5000);
        assert_near(ahead_at(&feasible, 0), 20 * ms, 3 * ms);
        assert_near(ahead_at(&feasible, 999), 20 * ms + 999 * drifts[i], 3 * ms);
    }
}

/* The clock was set by a second in the middle: no line holds. */
static void test_feasible_solve_step(void **state)
{
    struct crossings crossings = {0};
    struct feasible feasible;
    int64_t step_at_ns = (1700000000 + 100) * second_ns;

    (void)state;
    for (int64_t i = 0; i < 200; i++) {
        int64_t at_ns = (1700000000 + i) * second_ns;
        int64_t ahead_ns = i < 100 ? 0 : second_ns;

        crossings_add(&crossings, at_ns, ahead_ns + 2 * ms, true);
        crossings_add(&crossings, at_ns, ahead_ns - 2 * ms, false);
    }
    feasible = solve(&crossings);
    assert_int_equal(feasible.result, FEASIBLE_STEP);
    assert_near(feasible.step_at_ns, step_at_ns, 2 * second_ns);
    assert_near(feasible.step_ns, second_ns, 10 * ms);
}

/* Crossings in any order: the result is the same. */
static void test_feasible_solve_order(void **state)
{
    struct crossings forwards = {0}, backwards = {0};
    struct feasible a, b;

    (void)state;
    cross(&forwards, 500, 20 * ms, 50000);
    for (size_t i = forwards.count; i-- > 0;)
        crossings_add(&backwards, forwards.items[i].at_ns, forwards.items[i].apart_ns,
                      forwards.items[i].from_a);
    a = solve(&forwards);
    b = solve(&backwards);
    assert_int_equal(a.result, b.result);
    assert_int_equal(a.drift_ppb, b.drift_ppb);
    assert_int_equal(ahead_at(&a, 100), ahead_at(&b, 100));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feasible_solve_nothing),
        cmocka_unit_test(test_feasible_solve_agree),
        cmocka_unit_test(test_feasible_solve_offset),
        cmocka_unit_test(test_feasible_solve_one_direction),
        cmocka_unit_test(test_feasible_solve_drift),
        cmocka_unit_test(test_feasible_solve_step),
        cmocka_unit_test(test_feasible_solve_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
