/* Data at one point: new, again, out of order, late; what the window allows. */
#include "unit/track.h"

/* 1000 bytes in five segments, each acknowledged: nothing happened. */
static void test_track_undisturbed(void **state)
{
    struct tracking *tracking = *state;

    for (uint32_t i = 0; i < 5; i++) {
        ADD(20000 + i * 1000, CLIENT, .seq = 101 + 200 * i, .ack = 901, .payload_len = 200);
        assert_int_equal(tracking->marks, 0);
        ADD(20500 + i * 1000, SERVER, .seq = 901, .ack = 301 + 200 * i);
    }
    assert_int_equal(tracking->events_count, 0);
}

/* The same segment again before its ACK. */
static void test_track_retransmission(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    ADD(220000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    assert_only(EVENT_RETRANSMISSION);
    assert_a(EVENT_RETRANSMISSION, 200);
    assert_b(EVENT_RETRANSMISSION, 200000000);
    assert_int_equal(tracking->marks, MARK_RETRANSMISSION);
}

/* Half of the bytes are new. */
static void test_track_retransmission_in_part(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    ADD(220000, CLIENT, .seq = 201, .ack = 901, .payload_len = 200);
    assert_only(EVENT_RETRANSMISSION);
    assert_a(EVENT_RETRANSMISSION, 100);
    ADD(220100, CLIENT, .seq = 401, .ack = 901, .payload_len = 10);
    assert_quiet();
}

/* A FIN that is sent again. */
static void test_track_retransmission_of_a_fin(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    assert_only(EVENT_FIN);
    ADD(220000, CLIENT, FIN, .seq = 101, .ack = 901);
    assert_only(EVENT_RETRANSMISSION);
}

/* Bytes are skipped: a gap of 200, and where it began. */
static void test_track_gap(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    ADD(21000, CLIENT, .seq = 501, .ack = 901, .payload_len = 200);
    assert_only(EVENT_GAP);
    assert_a(EVENT_GAP, 200);
    assert_b(EVENT_GAP, 201);
    assert_int_equal(tracking->marks, 0);
}

/* What was skipped follows 2 ms later, well within the round trip of 10 ms. */
static void test_track_out_of_order(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 301, .ack = 901, .payload_len = 200);
    ADD(22000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    assert_only(EVENT_OUT_OF_ORDER);
    assert_a(EVENT_OUT_OF_ORDER, 200);
    assert_b(EVENT_OUT_OF_ORDER, 2000000);
    assert_int_equal(tracking->marks, MARK_OUT_OF_ORDER);
}

/* What was skipped follows a second later: it was lost before this point and sent again. */
static void test_track_hole_filled_late(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 301, .ack = 901, .payload_len = 200);
    ADD(1020000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    assert_only(EVENT_RETRANSMISSION);
    assert_a(EVENT_RETRANSMISSION, 0);
    assert_b(EVENT_RETRANSMISSION, 1000000000);
    assert_int_equal(tracking->marks, MARK_RETRANSMISSION);
}

/* A hole is filled in three parts, from the middle outwards; then nothing is missing. */
static void test_track_hole_filled_in_parts(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 401, .ack = 901, .payload_len = 100);
    ADD(20100, CLIENT, .seq = 201, .ack = 901, .payload_len = 100);
    assert_only(EVENT_OUT_OF_ORDER);
    ADD(20200, CLIENT, .seq = 101, .ack = 901, .payload_len = 100);
    assert_only(EVENT_OUT_OF_ORDER);
    ADD(20300, CLIENT, .seq = 301, .ack = 901, .payload_len = 100);
    assert_only(EVENT_OUT_OF_ORDER);
    ADD(220400, CLIENT, .seq = 301, .ack = 901, .payload_len = 100);
    assert_only(EVENT_RETRANSMISSION);
}

/* 100 holes at one time: more than are kept. Nothing breaks, and new data is new. */
static void test_track_many_holes(void **state)
{
    struct tracking *tracking = *state;

    for (uint32_t i = 0; i < 100; i++)
        ADD(20000 + i, CLIENT, .seq = 111 + 20 * i, .ack = 901, .payload_len = 10);
    assert_int_equal(tracking_count(tracking, EVENT_GAP), 100);
    ADD(21000, CLIENT, .seq = 101 + 20 * 99, .ack = 901, .payload_len = 10);
    assert_only(EVENT_OUT_OF_ORDER);
    ADD(21100, CLIENT, .seq = 101 + 20 * 100, .ack = 901, .payload_len = 10);
    assert_quiet();
}

/* The docker reset: held back, sent again, acknowledged; then the original with its older
 * timestamp comes after all. It names the repetition. */
static void test_track_late_segment(void **state)
{
    struct tracking *tracking = *state;
    uint64_t copy;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200, STAMP(1000));
    copy = ADD(230000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200, STAMP(1210));
    ADD(240000, SERVER, .seq = 901, .ack = 301);
    ADD(241000, CLIENT, .seq = 301, .ack = 901, .payload_len = 500, STAMP(1220));
    ADD(250000, SERVER, .seq = 901, .ack = 801);
    ADD(900000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200, STAMP(1000));
    assert_only(EVENT_LATE_SEGMENT);
    assert_a(EVENT_LATE_SEGMENT, 500);
    assert_b(EVENT_LATE_SEGMENT, copy);
    assert_int_equal(tracking->marks, MARK_LATE);
}

/* The same without timestamps: late if it lies more than a window (10,000) below the ACK. */
static void test_track_late_segment_without_timestamps(void **state)
{
    struct tracking *tracking = *state;

    for (uint32_t i = 0; i < 12; i++) {
        ADD(20000 + i * 1000, CLIENT, .seq = 101 + 1000 * i, .ack = 901, .payload_len = 1000);
        ADD(20500 + i * 1000, SERVER, .seq = 901, .ack = 1101 + 1000 * i);
    }
    ADD(900000, CLIENT, .seq = 101, .ack = 901, .payload_len = 1000);
    assert_only(EVENT_LATE_SEGMENT);
    assert_a(EVENT_LATE_SEGMENT, 11000);
    assert_int_equal(tracking->marks, MARK_LATE);
}

/* Sent again though its ACK had passed, with a newer timestamp: not needed, but not late. */
static void test_track_spurious_retransmission(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200, STAMP(1000));
    ADD(30000, SERVER, .seq = 901, .ack = 301);
    ADD(230000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200, STAMP(1210));
    assert_only(EVENT_RETRANSMISSION);
    assert_a(EVENT_RETRANSMISSION, 200);
    assert_cause(EVENT_RETRANSMISSION, "spurious", "acked-before");
    assert_int_equal(tracking->marks, MARK_RETRANSMISSION);
}

/* 10,000 bytes fill the window, the 10,001st does not fit. */
static void test_track_out_of_window(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10000);
    assert_only(EVENT_WINDOW_FULL);
    assert_a(EVENT_WINDOW_FULL, 10000);
    ADD(20100, CLIENT, .seq = 10101, .ack = 901, .payload_len = 1);
    assert_only(EVENT_OUT_OF_WINDOW);
    assert_a(EVENT_OUT_OF_WINDOW, 1);
    assert_b(EVENT_OUT_OF_WINDOW, 10000);
}

/* A window scale of 3 in both SYNs: the SYN-ACK's own window is not scaled, the ACK's is. */
static void test_track_window_scale(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100, FRAME_OPTIONS(FRAME_WSCALE(3)));
    ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101,
        FRAME_OPTIONS(FRAME_WSCALE(3)));
    ADD(10000, CLIENT, .seq = 101, .ack = 901);
    ADD(10100, SERVER, .seq = 901, .ack = 101);
    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 60000);
    assert_quiet();
    ADD(20100, CLIENT, .seq = 60101, .ack = 901, .payload_len = 20000);
    assert_only(EVENT_WINDOW_FULL);
    ADD(20200, CLIENT, .seq = 80101, .ack = 901, .payload_len = 5);
    assert_a(EVENT_OUT_OF_WINDOW, 5);
    assert_b(EVENT_OUT_OF_WINDOW, 80000);
}

/* Only one end offered a scale: none counts (RFC 7323 §2.2). */
static void test_track_window_scale_of_one_end(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101,
        FRAME_OPTIONS(FRAME_WSCALE(3)));
    ADD(10000, CLIENT, .seq = 101, .ack = 901);
    ADD(10100, SERVER, .seq = 901, .ack = 101);
    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10001);
    assert_a(EVENT_OUT_OF_WINDOW, 1);
}

/* Midstream nothing is known of scales: no window, and so nothing beyond it. */
static void test_track_out_of_window_unknown_midstream(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, SERVER, .seq = 900, .ack = 100);
    ADD(100, CLIENT, .seq = 100, .ack = 900, .payload_len = 30000);
    assert_quiet();
}

/* A window scale that lies beyond the end of what was captured: windows are of unknown size. */
static void test_track_window_scale_cut(void **state)
{
    struct tracking *tracking = *state;

    tracking->captured = 14 + 20 + 20 + 2;
    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100, FRAME_OPTIONS(FRAME_NOP, FRAME_WSCALE(7)));
    ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101,
        FRAME_OPTIONS(FRAME_NOP, FRAME_WSCALE(7)));
    ADD(10000, CLIENT, .seq = 101, .ack = 901);
    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 30000);
    assert_quiet();
    ADD(30000, SERVER, .seq = 901, .ack = 30101);
    assert_quiet();
    ADD(31000, CLIENT, .seq = 30101, .ack = 901, .payload_len = 5000);
    ADD(40000, SERVER, .seq = 901, .ack = 35101);
    ADD(250000, CLIENT, .seq = 10101, .ack = 901, .payload_len = 1000);
    assert_only(EVENT_RETRANSMISSION); /* 24,000 below: the receiver has allowed 30,000 */
    ADD(260000, CLIENT, .seq = 101, .ack = 901, .payload_len = 1000);
    assert_only(EVENT_LATE_SEGMENT);
}

/* The window closes, is probed twice, and opens. */
static void test_track_zero_window(void **state)
{
    struct tracking *tracking = *state;
    const struct frame_spec closed = {SERVER, .seq = 901, .ack = 301};
    struct frame_spec zero = closed;

    zero.window = (struct frame_forced)FRAME_FORCE(0);
    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    tracking_add(tracking, 21000, &zero);
    assert_int_equal(tracking_count(tracking, EVENT_WINDOW_SHRUNK), 1); /* 9,800 bytes */
    assert_a(EVENT_ZERO_WINDOW, 10000);
    tracking_add(tracking, 21500, &zero);
    assert_quiet();
    ADD(221000, CLIENT, .seq = 301, .ack = 901, .payload_len = 1);
    assert_only(EVENT_WINDOW_PROBE);
    assert_a(EVENT_WINDOW_PROBE, 1);
    assert_b(EVENT_WINDOW_PROBE, 200000000);
    tracking_add(tracking, 222000, &zero);
    assert_quiet();
    tracking_add(tracking, 500000, &closed);
    assert_quiet();
    assert_int_equal(tracking_count(tracking, EVENT_WINDOW_SHRUNK), 1);
    ADD(510000, CLIENT, .seq = 301, .ack = 901, .payload_len = 100);
    assert_null(tracking_last(tracking, EVENT_WINDOW_PROBE));
}

/* The window had closed before the capture began. */
static void test_track_zero_window_before(void **state)
{
    struct tracking *tracking = *state;
    struct frame_spec zero = {SERVER, .seq = 901, .ack = 301};

    zero.window = (struct frame_forced)FRAME_FORCE(0);
    tracking_add(tracking, 0, &zero);
    ADD(200000, CLIENT, .seq = 300, .ack = 901);
    tracking_add(tracking, 200100, &zero);
    ADD(600000, CLIENT, .seq = 300, .ack = 901);
    assert_only(EVENT_WINDOW_PROBE);
    assert_no_b(EVENT_WINDOW_PROBE);
}

/* A leg that was over and quiet has forgotten its flows; a last ACK and a FIN that comes again are
 * followed all the same, by what is left: they lie below what was acknowledged. */
static void test_track_after_quiet(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    ADD(21000, SERVER, FIN, .seq = 901, .ack = 102);
    ADD(22000, CLIENT, .seq = 102, .ack = 902);
    track_quiet(&tracking->tracker, &tracking->track);
    assert_null(tracking->track.half[DIR_CLIENT].flow);
    ADD(30000000, SERVER, FIN, .seq = 901, .ack = 102);
    assert_only(EVENT_RETRANSMISSION);
    assert_cause(EVENT_RETRANSMISSION, "spurious", "acked-before");
    ADD(30000100, CLIENT, .seq = 102, .ack = 902);
    assert_quiet();
    track_quiet(&tracking->tracker, &tracking->track);
    track_quiet(&tracking->tracker, &tracking->track);
}

/* Idle for an hour: a keep-alive one below the next byte, with and without a byte. */
static void test_track_keep_alive(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    ADD(30000, SERVER, .seq = 901, .ack = 301);
    ADD(3600000000, CLIENT, .seq = 300, .ack = 901);
    assert_only(EVENT_KEEP_ALIVE);
    assert_a(EVENT_KEEP_ALIVE, 0);
    ADD(3600001000, SERVER, .seq = 901, .ack = 301);
    assert_quiet();
    ADD(7200000000, CLIENT, .seq = 300, .ack = 901, .payload_len = 1);
    assert_only(EVENT_KEEP_ALIVE);
    assert_a(EVENT_KEEP_ALIVE, 1);
    assert_int_equal(tracking->marks, 0);
}

/* An ACK of 300 bytes that never passed here: capture loss, or another route. */
static void test_track_ack_unseen(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    ADD(30000, SERVER, .seq = 901, .ack = 601);
    assert_only(EVENT_ACK_UNSEEN);
    assert_a(EVENT_ACK_UNSEEN, 300);
    ADD(31000, CLIENT, .seq = 601, .ack = 901, .payload_len = 10);
    assert_quiet();
}

/* A SYN with data comes again with more of it, after more than that was sent: what is above is new.
 */
static void test_track_syn_with_more_data(void **state)
{
    struct tracking *tracking = *state;
    const struct sent *sent;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100, .payload_len = 10);
    ADD(1000000, CLIENT, .flags = FRAME_SYN, .seq = 100, .payload_len = 100);
    sent = &tracking->track.half[DIR_CLIENT].flow->sent;
    assert_int_equal(sent->count, 2);
    assert_int_equal(sent_at(sent, 1)->start, 11);
    assert_int_equal(sent_end(sent_at(sent, 1)), 101);
}

/* A SYN-ACK with strange numbers on an open connection: the stream goes on where it was. */
static void test_track_stray_synack(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 500000, .ack = 101);
    assert_null(tracking_last(tracking, EVENT_GAP));
    ADD(30000, SERVER, .seq = 901, .ack = 101, .payload_len = 100);
    assert_quiet();
}

/* A stream of 5 GB, whose numbers wrap: nothing happened. */
static void test_track_across_the_wrap(void **state)
{
    struct tracking *tracking = *state;

    /* A window scale of 14 makes a window that large steps fit into. */
    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100, FRAME_OPTIONS(FRAME_WSCALE(14)));
    ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101,
        FRAME_OPTIONS(FRAME_WSCALE(14)));
    ADD(10000, CLIENT, .seq = 101, .ack = 901);
    ADD(10100, SERVER, .seq = 901, .ack = 101);
    for (uint32_t i = 0; i < 90000; i++) {
        ADD(20000 + i * 100, CLIENT, .seq = 101 + 60000 * i, .ack = 901, .payload_len = 60000);
        ADD(20050 + i * 100, SERVER, .seq = 901, .ack = 101 + 60000 * (i + 1));
    }
    assert_int_equal(tracking->events_count, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN_TEST(test_track_undisturbed),
        OPEN_TEST(test_track_retransmission),
        OPEN_TEST(test_track_retransmission_in_part),
        OPEN_TEST(test_track_retransmission_of_a_fin),
        OPEN_TEST(test_track_gap),
        OPEN_TEST(test_track_out_of_order),
        OPEN_TEST(test_track_hole_filled_late),
        OPEN_TEST(test_track_hole_filled_in_parts),
        OPEN_TEST(test_track_many_holes),
        OPEN_TEST(test_track_late_segment),
        OPEN_TEST(test_track_late_segment_without_timestamps),
        OPEN_TEST(test_track_spurious_retransmission),
        OPEN_TEST(test_track_out_of_window),
        TRACK_TEST(test_track_window_scale),
        TRACK_TEST(test_track_window_scale_of_one_end),
        TRACK_TEST(test_track_out_of_window_unknown_midstream),
        TRACK_TEST(test_track_window_scale_cut),
        OPEN_TEST(test_track_zero_window),
        OPEN_TEST(test_track_keep_alive),
        TRACK_TEST(test_track_zero_window_before),
        OPEN_TEST(test_track_after_quiet),
        OPEN_TEST(test_track_ack_unseen),
        TRACK_TEST(test_track_syn_with_more_data),
        OPEN_TEST(test_track_stray_synack),
        TRACK_TEST(test_track_across_the_wrap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
