/* Duplicate ACKs, SACK and DSACK. */
#include "unit/track.h"

/* The client's n-th segment of 100 bytes, n from 0, and its range as a SACK block. */
#define SEQ(n)         (101 + 100 * (n))
#define DATA(at_us, n) ADD((at_us), CLIENT, .seq = SEQ(n), .ack = 901, .payload_len = 100)

/* The server's ACK of all before the n-th, and whatever differs from a plain one. */
#define ACKED(at_us, n, ...) ADD((at_us), SERVER, .seq = 901, .ack = SEQ(n), __VA_ARGS__)
#define SACK(left, right)    FRAME_OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_SACK1(left, right))
#define SACK2(left, right, left2, right2)                                                          \
    FRAME_OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_SACK2(left, right, left2, right2))

/* Five segments are in flight. */
static int set_up_flight(void **state)
{
    struct tracking *tracking;

    set_up_open(state);
    tracking = *state;
    for (uint32_t i = 0; i < 5; i++)
        DATA(20000 + 100 * i, i);
    assert_int_equal(tracking->events_count, 0);
    return 0;
}

#define FLIGHT_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_flight, tear_down)

/* They are counted, until an ACK advances. */
static void test_ack_dup(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 1, .flags = 0);
    assert_quiet();
    for (int i = 1; i <= 4; i++) {
        ACKED(30000 + i, 1, .flags = 0);
        assert_only(EVENT_DUP_ACK);
        assert_a(EVENT_DUP_ACK, i);
        assert_no_b(EVENT_DUP_ACK);
    }
    ACKED(31000, 2, .flags = 0);
    assert_quiet();
    ACKED(31100, 2, .flags = 0);
    assert_a(EVENT_DUP_ACK, 1);
}

/* Nothing is outstanding. */
static void test_ack_dup_not_all_acknowledged(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 5, .flags = 0);
    ACKED(30100, 5, .flags = 0);
    assert_quiet();
}

/* An ACK below the highest one: late, no duplicate. */
static void test_ack_dup_not_below(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 3, .flags = 0);
    ACKED(30100, 2, .flags = 0);
    assert_quiet();
}

/* Its window says something new: larger, or smaller. */
static void test_ack_dup_not_window(void **state)
{
    struct tracking *tracking = *state;
    struct frame_spec ack = {SERVER, .seq = 901, .ack = SEQ(1)};

    ACKED(30000, 1, .flags = 0);
    ack.window = (struct frame_forced)FRAME_FORCE(10001);
    tracking_add(tracking, 30100, &ack);
    assert_quiet();
    tracking_add(tracking, 30200, &ack);
    assert_only(EVENT_DUP_ACK);
    ack.window = (struct frame_forced)FRAME_FORCE(9000);
    tracking_add(tracking, 30300, &ack);
    assert_only(EVENT_WINDOW_SHRUNK);
}

/* With data it is the other direction that speaks. */
static void test_ack_dup_not_with_data(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 1, .flags = 0);
    ADD(30100, SERVER, .seq = 901, .ack = SEQ(1), .payload_len = 10);
    assert_quiet();
}

static void test_ack_dup_not_with_fin(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 1, .flags = 0);
    ADD(30100, SERVER, FIN, .seq = 901, .ack = SEQ(1));
    assert_only(EVENT_FIN);
}

/* A closed window is probed: the answers repeat the ACK. */
static void test_ack_dup_not_of_a_closed_window(void **state)
{
    struct tracking *tracking = *state;
    struct frame_spec ack = {SERVER, .seq = 901, .ack = SEQ(1)};

    ack.window = (struct frame_forced)FRAME_FORCE(0);
    tracking_add(tracking, 30000, &ack);
    assert_non_null(tracking_last(tracking, EVENT_ZERO_WINDOW));
    tracking_add(tracking, 30100, &ack);
    assert_quiet();
}

/* A SYN-ACK that is sent again while data of a fast open is outstanding. */
static void test_ack_dup_not_with_syn(void **state)
{
    struct tracking *tracking = *state;

    ADD(30000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    assert_only(EVENT_SYNACK_RETRANSMISSION);
}

/* A SACK block that acknowledges something new: where it begins and ends. One that does not is told
 * by nothing, however often it comes. */
static void test_ack_sack(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 1, SACK(SEQ(2), SEQ(3)));
    assert_a(EVENT_SACK, SEQ(2) - SEQ(0) + 1);
    assert_b(EVENT_SACK, SEQ(3) - SEQ(0) + 1);
    ACKED(30100, 1, SACK(SEQ(2), SEQ(3)));
    assert_null(tracking_last(tracking, EVENT_SACK));
    ACKED(30200, 1, SACK(SEQ(2), SEQ(4)));
    assert_b(EVENT_SACK, SEQ(4) - SEQ(0) + 1);
}

/* With SACK: what it tells for the first time makes it one, whatever the window. */
static void test_ack_dup_sack(void **state)
{
    struct tracking *tracking = *state;
    struct frame_spec ack = {SERVER, .seq = 901, .ack = SEQ(1), SACK(SEQ(2), SEQ(3))};

    ACKED(30000, 1, .flags = 0);
    ack.window = (struct frame_forced)FRAME_FORCE(20000);
    tracking_add(tracking, 30100, &ack);
    assert_a(EVENT_DUP_ACK, 1);
    assert_b(EVENT_DUP_ACK, 100);
    ack.window = (struct frame_forced)FRAME_FORCE(10000);
    tracking_add(tracking, 30200, &ack);
    assert_non_null(tracking_last(tracking, EVENT_WINDOW_SHRUNK));
    assert_null(tracking_last(tracking, EVENT_DUP_ACK)); /* it tells nothing new */
    ACKED(30300, 1, SACK(SEQ(2), SEQ(4)));
    assert_a(EVENT_DUP_ACK, 2);
    assert_b(EVENT_DUP_ACK, 100);
    ACKED(30400, 1, SACK(SEQ(2), SEQ(4)));
    assert_quiet();
}

/* Two blocks at a time; then the segment between them comes as well. */
static void test_ack_dup_sack_of_two(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 0, SACK2(SEQ(3), SEQ(4), SEQ(1), SEQ(2)));
    assert_b(EVENT_DUP_ACK, 200);
    ACKED(31000, 0, SACK(SEQ(1), SEQ(4)));
    assert_b(EVENT_DUP_ACK, 100);
}

/* What was never sent, what ends before it begins, what lies below the ACK and above it. */
static void test_ack_sack_of_nothing(void **state)
{
    struct tracking *tracking = *state;
    const uint32_t blocks[][2] = {
        {SEQ(4), SEQ(6)},
        {SEQ(7), SEQ(8)},
        {SEQ(3), SEQ(2)},
        {SEQ(2), SEQ(2)},
        {SEQ(0), SEQ(2)},
    };

    ACKED(30000, 1, .flags = 0);
    for (size_t i = 0; i < COUNT(blocks); i++) {
        ACKED(30100, 1, SACK(blocks[i][0], blocks[i][1]));
        assert_quiet();
    }
    DATA(39000, 4);
    assert_cause(EVENT_RETRANSMISSION, "tail-loss-probe", "highest-before-lowest");
}

/* Below the ACK: the segment that brought it again is named. */
static void test_ack_dsack_below_ack(void **state)
{
    struct tracking *tracking = *state;
    uint64_t copy = DATA(232000, 0);

    assert_cause(EVENT_RETRANSMISSION, "timeout", "timer");
    ACKED(233000, 5, .flags = 0);
    ACKED(242000, 5, SACK(SEQ(0), SEQ(1)));
    assert_only(EVENT_DSACK);
    assert_cause(EVENT_DSACK, "retransmission", "below-ack");
    assert_a(EVENT_DSACK, 100);
    assert_b(EVENT_DSACK, copy);
}

/* Within the second block, while what is below is still missing: no duplicate ACK comes of it. */
static void test_ack_dsack_inside_second_block(void **state)
{
    struct tracking *tracking = *state;
    uint64_t copy;

    ACKED(30000, 0, SACK(SEQ(2), SEQ(5)));
    copy = DATA(31000, 3);
    assert_cause(EVENT_RETRANSMISSION, "spurious", "sacked-before");
    ACKED(41000, 0, SACK2(SEQ(3), SEQ(4), SEQ(2), SEQ(5)));
    assert_only(EVENT_DSACK);
    assert_cause(EVENT_DSACK, "retransmission", "inside-second-block");
    assert_a(EVENT_DSACK, 100);
    assert_b(EVENT_DSACK, copy);
}

/* Two blocks side by side, neither in the other: plain SACK. */
static void test_ack_dsack_not(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 0, SACK2(SEQ(3), SEQ(4), SEQ(1), SEQ(2)));
    assert_non_null(tracking_last(tracking, EVENT_DUP_ACK));
    assert_null(tracking_last(tracking, EVENT_DSACK));
}

/* A late segment brought it, as the docker reset does. */
static void test_ack_dsack_of_a_late_segment(void **state)
{
    struct tracking *tracking = *state;
    uint64_t late;

    ADD(30000, CLIENT, .seq = SEQ(5), .ack = 901, .payload_len = 100, STAMP(1000));
    ACKED(40000, 6, .flags = 0);
    late = ADD(50000, CLIENT, .seq = SEQ(0), .ack = 901, .payload_len = 100, STAMP(900));
    assert_only(EVENT_LATE_SEGMENT);
    ACKED(51000, 6, SACK(SEQ(0), SEQ(1)));
    assert_only(EVENT_DSACK);
    assert_cause(EVENT_DSACK, "late-segment", "below-ack");
    assert_b(EVENT_DSACK, late);
}

/* Nothing came twice here: it was doubled beyond this point. */
static void test_ack_dsack_unknown(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 5, .flags = 0);
    ACKED(30100, 5, SACK(SEQ(1), SEQ(2)));
    assert_only(EVENT_DSACK);
    assert_cause(EVENT_DSACK, "unknown", "below-ack");
    assert_a(EVENT_DSACK, 100);
    assert_no_b(EVENT_DSACK);
}

/* Linux tells of a SYN-ACK or SYN that came twice by a block of its number. */
static void test_ack_dsack_of_the_syn(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 5, SACK(100, 101));
    assert_only(EVENT_DSACK);
    assert_cause(EVENT_DSACK, "syn", "below-ack");
    assert_a(EVENT_DSACK, 1);
    assert_no_b(EVENT_DSACK);
}

/* Below the SYN there is nothing that could have come twice: a NAT that changes numbers and forgets
 * those in SACK blocks. */
static void test_ack_dsack_of_nothing(void **state)
{
    struct tracking *tracking = *state;

    ACKED(30000, 1, .flags = 0);
    ACKED(30100, 1, SACK(100 - 5000, 100 - 4000));
    assert_quiet();
    ACKED(30200, 1, SACK(50, 151));
    assert_quiet();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        FLIGHT_TEST(test_ack_dup),
        FLIGHT_TEST(test_ack_dup_not_all_acknowledged),
        FLIGHT_TEST(test_ack_dup_not_below),
        FLIGHT_TEST(test_ack_dup_not_window),
        FLIGHT_TEST(test_ack_dup_not_with_data),
        FLIGHT_TEST(test_ack_dup_not_with_fin),
        FLIGHT_TEST(test_ack_dup_not_of_a_closed_window),
        FLIGHT_TEST(test_ack_dup_not_with_syn),
        FLIGHT_TEST(test_ack_sack),
        FLIGHT_TEST(test_ack_dup_sack),
        FLIGHT_TEST(test_ack_dup_sack_of_two),
        FLIGHT_TEST(test_ack_sack_of_nothing),
        FLIGHT_TEST(test_ack_dsack_below_ack),
        FLIGHT_TEST(test_ack_dsack_inside_second_block),
        FLIGHT_TEST(test_ack_dsack_not),
        FLIGHT_TEST(test_ack_dsack_of_a_late_segment),
        FLIGHT_TEST(test_ack_dsack_unknown),
        FLIGHT_TEST(test_ack_dsack_of_the_syn),
        FLIGHT_TEST(test_ack_dsack_of_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
