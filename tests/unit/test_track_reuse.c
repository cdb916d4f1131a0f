/* A tuple that is used again: what the connection before left behind, and what came of it. */
#include "unit/track_life.h"

/* The server closes first. It expects 102 and would send 902. */
static void close_by_server(struct tracking *tracking)
{
    ADD(20000, SERVER, FIN, .seq = 901, .ack = 101);
    ADD(21000, CLIENT, FIN, .seq = 101, .ack = 902);
    ADD(22000, SERVER, .seq = 902, .ack = 102);
    assert_states("CLOSED", "TIME-WAIT");
}

/* With timestamps: the client's last is 1100. */
static void open_and_close_with_stamps(struct tracking *tracking)
{
    ADD(0, CLIENT, SYN, .seq = 100, STAMP(1000));
    ADD(9000, SERVER, SYNACK, .seq = 900, .ack = 101, STAMP(5000));
    ADD(10000, CLIENT, .seq = 101, .ack = 901, STAMP(1010));
    ADD(20000, SERVER, FIN, .seq = 901, .ack = 101, STAMP(5020));
    ADD(21000, CLIENT, FIN, .seq = 101, .ack = 902, STAMP(1100));
    ADD(22000, SERVER, .seq = 902, .ack = 102, STAMP(5022));
}

/* The client closes, the server never does: CLOSE-WAIT since 21 ms. */
static void close_by_client_alone(struct tracking *tracking)
{
    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    ADD(21000, SERVER, .seq = 901, .ack = 102);
    assert_states("FIN-WAIT-2", "CLOSE-WAIT");
}

/* Accepted in TIME-WAIT, since the number is higher; Linux adds 65537. */
static void test_reuse_time_wait(void **state)
{
    struct tracking *tracking = *state;

    close_by_server(tracking);
    ADD(1022000, CLIENT, SYN, .seq = 5000);
    assert_only(EVENT_TUPLE_REUSE);
    assert_cause(EVENT_TUPLE_REUSE, "time-wait", "fin-acknowledged");
    ADD(1022100, SERVER, SYNACK, .seq = 902 + 65537, .ack = 5001);
    assert_only(EVENT_TIME_WAIT_REUSE);
    assert_a(EVENT_TIME_WAIT_REUSE, 65537);
    assert_b(EVENT_TIME_WAIT_REUSE, 1000100000);
    assert_cause(EVENT_TIME_WAIT_REUSE, "sequence", "isn");
    ADD(1022200, CLIENT, .seq = 5001, .ack = 902 + 65538);
    assert_quiet();
    assert_opening("handshake");
}

/* The ISN says nothing: another system, or TIME-WAIT was over. */
static void test_reuse_time_wait_of_others(void **state)
{
    struct tracking *tracking = *state;

    close_by_server(tracking);
    ADD(1022000, CLIENT, SYN, .seq = 5000);
    ADD(1022100, SERVER, SYNACK, .seq = 123456789, .ack = 5001);
    assert_cause(EVENT_TIME_WAIT_REUSE, "sequence", "numbers");
    assert_in_range(tracking_last(tracking, EVENT_TIME_WAIT_REUSE)->confidence, 50, 70);
}

/* After 61 s Linux has no TIME-WAIT any more. */
static void test_reuse_time_wait_late(void **state)
{
    struct tracking *tracking = *state;

    close_by_server(tracking);
    ADD(61023000, CLIENT, SYN, .seq = 5000);
    assert_cause(EVENT_TUPLE_REUSE, "time-wait", "fin-acknowledged");
    assert_in_range(tracking_last(tracking, EVENT_TUPLE_REUSE)->confidence, 1, 50);
}

/* The number is lower, the timestamp newer. */
static void test_reuse_time_wait_by_timestamp(void **state)
{
    struct tracking *tracking = *state;

    open_and_close_with_stamps(tracking);
    ADD(1022000, CLIENT, SYN, .seq = 50, STAMP(1101));
    ADD(1022100, SERVER, SYNACK, .seq = 902 + 65537, .ack = 51, STAMP(6000));
    assert_cause(EVENT_TIME_WAIT_REUSE, "timestamp", "isn");
}

/* The number is higher, the timestamp older: PAWS. And a lower one, without timestamps. */
static void test_reuse_refused(void **state)
{
    struct tracking *tracking = *state;

    open_and_close_with_stamps(tracking);
    ADD(1022000, CLIENT, SYN, .seq = 1102, STAMP(600));
    ADD(1022100, SERVER, .seq = 902, .ack = 102, STAMP(6022));
    assert_a(EVENT_TIME_WAIT_REFUSED, 1000);
    assert_b(EVENT_TIME_WAIT_REFUSED, -500);
    assert_cause(EVENT_TIME_WAIT_REFUSED, "paws", "old-numbers");
    assert_cause(EVENT_CHALLENGE_ACK, "syn", "old-numbers");
    assert_outcome("unanswered");
    assert_int_equal(tracking_count(tracking, EVENT_SYN_SWALLOWED), 0);
}

static void test_reuse_refused_by_number(void **state)
{
    struct tracking *tracking = *state;

    close_by_server(tracking);
    ADD(1022000, CLIENT, SYN, .seq = 92);
    ADD(1022100, SERVER, .seq = 902, .ack = 102);
    assert_a(EVENT_TIME_WAIT_REFUSED, -10);
    assert_no_b(EVENT_TIME_WAIT_REFUSED);
    assert_cause(EVENT_TIME_WAIT_REFUSED, "sequence", "old-numbers");
    ADD(2022000, CLIENT, SYN, .seq = 92);
    assert_only(EVENT_SYN_RETRANSMISSION);
    ADD(2022100, SERVER, .seq = 902, .ack = 102);
    assert_non_null(tracking_last(tracking, EVENT_TIME_WAIT_REFUSED));
}

/* An ACK that is not the old connection's refuses nothing. */
static void test_reuse_not_refused(void **state)
{
    struct tracking *tracking = *state;

    close_by_server(tracking);
    ADD(1022000, CLIENT, SYN, .seq = 92);
    ADD(1022100, SERVER, .seq = 902, .ack = 50);
    assert_only(EVENT_CHALLENGE_ACK);
    assert_cause(EVENT_CHALLENGE_ACK, "syn", "not-acceptable");
    ADD(1022200, SERVER, .seq = 800, .ack = 102);
    assert_only(EVENT_CHALLENGE_ACK);
}

/* RFC 1337: an old duplicate, the ACK to it, a RST to that; then a SYN gets in that must not. */
static void test_reuse_assassinated(void **state)
{
    struct tracking *tracking = *state;
    uint64_t rst;

    close_by_server(tracking);
    ADD(500000, CLIENT, FIN, .seq = 101, .ack = 902);
    ADD(500100, SERVER, .seq = 902, .ack = 102);
    rst = ADD(500200, CLIENT, RST, .seq = 102);
    assert_states("CLOSED", "TIME-WAIT");
    assert_outcome("closed");
    ADD(1022000, CLIENT, SYN, .seq = 92);
    assert_cause(EVENT_TUPLE_REUSE, "time-wait", "fin-acknowledged");
    ADD(1022200, SERVER, SYNACK, .seq = 7777, .ack = 93);
    assert_only(EVENT_TIME_WAIT_ASSASSINATED);
    assert_a(EVENT_TIME_WAIT_ASSASSINATED, rst);
    assert_b(EVENT_TIME_WAIT_ASSASSINATED, 522000000);
    assert_cause(EVENT_TIME_WAIT_ASSASSINATED, "rst", "sequence");
}

/* The same by the new connection: its SYN is refused, it answers by a RST, and then gets in. */
static void test_reuse_assassinated_by_the_new(void **state)
{
    struct tracking *tracking = *state;
    uint64_t rst;

    close_by_server(tracking);
    ADD(1022000, CLIENT, SYN, .seq = 92);
    ADD(1022100, SERVER, .seq = 902, .ack = 102);
    rst = ADD(1022200, CLIENT, RST, .seq = 102);
    ADD(1030000, CLIENT, SYN, .seq = 92);
    ADD(1030100, SERVER, SYNACK, .seq = 7777, .ack = 93);
    assert_only(EVENT_TIME_WAIT_ASSASSINATED);
    assert_a(EVENT_TIME_WAIT_ASSASSINATED, rst);
    ADD(1030200, CLIENT, .seq = 93, .ack = 7778);
    assert_outcome("established");
    assert_answer("challenge-ack");
}

/* tcp_rfc1337=1: the RST did nothing, the SYN is refused as before. A RST elsewhere does nothing.
 */
static void test_reuse_not_assassinated(void **state)
{
    struct tracking *tracking = *state;

    close_by_server(tracking);
    ADD(500000, CLIENT, RST, .seq = 95);
    ADD(1022000, CLIENT, SYN, .seq = 5000);
    ADD(1022100, SERVER, SYNACK, .seq = 7777, .ack = 5001);
    assert_only(EVENT_TIME_WAIT_REUSE);
}

/* The client had closed first and leaves its own TIME-WAIT. */
static void test_reuse_by_connect(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    ADD(21000, SERVER, FIN, .seq = 901, .ack = 102);
    ADD(22000, CLIENT, .seq = 102, .ack = 902);
    assert_states("TIME-WAIT", "CLOSED");
    ADD(1022000, CLIENT, SYN, .seq = 102 + 65537);
    assert_cause(EVENT_TUPLE_REUSE, "closed", "fin-acknowledged");
    assert_cause(EVENT_TIME_WAIT_REUSE, "connect", "isn");
    ADD(1022100, SERVER, SYNACK, .seq = 7777, .ack = 103 + 65537);
    assert_quiet();
}

/* The leaked socket, as kernels of today have it: ACK with the old numbers, RST, SYN again. */
static void test_reuse_close_wait(void **state)
{
    struct tracking *tracking = *state;

    close_by_client_alone(tracking);
    ADD(7021000, CLIENT, SYN, .seq = 5000);
    assert_only(EVENT_TUPLE_REUSE);
    assert_cause(EVENT_TUPLE_REUSE, "close-wait", "fin-acknowledged");
    ADD(7021100, SERVER, .seq = 901, .ack = 102);
    assert_a(EVENT_SYN_SWALLOWED, 1);
    assert_b(EVENT_SYN_SWALLOWED, 7000100000);
    assert_cause(EVENT_SYN_SWALLOWED, "close-wait", "old-numbers");
    ADD(7021200, CLIENT, RST, .seq = 102);
    ADD(7029000, CLIENT, SYN, .seq = 5000);
    assert_only(EVENT_SYN_RETRANSMISSION);
    ADD(7029100, SERVER, SYNACK, .seq = 7777, .ack = 5001);
    ADD(7029200, CLIENT, .seq = 5001, .ack = 7778);
    assert_quiet();
    assert_outcome("established");
    assert_states("ESTABLISHED", "ESTABLISHED");
}

/* As in 2016: no answer at all. Told once, at the first repetition; hours later all the same. */
static void test_reuse_close_wait_silent(void **state)
{
    struct tracking *tracking = *state;
    static const int64_t hours_us = INT64_C(3600) * 5 * 1000000;

    close_by_client_alone(tracking);
    ADD(hours_us, CLIENT, SYN, .seq = 5000);
    assert_cause(EVENT_TUPLE_REUSE, "close-wait", "fin-acknowledged");
    ADD(hours_us + 1000000, CLIENT, SYN, .seq = 5000);
    assert_a(EVENT_SYN_SWALLOWED, 1);
    assert_cause(EVENT_SYN_SWALLOWED, "close-wait", "silence");
    ADD(hours_us + 3000000, CLIENT, SYN, .seq = 5000);
    assert_only(EVENT_SYN_RETRANSMISSION);
    assert_outcome("unanswered");
    assert_answer("none");
}

/* The server was left open: the client vanished. */
static void test_reuse_established(void **state)
{
    struct tracking *tracking = *state;

    ADD(7021000, CLIENT, SYN, .seq = 5000);
    assert_cause(EVENT_TUPLE_REUSE, "established", "handshake");
    ADD(7021100, SERVER, .seq = 901, .ack = 101);
    assert_cause(EVENT_SYN_SWALLOWED, "established", "old-numbers");
}

/* Reset before: nothing is left behind, and silence has another reason. */
static void test_reuse_reset(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, RST, .seq = 101);
    ADD(7021000, CLIENT, SYN, .seq = 5000);
    assert_cause(EVENT_TUPLE_REUSE, "reset", "rst");
    ADD(8021000, CLIENT, SYN, .seq = 5000);
    assert_only(EVENT_SYN_RETRANSMISSION);
}

/* The other end opens the new connection: what it left is its own. */
static void test_reuse_turned_round(void **state)
{
    struct tracking *tracking = *state;

    close_by_client_alone(tracking);
    ADD(7021000, SERVER, SYN, .seq = 5000);
    assert_cause(EVENT_TUPLE_REUSE, "fin-wait-2", "fin-acknowledged");
    ADD(7021100, CLIENT, .seq = 102, .ack = 901);
    assert_cause(EVENT_SYN_SWALLOWED, "fin-wait-2", "old-numbers");
}

/* Closed long ago: nothing is known any more. */
static void test_reuse_forgotten(void **state)
{
    struct tracking *tracking = *state;

    close_by_server(tracking);
    ADD(241000000, CLIENT, SYN, .seq = 5000);
    assert_quiet();
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN_TEST(test_reuse_time_wait),
        OPEN_TEST(test_reuse_time_wait_of_others),
        OPEN_TEST(test_reuse_time_wait_late),
        TRACK_TEST(test_reuse_time_wait_by_timestamp),
        TRACK_TEST(test_reuse_refused),
        OPEN_TEST(test_reuse_refused_by_number),
        OPEN_TEST(test_reuse_not_refused),
        OPEN_TEST(test_reuse_assassinated),
        OPEN_TEST(test_reuse_assassinated_by_the_new),
        OPEN_TEST(test_reuse_not_assassinated),
        OPEN_TEST(test_reuse_by_connect),
        OPEN_TEST(test_reuse_close_wait),
        OPEN_TEST(test_reuse_close_wait_silent),
        OPEN_TEST(test_reuse_established),
        OPEN_TEST(test_reuse_reset),
        OPEN_TEST(test_reuse_turned_round),
        OPEN_TEST(test_reuse_forgotten),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
