/* Windows: full, shrunk, closed. */
#include "unit/track.h"

/* The server's ACK with a window of its own. */
#define WINDOW_OF(at_us, number, bytes)                                                            \
    ADD((at_us), .src = "10.0.0.2", .dst = "10.0.0.1", .sport = 80, .dport = 40000, .seq = 901,    \
        .ack = (number), .window = FRAME_FORCE(bytes))

/* The handshake with a window scale of 7 on both sides: 10,000 in the SYN-ACK is 10,000. */
static int set_up_scaled(void **state)
{
    struct tracking *tracking = tracking_new();

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100, FRAME_OPTIONS(FRAME_WSCALE(7)));
    ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101,
        FRAME_OPTIONS(FRAME_WSCALE(7)));
    ADD(10000, CLIENT, .seq = 101, .ack = 901);
    WINDOW_OF(11000, 101, 100);
    assert_int_equal(tracking->events_count, 0);
    *state = tracking;
    return 0;
}

#define SCALED_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_scaled, tear_down)

/* Filled to the last byte: once, though the last segment comes again. */
static void test_window_full_once(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 9999);
    assert_quiet();
    ADD(20100, CLIENT, .seq = 10100, .ack = 901, .payload_len = 1);
    assert_only(EVENT_WINDOW_FULL);
    assert_a(EVENT_WINDOW_FULL, 10000);
    ADD(250000, CLIENT, .seq = 10100, .ack = 901, .payload_len = 1);
    assert_only(EVENT_RETRANSMISSION);
}

/* Its edge moves: it may be filled again. */
static void test_window_full_again(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10000);
    assert_only(EVENT_WINDOW_FULL);
    WINDOW_OF(30000, 10101, 500);
    assert_quiet();
    ADD(30100, CLIENT, .seq = 10101, .ack = 901, .payload_len = 500);
    assert_only(EVENT_WINDOW_FULL);
    assert_a(EVENT_WINDOW_FULL, 500);
}

/* A FIN at the edge takes its number, too. */
static void test_window_full_with_fin(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901, .payload_len = 9999);
    assert_non_null(tracking_last(tracking, EVENT_WINDOW_FULL));
}

/* The same ACK allows a byte less than it did. */
static void test_window_shrunk(void **state)
{
    struct tracking *tracking = *state;

    WINDOW_OF(20000, 101, 9999);
    assert_only(EVENT_WINDOW_SHRUNK);
    assert_a(EVENT_WINDOW_SHRUNK, 1);
    assert_b(EVENT_WINDOW_SHRUNK, 9999);
    WINDOW_OF(20100, 101, 9999);
    assert_quiet();
}

/* 200 bytes arrived, and the window is 200 less: nothing was taken back. */
static void test_window_shrunk_not_by_data(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    WINDOW_OF(30000, 301, 9800);
    assert_quiet();
    WINDOW_OF(30100, 301, 9700);
    assert_only(EVENT_WINDOW_SHRUNK);
    assert_a(EVENT_WINDOW_SHRUNK, 100);
}

/* With a scale of 7 a window is told in units of 128 bytes: 127 less is rounding, 128 is not. */
static void test_window_shrunk_by_a_unit(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 1);
    WINDOW_OF(30000, 102, 99);
    assert_quiet();
    WINDOW_OF(30100, 102, 98);
    assert_only(EVENT_WINDOW_SHRUNK);
    assert_a(EVENT_WINDOW_SHRUNK, 128);
    assert_b(EVENT_WINDOW_SHRUNK, 98 * 128);
}

/* An ACK that others have overtaken says what was true once: by its number, by its timestamp, by
 * its place in its own stream. */
static void test_window_shrunk_not_by_an_old_ack(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    ADD(30000, SERVER, .seq = 901, .ack = 301, STAMP(500));
    WINDOW_OF(30100, 101, 10000);
    assert_quiet();
    ADD(30200, .src = "10.0.0.2", .dst = "10.0.0.1", .sport = 80, .dport = 40000, .seq = 901,
        .ack = 301, .window = FRAME_FORCE(9000), STAMP(499));
    assert_null(tracking_last(tracking, EVENT_WINDOW_SHRUNK));
    ADD(30300, SERVER, .seq = 901, .ack = 301, .payload_len = 10, STAMP(501));
    WINDOW_OF(30400, 301, 9000);
    assert_null(tracking_last(tracking, EVENT_WINDOW_SHRUNK));
}

/* What was allowed once may still be used, and is not out of the window. */
static void test_window_shrunk_edge_stays(void **state)
{
    struct tracking *tracking = *state;

    WINDOW_OF(20000, 101, 5000);
    assert_only(EVENT_WINDOW_SHRUNK);
    ADD(20100, CLIENT, .seq = 101, .ack = 901, .payload_len = 9000);
    assert_quiet();
}

/* It closes when the data fill it: told once, and again after it was open. */
static void test_window_zero(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10000);
    WINDOW_OF(30000, 10101, 0);
    assert_only(EVENT_ZERO_WINDOW);
    assert_a(EVENT_ZERO_WINDOW, 10000);
    WINDOW_OF(30100, 10101, 0);
    assert_quiet();
    WINDOW_OF(40000, 10101, 2000);
    assert_quiet();
    ADD(40100, CLIENT, .seq = 10101, .ack = 901, .payload_len = 2000);
    WINDOW_OF(50000, 12101, 0);
    assert_only(EVENT_ZERO_WINDOW);
    assert_a(EVENT_ZERO_WINDOW, 2000);
}

/* A RST's window means nothing. */
static void test_window_zero_not_of_a_rst(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, .src = "10.0.0.2", .dst = "10.0.0.1", .sport = 80, .dport = 40000, .seq = 901,
        .ack = 101, .flags = FRAME_RST | FRAME_ACK, .window = FRAME_FORCE(0));
    assert_null(tracking_last(tracking, EVENT_ZERO_WINDOW));
}

/* Probes of a closed window: the next byte, that byte again, and none one below it (Linux). */
static void test_window_probes(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10000);
    WINDOW_OF(30000, 10101, 0);
    ADD(240000, CLIENT, .seq = 10100, .ack = 901);
    assert_only(EVENT_WINDOW_PROBE);
    assert_a(EVENT_WINDOW_PROBE, 0);
    assert_b(EVENT_WINDOW_PROBE, 210000000);
    ADD(450000, CLIENT, .seq = 10101, .ack = 901, .payload_len = 1);
    assert_only(EVENT_WINDOW_PROBE);
    assert_a(EVENT_WINDOW_PROBE, 1);
    ADD(870000, CLIENT, .seq = 10101, .ack = 901, .payload_len = 1);
    assert_only(EVENT_WINDOW_PROBE);
}

/* A plain ACK is none; nor is one byte anywhere else: it was skipped to, or sent before. */
static void test_window_probes_not(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10000);
    WINDOW_OF(30000, 10101, 0);
    ADD(30100, CLIENT, .seq = 10101, .ack = 901);
    assert_quiet();
    ADD(31000, CLIENT, .seq = 10001, .ack = 901, .payload_len = 1);
    assert_only(EVENT_LATE_SEGMENT); /* the window allows nothing, and it lies below */
    ADD(31100, CLIENT, .seq = 10111, .ack = 901, .payload_len = 1);
    assert_non_null(tracking_last(tracking, EVENT_GAP));
    assert_a(EVENT_GAP, 10);
    assert_null(tracking_last(tracking, EVENT_WINDOW_PROBE));
}

/* A receiver that has never sent data keeps its connection alive, too. */
static void test_window_keep_alive_of_a_receiver(void **state)
{
    struct tracking *tracking = *state;

    ADD(3600000000, CLIENT, .seq = 100, .ack = 901);
    assert_only(EVENT_KEEP_ALIVE);
    assert_a(EVENT_KEEP_ALIVE, 0);
    ADD(3700000000, CLIENT, .seq = 100, .ack = 901, .payload_len = 1);
    assert_only(EVENT_KEEP_ALIVE);
    assert_a(EVENT_KEEP_ALIVE, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN_TEST(test_window_full_once),
        OPEN_TEST(test_window_full_again),
        OPEN_TEST(test_window_full_with_fin),
        OPEN_TEST(test_window_shrunk),
        OPEN_TEST(test_window_shrunk_not_by_data),
        SCALED_TEST(test_window_shrunk_by_a_unit),
        OPEN_TEST(test_window_shrunk_not_by_an_old_ack),
        OPEN_TEST(test_window_shrunk_edge_stays),
        OPEN_TEST(test_window_zero),
        OPEN_TEST(test_window_zero_not_of_a_rst),
        OPEN_TEST(test_window_probes),
        OPEN_TEST(test_window_probes_not),
        OPEN_TEST(test_window_keep_alive_of_a_receiver),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
