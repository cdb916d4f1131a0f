/* Why a segment came again: one test for each row of the table of causes in track/README.md. The
 * handshake takes 10 ms, so that the client's RTO is 210 ms and counts from 189 ms on; its probes
 * are sent after 20 ms, which count from 18 ms on. */
#include "unit/track.h"

/* The client's n-th segment of 100 bytes, n from 0; and the server's ACK of all before the n-th. */
#define SEQ(n)          (101 + 100 * (n))
#define DATA(at_us, n)  ADD((at_us), CLIENT, .seq = SEQ(n), .ack = 901, .payload_len = 100)
#define ACKED(at_us, n) ADD((at_us), SERVER, .seq = 901, .ack = SEQ(n))
#define SACKED(at_us, n, left, right)                                                              \
    ADD((at_us), SERVER, .seq = 901, .ack = SEQ(n),                                                \
        FRAME_OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_SACK1(SEQ(left), SEQ(right))))

/* `count` segments from 20 ms on, 0.1 ms apart. */
static void send_flight(struct tracking *tracking, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        DATA(20000 + 100 * i, i);
        assert_int_equal(tracking->marks, 0);
    }
}

static void add_dup_acks(struct tracking *tracking, int64_t at_us, uint32_t n, int count)
{
    for (int i = 0; i < count; i++) {
        ACKED(at_us + 100 * i, n);
        assert_only(EVENT_DUP_ACK);
    }
}

#define assert_again(cause, decided_by)                                                            \
    do {                                                                                           \
        assert_only(EVENT_RETRANSMISSION);                                                         \
        assert_cause(EVENT_RETRANSMISSION, (cause), (decided_by));                                 \
        assert_int_equal(tracking->marks, MARK_RETRANSMISSION);                                    \
    } while (0)

/* Nothing comes back; 189 ms later the timer may have fired. */
static void test_again_timeout(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 2);
    DATA(20000 + 189000, 0);
    assert_again("timeout", "timer");
    assert_a(EVENT_RETRANSMISSION, 100);
    assert_b(EVENT_RETRANSMISSION, 189000000);
}

#define SACK_PERMITTED FRAME_OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_SACK_PERMITTED)

/* With SACK the first copy of a lone segment may be a probe, which waits as long; the second is
 * none, nor is what has others behind it. */
static void test_again_timeout_or_probe(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100, SACK_PERMITTED);
    ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, SACK_PERMITTED);
    ADD(10000, CLIENT, .seq = 101, .ack = 901);
    send_flight(tracking, 1);
    DATA(20000 + 210000, 0);
    assert_again("timeout", "timer-or-probe");
    assert_true(tracking_last(tracking, EVENT_RETRANSMISSION)->confidence <= 50);
    DATA(20000 + 420000, 0);
    assert_again("timeout", "timer");
    ACKED(450000, 1);
    DATA(460000, 1);
    DATA(460100, 2);
    DATA(460000 + 210000, 1);
    assert_again("timeout", "timer");
}

/* A probe with new bytes, and its SACK: that is what the sender reacts to, if it does so at once.
 */
static void test_again_sack_of_a_probe(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 2);
    DATA(230000, 2);
    SACKED(240000, 0, 2, 3);
    DATA(240100, 0);
    assert_again("sack", "sacked-above");
}

static void test_again_sack_of_a_probe_not(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 2);
    DATA(230000, 2);
    SACKED(240000, 0, 2, 3);
    DATA(255000, 0);
    assert_again("timeout", "timer");
}

/* A millisecond sooner it can't be the timer. */
static void test_again_too_soon_for_a_timeout(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 2);
    DATA(20000 + 188000, 0);
    assert_again("unknown", "no-method-fits");
}

/* The timer runs from the last ACK that advanced, and not from when the bytes were sent. */
static void test_again_timeout_restarted_by_an_ack(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 3);
    ACKED(120000, 1);
    DATA(220000, 1);
    assert_again("unknown", "no-method-fits");
    DATA(450000, 1);
    assert_again("timeout", "timer");
}

/* Without SACK what lies above a hole waits for the repair: its ACK is no round trip of 190 ms. */
static void test_again_timeout_after_a_repair(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 2);
    add_dup_acks(tracking, 30000, 0, 3);
    DATA(40000, 0);
    assert_again("fast", "dup-acks");
    DATA(40100, 2);
    ACKED(230000, 3);
    DATA(240000, 3);
    DATA(240100, 4);
    DATA(240000 + 200000, 3);
    assert_again("timeout", "timer");
}

/* The same segment after 210, 420 and 840 ms. */
static void test_again_timeout_backs_off(void **state)
{
    struct tracking *tracking = *state;
    const int64_t at_us[] = {230000, 650000, 1490000};

    send_flight(tracking, 1);
    for (size_t i = 0; i < COUNT(at_us); i++) {
        DATA(at_us[i], 0);
        assert_again("timeout", "timer");
    }
    assert_b(EVENT_RETRANSMISSION, 840000000);
}

/* What was in flight then is sent again as its ACKs come in; what was sent later is not of it. */
static void test_again_follows_timeout(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 4);
    DATA(240000, 0);
    ACKED(250000, 1);
    DATA(250100, 1);
    assert_again("timeout", "follows-timeout");
    DATA(250200, 2);
    assert_again("timeout", "follows-timeout");
    ACKED(260000, 4);
    DATA(260100, 4);
    assert_quiet();
    DATA(268000, 4);
    assert_again("unknown", "no-method-fits");
}

/* Three duplicate ACKs, and at once the lowest. */
static void test_again_three_dup_acks(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 4);
    add_dup_acks(tracking, 30000, 0, 3);
    DATA(30300, 0);
    assert_again("fast", "dup-acks");
    assert_int_equal(tracking_last(tracking, EVENT_RETRANSMISSION)->confidence, 95);
}

/* The same just when the timer could fire as well: the ACKs are just in. */
static void test_again_three_dup_acks_rather_than_the_timer(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 4);
    add_dup_acks(tracking, 240000, 0, 3);
    DATA(240300, 0);
    assert_again("fast", "dup-acks");
}

/* They did not help, or came from something else: 200 ms after them it is the timer. */
static void test_again_timer_after_dup_acks(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 4);
    add_dup_acks(tracking, 30000, 0, 3);
    DATA(240000, 0);
    assert_again("timeout", "timer");
}

/* One duplicate ACK of two segments in flight: early retransmit, perhaps. */
static void test_again_one_dup_ack(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 2);
    add_dup_acks(tracking, 30000, 0, 1);
    DATA(30100, 0);
    assert_again("fast", "dup-acks");
    assert_int_equal(tracking_last(tracking, EVENT_RETRANSMISSION)->confidence, 50);
}

/* SACK tells that the third has arrived: the first and the second are sent again. */
static void test_again_sack(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 4);
    SACKED(30000, 0, 2, 3);
    DATA(30100, 0);
    assert_again("sack", "sacked-above");
    DATA(30200, 1);
    assert_again("sack", "sacked-above");
}

/* Above all that SACK told. */
static void test_again_not_sacked_above(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 5);
    SACKED(30000, 0, 1, 3);
    DATA(30100, 3);
    assert_again("unknown", "no-method-fits");
}

/* RACK: the repetition of the first arrived; what was sent before that and did not is lost. */
static void test_again_later_sent_arrived(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 5);
    add_dup_acks(tracking, 30000, 0, 3);
    DATA(30300, 0);
    ACKED(40000, 1);
    DATA(40100, 1);
    assert_again("fast", "later-sent-arrived");
}

/* The same where no loss was being repaired: the repetition came for no reason that is known. */
static void test_again_later_sent_arrived_at_once(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 3);
    DATA(27000, 0);
    assert_again("unknown", "no-method-fits");
    ACKED(37000, 1);
    DATA(37100, 1);
    assert_again("fast", "later-sent-arrived");
    assert_int_equal(tracking_last(tracking, EVENT_RETRANSMISSION)->confidence, 75);
}

/* NewReno: an ACK of a part of the loss. The lowest was sent again after what has arrived, so that
 * only its place speaks for it. */
static void test_again_partial_ack(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 5);
    add_dup_acks(tracking, 30000, 0, 3);
    DATA(30300, 0);
    DATA(30400, 1);
    ACKED(40000, 1);
    DATA(40100, 1);
    assert_again("fast", "partial-ack");
}

/* A probe of the tail while lower bytes are outstanding as well. */
static void test_again_probe_before_lowest(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 3);
    DATA(41000, 2);
    assert_again("tail-loss-probe", "highest-before-lowest");
}

/* A probe of the only segment, after two round trips; not after one and a half. */
static void test_again_probe_by_time(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 1);
    DATA(38000, 0);
    assert_again("tail-loss-probe", "timer");
}

static void test_again_too_soon_for_a_probe(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 1);
    DATA(37900, 0);
    assert_again("unknown", "no-method-fits");
}

/* When the client sent its SYN; the tests' clock begins there. */
static int64_t at_ns(const struct tracking *tracking, int64_t at_us)
{
    return tracking->track.half[DIR_CLIENT].syn_ns + at_us * 1000;
}

/* "Too big": what was sent before it is cut smaller at once; what was sent after it is not of it.
 */
static void test_again_path_mtu(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 2);
    track_too_big(&tracking->track, DIR_CLIENT, at_ns(tracking, 21000));
    ADD(21200, CLIENT, .seq = SEQ(0), .ack = 901, .payload_len = 50);
    assert_again("path-mtu", "icmp");
    DATA(26000, 2);
    DATA(35000, 2);
    assert_cause(EVENT_RETRANSMISSION, "tail-loss-probe", "highest-before-lowest");
    DATA(220900, 1);
    assert_again("path-mtu", "icmp");
}

/* Longer than 200 ms ago, or about the other direction. */
static void test_again_path_mtu_not(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 1);
    track_too_big(&tracking->track, DIR_SERVER, at_ns(tracking, 25000));
    track_too_big(&tracking->track, DIR_CLIENT, at_ns(tracking, 25000));
    DATA(225000, 0);
    assert_again("timeout", "timer");
    track_too_big(&tracking->track, DIR_SERVER, at_ns(tracking, 700000));
    DATA(700100, 0);
    assert_again("timeout", "timer");
}

/* Its ACK had passed; whatever else speaks for it. */
static void test_again_acked_before(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 2);
    ACKED(30000, 2);
    DATA(300000, 0);
    assert_again("spurious", "acked-before");
}

/* Half of it was acknowledged: that is a repetition that may be needed. */
static void test_again_acked_before_in_part(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 1);
    ADD(30000, SERVER, .seq = 901, .ack = 151);
    DATA(300000, 0);
    assert_again("timeout", "timer");
}

/* SACK had told that it arrived; by its first block, and as what lay between two. */
static void test_again_sacked_before(void **state)
{
    struct tracking *tracking = *state;

    send_flight(tracking, 4);
    SACKED(30000, 0, 1, 2);
    SACKED(30100, 0, 3, 4);
    DATA(40000, 1);
    assert_again("spurious", "sacked-before");
    SACKED(41000, 0, 1, 4);
    assert_a(EVENT_DUP_ACK, 3);
    assert_b(EVENT_DUP_ACK, 100);
    DATA(45000, 2);
    assert_again("spurious", "sacked-before");
}

/* A connection seen from its middle, one direction: nothing but the time, until it has told. */
static void test_again_no_round_trip(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 0);
    DATA(20100, 1);
    DATA(199000, 0);
    assert_again("unknown", "no-round-trip");
    DATA(379000, 0);
    assert_again("timeout", "longer-than-200-ms");
    DATA(1279000, 0);
    assert_again("timeout", "follows-timeout");
}

/* More ranges in flight than are kept: of the lowest nothing is known. */
static void test_again_forgotten(void **state)
{
    struct tracking *tracking = *state;

    for (uint32_t i = 0; i < SENT_MAX + 1; i++)
        ADD(20000 + i, CLIENT, .seq = 101 + i, .ack = 901, .payload_len = 1);
    assert_int_equal(tracking->events_count, 0);
    ADD(29000, CLIENT, .seq = 101, .ack = 901, .payload_len = 1);
    assert_again("unknown", "forgotten");
    assert_no_b(EVENT_RETRANSMISSION);
    ADD(29000, CLIENT, .seq = 102, .ack = 901, .payload_len = 1);
    assert_again("unknown", "no-method-fits");
}

/* Karn: the super-frame's second part is sent again after 300 ms; its ACK, which comes at once,
 * does not make that the round trip. The next probe is one after 20 ms still. */
static void test_again_after_an_ack_of_a_part(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 200);
    ACKED(30000, 1);
    DATA(330000, 1);
    assert_again("timeout", "timer");
    ACKED(340000, 2);
    assert_int_equal(tracking->track.half[DIR_CLIENT].flow->beyond.samples, 1);
    DATA(350000, 2);
    DATA(372000, 2);
    assert_again("tail-loss-probe", "timer");
}

/* 20 ms from the point to the server and back, 40 to the client: the RTO is 260 ms, and counts from
 * 234 on; with the near half alone it would from 198. */
static void set_up_between(struct tracking *tracking)
{
    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(20000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    ADD(60000, CLIENT, .seq = 101, .ack = 901);
}

static void test_again_between_the_ends(void **state)
{
    struct tracking *tracking = *state;

    set_up_between(tracking);
    DATA(100000, 0);
    DATA(100100, 1);
    DATA(333000, 0);
    assert_again("unknown", "no-method-fits");
    DATA(567000, 0);
    assert_again("timeout", "timer");
}

/* The other direction has the same round trip. */
static void test_again_between_the_ends_back(void **state)
{
    struct tracking *tracking = *state;

    set_up_between(tracking);
    ADD(100000, SERVER, .seq = 901, .ack = 101, .payload_len = 100);
    ADD(207000, SERVER, .seq = 901, .ack = 101, .payload_len = 100);
    assert_again("unknown", "no-method-fits");
    ADD(315000, SERVER, .seq = 901, .ack = 101, .payload_len = 100);
    assert_again("tail-loss-probe", "timer");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN_TEST(test_again_timeout),
        TRACK_TEST(test_again_timeout_or_probe),
        OPEN_TEST(test_again_sack_of_a_probe),
        OPEN_TEST(test_again_sack_of_a_probe_not),
        OPEN_TEST(test_again_too_soon_for_a_timeout),
        OPEN_TEST(test_again_timeout_restarted_by_an_ack),
        OPEN_TEST(test_again_timeout_after_a_repair),
        OPEN_TEST(test_again_timeout_backs_off),
        OPEN_TEST(test_again_follows_timeout),
        OPEN_TEST(test_again_three_dup_acks),
        OPEN_TEST(test_again_three_dup_acks_rather_than_the_timer),
        OPEN_TEST(test_again_timer_after_dup_acks),
        OPEN_TEST(test_again_one_dup_ack),
        OPEN_TEST(test_again_sack),
        OPEN_TEST(test_again_not_sacked_above),
        OPEN_TEST(test_again_later_sent_arrived),
        OPEN_TEST(test_again_later_sent_arrived_at_once),
        OPEN_TEST(test_again_partial_ack),
        OPEN_TEST(test_again_probe_before_lowest),
        OPEN_TEST(test_again_probe_by_time),
        OPEN_TEST(test_again_too_soon_for_a_probe),
        OPEN_TEST(test_again_path_mtu),
        OPEN_TEST(test_again_path_mtu_not),
        OPEN_TEST(test_again_acked_before),
        OPEN_TEST(test_again_acked_before_in_part),
        OPEN_TEST(test_again_sacked_before),
        TRACK_TEST(test_again_no_round_trip),
        OPEN_TEST(test_again_forgotten),
        OPEN_TEST(test_again_after_an_ack_of_a_part),
        TRACK_TEST(test_again_between_the_ends),
        TRACK_TEST(test_again_between_the_ends_back),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
