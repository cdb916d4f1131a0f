/* Window scales of connections whose SYNs were not captured. */
#include "survey/scale.h"
#include "unit/unit.h"

static void add(struct scale_watch *watch, int dir, const struct segment *tcp)
{
    scale_watch_add(watch, dir, tcp);
}

#define ACKS(number, window)                                                                       \
    add(&watch, DIR_CLIENT, &(struct segment){.flags = TCP_ACK, .ack = (number), .win = (window)})
#define DATA(number, length)                                                                       \
    add(&watch, DIR_SERVER,                                                                        \
        &(struct segment){.flags = TCP_ACK, .seq = (number), .len = (length), .win = 500})
#define assert_most(expected) assert_int_equal(scale_watch_most(&watch, DIR_CLIENT), expected)

/* Nothing was learnt: as large as it may be at all. */
static void test_scale_unknown(void **state)
{
    struct scale_watch watch = {0};

    (void)state;
    assert_most(14);
    ACKS(1000, 500);
    ACKS(2000, 500); /* the window has moved on: whatever the scale */
    assert_most(14);
}

/* 1,024 bytes came and nobody read them, so the window is 1,024 bytes smaller: 128 units less, of
 * which one may be due to rounding. With 16 bytes a unit, a promise would have been broken. */
static void test_scale_window_is_kept(void **state)
{
    struct scale_watch watch = {0};

    (void)state;
    ACKS(1000, 500);
    ACKS(2024, 372);
    assert_most(3);
}

/* By one unit a window may shrink whatever the scale. */
static void test_scale_rounding(void **state)
{
    struct scale_watch watch = {0};

    (void)state;
    ACKS(1000, 500);
    ACKS(1010, 499);
    assert_most(14);
}

/* An ACK that was overtaken has an older window. */
static void test_scale_overtaken(void **state)
{
    struct scale_watch watch = {0};

    (void)state;
    ACKS(2000, 500);
    ACKS(1000, 400);
    ACKS(2000, 300);
    assert_most(14);
    ACKS(2000, 600); /* the program has read */
    ACKS(3024, 472);
    assert_most(3);
}

/* More was sent than such a scale would allow: who sends knows better, and then nothing is known.
 */
static void test_scale_contradiction(void **state)
{
    struct scale_watch watch = {0};

    (void)state;
    ACKS(1000, 500);
    ACKS(2024, 372);
    DATA(2024 + 372 * 8, 8); /* in the rounding */
    assert_most(3);
    DATA(2024 + 372 * 16 - 1000, 1000);
    assert_most(14);
}

/* The byte that probes a closed window, and what comes from before the ACK, say nothing. */
static void test_scale_probe(void **state)
{
    struct scale_watch watch = {0};

    (void)state;
    ACKS(1000, 500);
    ACKS(2024, 372);
    ACKS(2024 + 372 * 8, 0);
    DATA(2024 + 372 * 8, 1);
    DATA(1000, 1000);
    assert_most(3);
}

/* SYNs and RSTs have windows of their own kind. */
static void test_scale_syn(void **state)
{
    struct scale_watch watch = {0};

    (void)state;
    add(&watch, DIR_CLIENT, &(struct segment){.flags = TCP_SYN | TCP_ACK, .ack = 1, .win = 65535});
    ACKS(1000, 500);
    add(&watch, DIR_CLIENT, &(struct segment){.flags = TCP_RST | TCP_ACK, .ack = 1001});
    assert_most(14);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_scale_unknown),       cmocka_unit_test(test_scale_window_is_kept),
        cmocka_unit_test(test_scale_rounding),      cmocka_unit_test(test_scale_overtaken),
        cmocka_unit_test(test_scale_contradiction), cmocka_unit_test(test_scale_probe),
        cmocka_unit_test(test_scale_syn),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
