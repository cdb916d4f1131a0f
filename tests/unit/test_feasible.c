/* What two clocks may differ by: the least correction that no packet contradicts. */
#include <stdlib.h>

#include "survey/feasible.h"
#include "unit/unit.h"

static const int64_t second_ns = 1000000000;
static const int64_t ms = 1000000;

static void add(struct crossings *crossings, int64_t at_ns, int64_t apart_ns, bool from_a)
{
    crossings_add(crossings, &(struct crossing){at_ns, apart_ns, from_a, false});
}

/* Packets to and fro between two points that are 2 ms apart, one in each direction every second,
 * while b's clock is ahead by `offset_ns` and gains `drift_ppb`. */
static void cross(struct crossings *crossings, int seconds, int64_t offset_ns, int64_t drift_ppb)
{
    for (int i = 0; i < seconds; i++) {
        int64_t at_ns = 1700000000 * second_ns + i * second_ns;
        int64_t ahead_ns = offset_ns + i * drift_ppb;
        int64_t queue_ns = (i * 37 % 11) * ms / 10; /* some wait on the way, but not all */

        add(crossings, at_ns, ahead_ns + 2 * ms + queue_ns, true);
        add(crossings, at_ns, ahead_ns - 2 * ms - queue_ns, false);
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
    add(&crossings, 1700000000 * second_ns, -5 * second_ns, true);
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

        add(&crossings, at_ns, ahead_ns + 2 * ms, true);
        add(&crossings, at_ns, ahead_ns - 2 * ms, false);
    }
    feasible = solve(&crossings);
    assert_int_equal(feasible.result, FEASIBLE_STEP);
    assert_near(feasible.step_at_ns, step_at_ns, 2 * second_ns);
    assert_near(feasible.step_ns, second_ns, 10 * ms);
}

/* Few packets, all at the begin, leave room for a drift that shows only later; as soon as some come
 * at the end there is none. */
static void test_feasible_solve_room_for_drift(void **state)
{
    struct crossings crossings = {0}, bounded = {0};
    int64_t begin_ns = 1700000000 * second_ns;
    struct feasible feasible;

    (void)state;
    cross(&crossings, 2, 5 * second_ns, 0);
    crossings_span(&crossings, begin_ns, begin_ns + 100 * second_ns);
    feasible = solve(&crossings);
    assert_int_equal(feasible.result, FEASIBLE_OFFSET);
    assert_true(feasible.error_ns >= 99 * 100000); /* 100 ppm of 99 s */
    assert_true(feasible.error_ns <= 99 * 100000 + 3 * ms);

    cross(&bounded, 2, 5 * second_ns, 0);
    add(&bounded, begin_ns + 100 * second_ns, 5 * second_ns + 2 * ms, true);
    add(&bounded, begin_ns + 100 * second_ns, 5 * second_ns - 2 * ms, false);
    assert_near(solve(&bounded).error_ns, 2 * ms, ms / 10);
}

/* A constant is possible, and so is the truth: the error holds both. */
static void test_feasible_solve_hidden_drift(void **state)
{
    struct crossings crossings = {0};
    struct feasible feasible;

    (void)state;
    cross(&crossings, 100, 20 * ms, 30000); /* 3 ms in all, and the gap is 4 ms wide */
    feasible = solve(&crossings);
    assert_int_equal(feasible.result, FEASIBLE_OFFSET);
    assert_near(ahead_at(&feasible, 0), 20 * ms, feasible.error_ns);
    assert_near(ahead_at(&feasible, 99), 20 * ms + 99 * 30000, feasible.error_ns);
    assert_true(feasible.error_ns <= 4 * ms);
}

/* a's clock is set back, so that its times come again, while packets are under way. */
static void test_feasible_solve_step_back(void **state)
{
    struct crossings crossings = {0};
    struct feasible feasible;

    (void)state;
    for (int i = 0; i < 400; i++) {
        int64_t at_ns = 1700000000 * second_ns + i * 10 * ms;
        bool arrives_after = i >= 195; /* 50 ms later */
        int64_t set_ns = i >= 200 ? second_ns : 0;

        add(&crossings, at_ns - set_ns, 50 * ms + set_ns, true);
        set_ns = arrives_after ? second_ns : 0;
        add(&crossings, at_ns + 50 * ms - set_ns, set_ns - 50 * ms, false);
    }
    feasible = solve(&crossings);
    assert_int_equal(feasible.result, FEASIBLE_STEP);
    assert_near(feasible.offset_ns, 0, 10 * ms);
    assert_near(feasible.step_ns, second_ns, 10 * ms);
}

/* Both at once: no two constants fit. */
static void test_feasible_solve_step_and_drift(void **state)
{
    struct crossings crossings = {0};
    struct feasible feasible;

    (void)state;
    cross(&crossings, 400, 0, 50000);
    for (size_t i = crossings.count / 2; i < crossings.count; i++)
        crossings.items[i].apart_ns += second_ns;
    feasible = solve(&crossings);
    assert_int_equal(feasible.result, FEASIBLE_STEP);
    assert_near(feasible.drift_ppb, 50000, 10000);
    assert_near(feasible.step_ns, second_ns, 10 * ms);
    assert_near(ahead_at(&feasible, 190), 190 * 50000, feasible.error_ns);
}

/* Crossings in any order: the result is the same. */
static void test_feasible_solve_order(void **state)
{
    struct crossings forwards = {0}, backwards = {0};
    struct feasible a, b;

    (void)state;
    cross(&forwards, 500, 20 * ms, 50000);
    for (size_t i = forwards.count; i-- > 0;)
        add(&backwards, forwards.items[i].at_ns, forwards.items[i].apart_ns,
            forwards.items[i].from_a);
    a = solve(&forwards);
    b = solve(&backwards);
    assert_int_equal(a.result, b.result);
    assert_int_equal(a.drift_ppb, b.drift_ppb);
    assert_int_equal(ahead_at(&a, 100), ahead_at(&b, 100));
}

/* Half as many say the same: a thinned set has the tightest bounds of the full one. */
static void test_feasible_thinned(void **state)
{
    struct crossings all = {0}, thinned = {0};
    struct feasible of_all, of_thinned;

    (void)state;
    cross(&all, 1001, 250 * ms, 0);
    cross(&thinned, 1001, 250 * ms, 0);
    crossings_thin(&thinned);
    assert_int_equal(thinned.count, 1002);
    crossings_thin(&thinned);
    assert_int_equal(thinned.count, 502);
    of_all = solve(&all);
    of_thinned = solve(&thinned);
    assert_int_equal(of_thinned.result, FEASIBLE_OFFSET);
    assert_true(of_thinned.offset_ns == of_all.offset_ns);
    assert_true(llabs(of_thinned.offset_ns - 250 * ms) < ms / 10);
}

/* The last that is left alone stays, and so does a kind of which there is one. */
static void test_feasible_thinned_to_one(void **state)
{
    struct crossings crossings = {0};

    (void)state;
    add(&crossings, 1, 10, true);
    add(&crossings, 2, 30, false);
    add(&crossings, 3, 7, true);
    add(&crossings, 4, 40, true);
    crossings_thin(&crossings);
    assert_int_equal(crossings.count, 3);
    assert_int_equal(crossings.items[0].apart_ns, 7);
    assert_int_equal(crossings.items[1].apart_ns, 30);
    assert_int_equal(crossings.items[2].apart_ns, 40);
    free(crossings.items);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_feasible_thinned),
        cmocka_unit_test(test_feasible_thinned_to_one),
        cmocka_unit_test(test_feasible_solve_nothing),
        cmocka_unit_test(test_feasible_solve_agree),
        cmocka_unit_test(test_feasible_solve_offset),
        cmocka_unit_test(test_feasible_solve_one_direction),
        cmocka_unit_test(test_feasible_solve_drift),
        cmocka_unit_test(test_feasible_solve_step),
        cmocka_unit_test(test_feasible_solve_room_for_drift),
        cmocka_unit_test(test_feasible_solve_hidden_drift),
        cmocka_unit_test(test_feasible_solve_step_back),
        cmocka_unit_test(test_feasible_solve_step_and_drift),
        cmocka_unit_test(test_feasible_solve_order),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
