/* How a connection begins and ends at one point: SYNs, FINs, resets, and what came of it. */
#include "unit/track.h"

static enum outcome outcome_of(const struct tracking *tracking)
{
    return track_outcome(&tracking->track);
}

/* --- the beginning --------------------------------------------------------------------------- */

/* SYNs at 0, 1, 3 and 7 s, never answered. */
static void test_track_syn_retransmission(void **state)
{
    struct tracking *tracking = *state;
    static const int64_t at_us[] = {1000000, 3000000, 7000000};

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    assert_quiet();
    for (size_t i = 0; i < COUNT(at_us); i++) {
        ADD(at_us[i], CLIENT, .flags = FRAME_SYN, .seq = 100);
        assert_only(EVENT_SYN_RETRANSMISSION);
        assert_a(EVENT_SYN_RETRANSMISSION, i + 1);
        assert_b(EVENT_SYN_RETRANSMISSION, at_us[i] * 1000);
    }
    assert_int_equal(outcome_of(tracking), OUTCOME_UNANSWERED);
}

/* The SYN-ACK is sent twice: the client's ACK was lost. */
static void test_track_synack_retransmission(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    assert_quiet();
    ADD(1009000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    assert_only(EVENT_SYNACK_RETRANSMISSION);
    assert_a(EVENT_SYNACK_RETRANSMISSION, 1);
    assert_b(EVENT_SYNACK_RETRANSMISSION, 1000000000);
    assert_int_equal(outcome_of(tracking), OUTCOME_UNANSWERED);
}

/* Two servers answer the SYN, or one that keeps no state: neither repeats the other's. */
static void test_track_synack_of_another(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    ADD(9500, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 70000, .ack = 101);
    assert_null(tracking_last(tracking, EVENT_SYNACK_RETRANSMISSION));
}

/* From the SYN to the client's ACK: 10 ms. */
static void test_track_handshake_time(void **state)
{
    struct tracking *tracking = *state;

    assert_int_equal(tracking->track.handshake_ns, 10000000);
    assert_int_equal(outcome_of(tracking), OUTCOME_ESTABLISHED);
}

/* The capture began in the middle: no handshake, and no guess. */
static void test_track_midstream(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .seq = 101, .ack = 901, .payload_len = 10);
    ADD(100, SERVER, .seq = 901, .ack = 111, .payload_len = 10);
    ADD(200, CLIENT, .seq = 111, .ack = 911);
    assert_int_equal(tracking->events_count, 0);
    assert_int_equal(tracking->track.handshake_ns, 0);
    assert_int_equal(outcome_of(tracking), OUTCOME_MIDSTREAM);
}

/* --- the end --------------------------------------------------------------------------------- */

/* Closed by both; the ACK of the last FIN too. Two events, one for each direction. */
static void test_track_close(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    assert_only(EVENT_FIN);
    assert_int_equal(outcome_of(tracking), OUTCOME_HALF_CLOSED);
    ADD(21000, SERVER, FIN, .seq = 901, .ack = 102);
    assert_only(EVENT_FIN);
    ADD(22000, CLIENT, .seq = 102, .ack = 902);
    assert_quiet();
    assert_int_equal(outcome_of(tracking), OUTCOME_CLOSED);
}

/* Nobody listens on the port: the SYN is answered by a RST that acknowledges it. */
static void test_track_refused(void **state)
{
    struct tracking *tracking = *state;
    uint64_t syn = ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);

    ADD(100, SERVER, .flags = FRAME_RST | FRAME_ACK, .seq = 0, .ack = 101);
    assert_only(EVENT_RST);
    assert_a(EVENT_RST, 0);
    assert_b(EVENT_RST, syn);
    assert_int_equal(outcome_of(tracking), OUTCOME_REFUSED);
}

/* An abort: RST with ACK at the next byte. It answers nothing. */
static void test_track_rst_abort(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 50);
    ADD(30000, CLIENT, .flags = FRAME_RST | FRAME_ACK, .seq = 151, .ack = 901);
    assert_only(EVENT_RST);
    assert_a(EVENT_RST, 0);
    assert_no_b(EVENT_RST);
    assert_int_equal(outcome_of(tracking), OUTCOME_RESET);
}

/* The docker reset: a late segment is answered by a RST whose number is that segment's ACK; the
 * client itself is still there and has sent more. */
static void test_track_rst_answers_a_late_segment(void **state)
{
    struct tracking *tracking = *state;
    uint64_t late;

    ADD(20000, SERVER, .seq = 901, .ack = 101, .payload_len = 200, STAMP(1000));
    ADD(230000, SERVER, .seq = 901, .ack = 101, .payload_len = 200, STAMP(1210));
    ADD(231000, CLIENT, .seq = 101, .ack = 1101, .payload_len = 30);
    late = ADD(900000, SERVER, .seq = 901, .ack = 101, .payload_len = 200, STAMP(1000));
    assert_non_null(tracking_last(tracking, EVENT_LATE_SEGMENT));
    ADD(900100, CLIENT, .flags = FRAME_RST, .seq = 101);
    assert_only(EVENT_RST);
    assert_b(EVENT_RST, late);
}

/* Where the number of a RST lies, from the bytes that were seen (151 is next, 10,000 the window).
 */
static void test_track_rst_place(void **state)
{
    static const struct {
        uint32_t seq;
        int64_t place;
    } cases[] = {
        {151,     0}, /* exactly at the next byte */
        {152,     1},
        {5000,    1}, /* in the window */
        {100,     2},
        {50,      2}, /* below what was acknowledged */
        {20000,   3},
        {1000000, 3}, /* above the window */
    };
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 50);
    ADD(21000, SERVER, .seq = 901, .ack = 151);
    for (size_t i = 0; i < COUNT(cases); i++) {
        ADD(30000 + (int64_t)i, CLIENT, .flags = FRAME_RST | FRAME_ACK, .seq = cases[i].seq,
            .ack = 901);
        assert_only(EVENT_RST);
        assert_a(EVENT_RST, cases[i].place);
    }
}

/* --- the network -------------------------------------------------------------------------------
 */

/* Another route: the TTL of the server's segments changes, and back. */
static void test_track_ttl_change(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, SERVER, .seq = 901, .ack = 101, .ttl = FRAME_FORCE(60));
    assert_only(EVENT_TTL_CHANGE);
    assert_a(EVENT_TTL_CHANGE, 60);
    assert_b(EVENT_TTL_CHANGE, 64);
    ADD(21000, SERVER, .seq = 901, .ack = 101, .ttl = FRAME_FORCE(60));
    assert_quiet();
    ADD(22000, SERVER, .seq = 901, .ack = 101);
    assert_a(EVENT_TTL_CHANGE, 64);
    ADD(23000, CLIENT, .seq = 101, .ack = 901);
    assert_quiet();
    assert_int_equal(tracking->track.half[DIR_SERVER].ttl_min, 60);
    assert_int_equal(tracking->track.half[DIR_SERVER].ttl_max, 64);
}

/* A RST with another TTL, as a firewall sends it: not the path of the connection's segments. */
static void test_track_ttl_of_a_rst(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, SERVER, .flags = FRAME_RST, .seq = 901, .ttl = FRAME_FORCE(250));
    assert_only(EVENT_RST);
    assert_int_equal(tracking->track.half[DIR_SERVER].ttl_max, 64);
}

/* --- counting ----------------------------------------------------------------------------------
 */

static void test_track_counts(void **state)
{
    struct tracking *tracking = *state;
    const struct half *client = &tracking->track.half[DIR_CLIENT];
    const struct half *server = &tracking->track.half[DIR_SERVER];

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    ADD(220000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    ADD(230000, SERVER, .seq = 901, .ack = 301, .payload_len = 7);
    ADD(231000, CLIENT, FIN, .seq = 301, .ack = 908);
    ADD(232000, SERVER, .flags = FRAME_RST, .seq = 908);
    assert_int_equal(client->segments, 5);
    assert_int_equal(client->bytes, 400);
    assert_int_equal(client->fins, 1);
    assert_int_equal(client->rsts, 0);
    assert_int_equal(server->segments, 3);
    assert_int_equal(server->bytes, 7);
    assert_int_equal(server->rsts, 1);
    assert_int_equal(tracking->track.first_segment, 1);
    assert_int_equal(tracking->track.last_segment, 8);
}

/* Names are what rules ask for; every kind has one. */
static void test_track_names(void **state)
{
    (void)state;
    assert_string_equal(event_kind_name(EVENT_LATE_SEGMENT), "late-segment");
    assert_string_equal(outcome_name(OUTCOME_HALF_CLOSED), "half-closed");
    for (int kind = 0; kind < EVENT_KINDS; kind++)
        assert_non_null(event_kind_name((enum event_kind)kind));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TRACK_TEST(test_track_syn_retransmission),
        TRACK_TEST(test_track_synack_retransmission),
        TRACK_TEST(test_track_synack_of_another),
        OPEN_TEST(test_track_handshake_time),
        TRACK_TEST(test_track_midstream),
        OPEN_TEST(test_track_close),
        TRACK_TEST(test_track_refused),
        OPEN_TEST(test_track_rst_abort),
        OPEN_TEST(test_track_rst_answers_a_late_segment),
        OPEN_TEST(test_track_rst_place),
        OPEN_TEST(test_track_ttl_change),
        OPEN_TEST(test_track_ttl_of_a_rst),
        OPEN_TEST(test_track_counts),
        cmocka_unit_test(test_track_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
