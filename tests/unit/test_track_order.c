/* The network's doing: what was overtaken, what came twice, what came late; and what tells it from
 * what the sender sent again. The handshake takes 10 ms. */
#include "unit/track.h"

/* The client's n-th segment of 100 bytes, n from 0; and the server's ACK of all before the n-th. */
#define SEQ(n) (101 + 100 * (n))
#define DATA(at_us, n, ...)                                                                        \
    ADD((at_us), CLIENT, .seq = SEQ(n), .ack = 901, .payload_len = 100, __VA_ARGS__)
#define ACKED(at_us, n) ADD((at_us), SERVER, .seq = 901, .ack = SEQ(n))

#define assert_order(kind, cause, decided_by)                                                      \
    do {                                                                                           \
        assert_only(kind);                                                                         \
        assert_cause(kind, (cause), (decided_by));                                                 \
    } while (0)

/* Ten segments whose IP-IDs are 1 to 10, so that these count, and their ACK: the next is the tenth,
 * and comes from 40 ms on. */
static int set_up_counting(void **state)
{
    struct tracking *tracking;

    set_up_open(state);
    tracking = *state;
    for (uint32_t i = 0; i < 10; i++)
        DATA(20000 + 10 * i, i, .ip_id = (uint16_t)(i + 1));
    ACKED(30090, 10);
    assert_int_equal(tracking->events_count, 0);
    return 0;
}

#define COUNTING_TEST(name) cmocka_unit_test_setup_teardown(name, set_up_counting, tear_down)

/* An older timestamp: sent before what opened the hole, however long ago. */
static void test_order_overtaken_by_tsval(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 1, STAMP(1001));
    assert_only(EVENT_GAP);
    DATA(520000, 0, STAMP(1000));
    assert_order(EVENT_OUT_OF_ORDER, "reordering", "tsval");
    assert_a(EVENT_OUT_OF_ORDER, 100);
    assert_b(EVENT_OUT_OF_ORDER, 500000000);
    assert_int_equal(tracking->marks, MARK_OUT_OF_ORDER);
}

/* A newer one: sent again, however soon. */
static void test_order_sent_again_by_tsval(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 1, STAMP(1001));
    DATA(20100, 0, STAMP(1002));
    assert_only(EVENT_RETRANSMISSION);
    assert_a(EVENT_RETRANSMISSION, 0);
}

/* Timestamps wrap. */
static void test_order_overtaken_by_tsval_wrapped(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 1, STAMP(1));
    DATA(520000, 0, STAMP(0xffffffff));
    assert_order(EVENT_OUT_OF_ORDER, "reordering", "tsval");
}

/* An IP-ID below that of what opened the hole, long after it. */
static void test_order_overtaken_by_ip_id(void **state)
{
    struct tracking *tracking = *state;

    DATA(40000, 11, .ip_id = 12);
    DATA(540000, 10, .ip_id = 11);
    assert_order(EVENT_OUT_OF_ORDER, "reordering", "ip-id");
}

/* One above it, at once. */
static void test_order_sent_again_by_ip_id(void **state)
{
    struct tracking *tracking = *state;

    DATA(40000, 11, .ip_id = 12);
    DATA(40100, 10, .ip_id = 13);
    assert_only(EVENT_RETRANSMISSION);
    assert_a(EVENT_RETRANSMISSION, 0);
}

/* Equal timestamps say nothing: the IP-ID decides. */
static void test_order_overtaken_with_equal_tsval(void **state)
{
    struct tracking *tracking = *state;

    DATA(40000, 11, .ip_id = 12, STAMP(1000));
    DATA(540000, 10, .ip_id = 11, STAMP(1000));
    assert_order(EVENT_OUT_OF_ORDER, "reordering", "ip-id");
}

/* IP-IDs that are all 0 count for nothing: the time decides. 8.9 ms are less than nine tenths of
 * the round trip, 9 ms are not. */
static void test_order_overtaken_sooner_than_a_round_trip(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 1, .ip_id = 0);
    DATA(28900, 0, .ip_id = 0);
    assert_order(EVENT_OUT_OF_ORDER, "reordering", "sooner-than-a-round-trip");
}

static void test_order_sent_again_after_a_round_trip(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 1, .ip_id = 0);
    DATA(29000, 0, .ip_id = 0);
    assert_only(EVENT_RETRANSMISSION);
}

/* A round trip of 1 ms: up to 3 ms it may be reordering, unless three duplicate ACKs ask for it. */
static void set_up_near(struct tracking *tracking)
{
    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(900, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    ADD(1000, CLIENT, .seq = 101, .ack = 901);
}

static void test_order_overtaken_by_lag(void **state)
{
    struct tracking *tracking = *state;

    set_up_near(tracking);
    DATA(20000, 1, .ip_id = 0);
    DATA(23000, 0, .ip_id = 0);
    assert_order(EVENT_OUT_OF_ORDER, "reordering", "lag");
}

static void test_order_sent_again_after_the_lag(void **state)
{
    struct tracking *tracking = *state;

    set_up_near(tracking);
    DATA(20000, 1, .ip_id = 0);
    DATA(23001, 0, .ip_id = 0);
    assert_only(EVENT_RETRANSMISSION);
}

static void test_order_sent_again_after_dup_acks(void **state)
{
    struct tracking *tracking = *state;

    set_up_near(tracking);
    DATA(20000, 1, .ip_id = 0);
    for (int i = 0; i < 3; i++)
        ACKED(21000 + i, 0);
    DATA(22000, 0, .ip_id = 0);
    assert_only(EVENT_RETRANSMISSION);
}

/* Nothing was measured: 3 ms. */
static void test_order_overtaken_without_round_trip(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 0, .ip_id = 0);
    DATA(20100, 2, .ip_id = 0);
    DATA(23100, 1, .ip_id = 0);
    assert_order(EVENT_OUT_OF_ORDER, "reordering", "lag");
    DATA(30000, 4, .ip_id = 0);
    DATA(33001, 3, .ip_id = 0);
    assert_only(EVENT_RETRANSMISSION);
}

/* An ACK of what was not seen, and then that: the capture mixed them up. */
static void test_order_overtaken_by_its_ack(void **state)
{
    struct tracking *tracking = *state;

    ACKED(20000, 1);
    assert_only(EVENT_ACK_UNSEEN);
    DATA(20010, 0, .ip_id = 0);
    assert_order(EVENT_OUT_OF_ORDER, "reordering", "sooner-than-a-round-trip");
}

/* The same IP-ID 20 ms later: the same packet. */
static void test_order_duplicate_by_ip_id(void **state)
{
    struct tracking *tracking = *state;
    uint64_t first = DATA(40000, 10, .ip_id = 11);

    DATA(60000, 10, .ip_id = 11);
    assert_order(EVENT_NETWORK_DUPLICATE, "network", "ip-id");
    assert_a(EVENT_NETWORK_DUPLICATE, 20000000);
    assert_b(EVENT_NETWORK_DUPLICATE, first);
    assert_int_equal(tracking->marks, MARK_DUPLICATE);
}

/* And when its ACK had passed. */
static void test_order_duplicate_after_its_ack(void **state)
{
    struct tracking *tracking = *state;
    uint64_t first = DATA(40000, 10, .ip_id = 11);

    ACKED(50000, 11);
    DATA(60000, 10, .ip_id = 11);
    assert_order(EVENT_NETWORK_DUPLICATE, "network", "ip-id");
    assert_b(EVENT_NETWORK_DUPLICATE, first);
}

/* Another IP-ID, though at once; and the same with another timestamp: sent again. */
static void test_order_no_duplicate_by_ip_id(void **state)
{
    struct tracking *tracking = *state;

    DATA(40000, 10, .ip_id = 11, STAMP(1000));
    DATA(40100, 10, .ip_id = 12, STAMP(1000));
    assert_only(EVENT_RETRANSMISSION);
    DATA(40200, 10, .ip_id = 12, STAMP(1001));
    assert_only(EVENT_RETRANSMISSION);
}

/* Other bytes: half of it, or one more, is no copy of a packet. */
static void test_order_no_duplicate_of_other_bytes(void **state)
{
    struct tracking *tracking = *state;

    DATA(40000, 10, .ip_id = 11);
    ADD(40100, CLIENT, .seq = SEQ(10), .ack = 901, .payload_len = 50, .ip_id = 11);
    assert_only(EVENT_RETRANSMISSION);
}

/* No IP-IDs that count: within half a round trip nobody can have known. */
static void test_order_duplicate_by_haste(void **state)
{
    struct tracking *tracking = *state;
    uint64_t first = DATA(20000, 0, .ip_id = 0);

    DATA(24999, 0, .ip_id = 0);
    assert_order(EVENT_NETWORK_DUPLICATE, "network", "sooner-than-a-round-trip");
    assert_b(EVENT_NETWORK_DUPLICATE, first);
    DATA(25010, 0, .ip_id = 0);
    assert_only(EVENT_RETRANSMISSION); /* the third of its kind */
}

static void test_order_no_duplicate_after_half_a_round_trip(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 0, .ip_id = 0);
    DATA(25000, 0, .ip_id = 0);
    assert_only(EVENT_RETRANSMISSION);
}

/* A duplicate ACK may have asked for it. */
static void test_order_no_duplicate_after_a_dup_ack(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 0, .ip_id = 0);
    ACKED(20900, 0);
    DATA(21000, 0, .ip_id = 0);
    assert_only(EVENT_RETRANSMISSION);
}

/* Between the ends, with 20 ms to the one side and 40 to the other: half of both is 30 ms. */
static void test_order_duplicate_between_the_ends(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(20000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    ADD(60000, CLIENT, .seq = 101, .ack = 901);
    DATA(100000, 0, .ip_id = 0);
    DATA(129900, 0, .ip_id = 0);
    assert_order(EVENT_NETWORK_DUPLICATE, "network", "sooner-than-a-round-trip");
    DATA(140000, 1, .ip_id = 0);
    DATA(170000, 1, .ip_id = 0);
    assert_only(EVENT_RETRANSMISSION);
}

/* The original, after its repetition was acknowledged. */
static void test_order_late_overtaken(void **state)
{
    struct tracking *tracking = *state;
    uint64_t copy;

    DATA(20000, 0, STAMP(1000));
    copy = DATA(230000, 0, STAMP(1210));
    ACKED(240000, 1);
    DATA(300000, 0, STAMP(1000));
    assert_order(EVENT_LATE_SEGMENT, "overtaken", "tsval");
    assert_a(EVENT_LATE_SEGMENT, 0);
    assert_b(EVENT_LATE_SEGMENT, copy);
    assert_int_equal(tracking->marks, MARK_LATE);
}

/* Sent after the copy that was seen first, and overtaken on its way: no original that was late. */
static void test_order_not_late_but_sent_again(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 0, STAMP(1000));
    DATA(21000, 1, STAMP(1001));
    ACKED(30000, 2);
    DATA(50000, 2, STAMP(1030));
    DATA(51000, 0, STAMP(1028));
    assert_order(EVENT_RETRANSMISSION, "spurious", "acked-before");
    DATA(52000, 1, STAMP(1000));
    assert_order(EVENT_LATE_SEGMENT, "unknown", "tsval");
}

/* The same of bytes that are long forgotten: newer than others above them is no original. */
static void test_order_not_late_by_those_above(void **state)
{
    struct tracking *tracking = *state;

    for (uint32_t i = 0; i < 40; i++) {
        DATA(20000 + 1000 * i, i, STAMP(1000 + i));
        ACKED(20500 + 1000 * i, i + 1);
    }
    DATA(61000, 0, STAMP(1038));
    assert_order(EVENT_RETRANSMISSION, "spurious", "acked-before");
    DATA(62000, 0, STAMP(1000));
    assert_only(EVENT_LATE_SEGMENT);
}

/* A packet that was seen, acknowledged, and comes again behind newer ones. */
static void test_order_late_duplicate(void **state)
{
    struct tracking *tracking = *state;

    DATA(40000, 10, .ip_id = 11, STAMP(1000));
    DATA(41000, 11, .ip_id = 12, STAMP(1001));
    ACKED(50000, 12);
    DATA(60000, 10, .ip_id = 11, STAMP(1000));
    assert_order(EVENT_LATE_SEGMENT, "network", "ip-id");
    assert_a(EVENT_LATE_SEGMENT, 100);
    assert_no_b(EVENT_LATE_SEGMENT);
}

/* Neither its packet nor a repetition of it was seen here. */
static void test_order_late_unknown(void **state)
{
    struct tracking *tracking = *state;

    DATA(20000, 0, STAMP(1000));
    DATA(21000, 1, STAMP(1001));
    ACKED(30000, 2);
    DATA(300000, 0, STAMP(999));
    assert_order(EVENT_LATE_SEGMENT, "unknown", "tsval");
    assert_no_b(EVENT_LATE_SEGMENT);
}

/* Without timestamps: more than the last window (10,000) below the ACK. */
static void test_order_late_below_window(void **state)
{
    struct tracking *tracking = *state;

    for (uint32_t i = 0; i < 11; i++) {
        ADD(20000 + 1000 * i, CLIENT, .seq = SEQ(10 * i), .ack = 901, .payload_len = 1000);
        ACKED(20500 + 1000 * i, 10 * i + 10);
    }
    ADD(300000, CLIENT, .seq = SEQ(0), .ack = 901, .payload_len = 1000);
    assert_only(EVENT_RETRANSMISSION); /* just in it: 10,000 below */
    ADD(310000, CLIENT, .seq = SEQ(0), .ack = 901, .payload_len = 999);
    assert_order(EVENT_LATE_SEGMENT, "overtaken", "below-window");
    assert_a(EVENT_LATE_SEGMENT, 10001);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN_TEST(test_order_overtaken_by_tsval),
        OPEN_TEST(test_order_sent_again_by_tsval),
        OPEN_TEST(test_order_overtaken_by_tsval_wrapped),
        COUNTING_TEST(test_order_overtaken_by_ip_id),
        COUNTING_TEST(test_order_sent_again_by_ip_id),
        COUNTING_TEST(test_order_overtaken_with_equal_tsval),
        OPEN_TEST(test_order_overtaken_sooner_than_a_round_trip),
        OPEN_TEST(test_order_sent_again_after_a_round_trip),
        TRACK_TEST(test_order_overtaken_by_lag),
        TRACK_TEST(test_order_sent_again_after_the_lag),
        TRACK_TEST(test_order_sent_again_after_dup_acks),
        TRACK_TEST(test_order_overtaken_without_round_trip),
        OPEN_TEST(test_order_overtaken_by_its_ack),
        COUNTING_TEST(test_order_duplicate_by_ip_id),
        COUNTING_TEST(test_order_duplicate_after_its_ack),
        COUNTING_TEST(test_order_no_duplicate_by_ip_id),
        COUNTING_TEST(test_order_no_duplicate_of_other_bytes),
        OPEN_TEST(test_order_duplicate_by_haste),
        OPEN_TEST(test_order_no_duplicate_after_half_a_round_trip),
        OPEN_TEST(test_order_no_duplicate_after_a_dup_ack),
        TRACK_TEST(test_order_duplicate_between_the_ends),
        OPEN_TEST(test_order_late_overtaken),
        OPEN_TEST(test_order_not_late_but_sent_again),
        OPEN_TEST(test_order_not_late_by_those_above),
        COUNTING_TEST(test_order_late_duplicate),
        OPEN_TEST(test_order_late_unknown),
        OPEN_TEST(test_order_late_below_window),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
