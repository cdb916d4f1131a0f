/* How a connection closes: the states of both ends; resets that count and those that do not. */
#include "unit/track_life.h"

#define ECHO(value, echo) FRAME_OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_TIMESTAMPS(value, echo))

/* RFC 9293 §3.6, figure 12. */
static void test_states_close(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    assert_states("FIN-WAIT-1", "ESTABLISHED");
    ADD(21000, SERVER, .seq = 901, .ack = 102);
    assert_states("FIN-WAIT-2", "CLOSE-WAIT");
    assert_outcome("half-closed");
    ADD(22000, SERVER, .seq = 901, .ack = 102, .payload_len = 100);
    ADD(23000, CLIENT, .seq = 102, .ack = 1001);
    assert_states("FIN-WAIT-2", "CLOSE-WAIT");
    assert_int_equal(life_since_ns(&tracking->track.life, DIR_SERVER) % 1000000000, 21000000);
    ADD(24000, SERVER, FIN, .seq = 1001, .ack = 102);
    assert_states("FIN-WAIT-2", "LAST-ACK");
    assert_outcome("closed");
    ADD(25000, CLIENT, .seq = 102, .ack = 1002);
    assert_states("TIME-WAIT", "CLOSED");
}

/* Figure 13: both at once. */
static void test_states_close_simultaneously(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    ADD(20100, SERVER, FIN, .seq = 901, .ack = 101);
    assert_states("FIN-WAIT-1", "FIN-WAIT-1");
    ADD(20200, CLIENT, .seq = 102, .ack = 902);
    assert_states("CLOSING", "FIN-WAIT-2");
    ADD(20300, SERVER, .seq = 902, .ack = 102);
    assert_states("TIME-WAIT", "TIME-WAIT");
}

/* The last ACK was lost on its way: the server repeats its FIN, and is answered again. */
static void test_states_last_ack_lost(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    ADD(21000, SERVER, FIN, .seq = 901, .ack = 102);
    ADD(22000, CLIENT, .seq = 102, .ack = 902);
    assert_states("TIME-WAIT", "CLOSED");
    ADD(222000, SERVER, FIN, .seq = 901, .ack = 102);
    assert_states("TIME-WAIT", "LAST-ACK");
    ADD(223000, CLIENT, .seq = 102, .ack = 902);
    assert_states("TIME-WAIT", "CLOSED");
}

/* Midstream: only what both have shown is known. */
static void test_states_midstream_close(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, SERVER, .seq = 901, .ack = 101, .payload_len = 10);
    ADD(1000, CLIENT, FIN, .seq = 101, .ack = 911);
    assert_states("FIN-WAIT-1", "ESTABLISHED");
    ADD(2000, SERVER, .seq = 911, .ack = 102);
    assert_states("FIN-WAIT-2", "CLOSE-WAIT");
    assert_outcome("half-closed");
}

/* The client may have got the server's FIN before the capture began. */
static void test_states_midstream_unknown(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .seq = 101, .ack = 901, .payload_len = 10);
    ADD(1000, SERVER, .seq = 901, .ack = 111);
    ADD(2000, CLIENT, FIN, .seq = 111, .ack = 901);
    assert_states("unknown", "unknown");
    ADD(3000, SERVER, .seq = 901, .ack = 112);
    assert_states("unknown", "unknown");
}

static void test_states_reset(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    ADD(21000, SERVER, .flags = FRAME_RST | FRAME_ACK, .seq = 901, .ack = 102);
    assert_states("CLOSED", "CLOSED");
    assert_int_equal(life_since_ns(&tracking->track.life, DIR_SERVER) % 1000000000, 21000000);
    assert_outcome("reset");
    /* what was under way */
    ADD(21100, SERVER, .seq = 901, .ack = 102);
    assert_outcome("reset");
}

/* A RST in the name of the client, and the server goes on: data after it, and their ACK. */
static void test_states_reset_ignored(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, RST, .seq = 60);
    assert_outcome("reset");
    ADD(21000, SERVER, .seq = 901, .ack = 101, .payload_len = 100);
    assert_outcome("reset");
    ADD(22000, CLIENT, .seq = 101, .ack = 1001);
    assert_outcome("established");
    assert_states("ESTABLISHED", "ESTABLISHED");
}

/* No new bytes, but the server echoes what the client has stamped after the RST. */
static void test_states_reset_ignored_by_echo(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, ECHO(2000, 1));
    ADD(20100, CLIENT, RST, .seq = 60);
    assert_outcome("reset");
    ADD(21000, CLIENT, .seq = 101, .ack = 901, ECHO(2010, 1));
    assert_outcome("reset");
    ADD(22000, SERVER, .seq = 901, .ack = 101, ECHO(1, 2010));
    assert_outcome("established");
}

/* Sent before the RST, acknowledged after it: that was under way. */
static void test_states_reset_with_data_under_way(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, SERVER, .seq = 901, .ack = 101, .payload_len = 100);
    ADD(20100, SERVER, .flags = FRAME_RST | FRAME_ACK, .seq = 1001, .ack = 101);
    ADD(20200, CLIENT, .seq = 101, .ack = 1001);
    assert_outcome("reset");
}

/* RFC 5961 §3.2: in the window, but not exact. The answer shows that the connection lives. */
static void test_states_reset_challenged(void **state)
{
    struct tracking *tracking = *state;
    uint64_t rst;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10);
    ADD(20100, SERVER, .seq = 901, .ack = 111);
    rst = ADD(20200, CLIENT, RST, .seq = 5000);
    assert_outcome("reset");
    ADD(20300, SERVER, .seq = 901, .ack = 111);
    assert_a(EVENT_CHALLENGE_ACK, rst);
    assert_b(EVENT_CHALLENGE_ACK, 100000);
    assert_cause(EVENT_CHALLENGE_ACK, "rst", "next-segment");
    assert_outcome("established");
    ADD(20400, SERVER, .seq = 901, .ack = 111);
    assert_int_equal(tracking_count(tracking, EVENT_CHALLENGE_ACK), 1);
}

/* The real answer to an exact RST is none; what comes a second later is another matter. */
static void test_states_reset_not_challenged(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10);
    ADD(20100, SERVER, .seq = 901, .ack = 111);
    ADD(20200, CLIENT, RST, .seq = 111);
    ADD(20300, SERVER, .seq = 901, .ack = 111);
    assert_int_equal(tracking_count(tracking, EVENT_CHALLENGE_ACK), 0);
    ADD(20400, CLIENT, RST, .seq = 5000);
    ADD(1020500, SERVER, .seq = 901, .ack = 111);
    assert_int_equal(tracking_count(tracking, EVENT_CHALLENGE_ACK), 0);
    assert_outcome("reset");
}

/* RFC 5961 §4.2: a copy of the SYN on the open connection is answered. */
static void test_states_syn_challenged(void **state)
{
    struct tracking *tracking = *state;
    uint64_t syn;

    ADD(20000, SERVER, .seq = 901, .ack = 101, .payload_len = 10);
    ADD(21000, CLIENT, .seq = 101, .ack = 911);
    syn = ADD(22000, CLIENT, SYN, .seq = 100);
    ADD(22100, SERVER, .seq = 911, .ack = 101);
    assert_a(EVENT_CHALLENGE_ACK, syn);
    assert_cause(EVENT_CHALLENGE_ACK, "syn", "next-segment");
    assert_states("ESTABLISHED", "ESTABLISHED");
}

/* A RST when both have closed changes nothing. */
static void test_states_reset_after_close(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    ADD(21000, SERVER, FIN, .seq = 901, .ack = 102);
    ADD(22000, CLIENT, .seq = 102, .ack = 902);
    ADD(23000, CLIENT, RST, .seq = 102);
    assert_outcome("closed");
    assert_states("TIME-WAIT", "CLOSED");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN_TEST(test_states_close),
        OPEN_TEST(test_states_close_simultaneously),
        OPEN_TEST(test_states_last_ack_lost),
        TRACK_TEST(test_states_midstream_close),
        TRACK_TEST(test_states_midstream_unknown),
        OPEN_TEST(test_states_reset),
        OPEN_TEST(test_states_reset_ignored),
        OPEN_TEST(test_states_reset_ignored_by_echo),
        OPEN_TEST(test_states_reset_with_data_under_way),
        OPEN_TEST(test_states_reset_challenged),
        OPEN_TEST(test_states_reset_not_challenged),
        OPEN_TEST(test_states_syn_challenged),
        OPEN_TEST(test_states_reset_after_close),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
