/* A segment on its way past the points: its sighting at the next one, or its absence. */
#include "unit/journey.h"

/* Data and its ACK past two points: each has its sighting, nothing is missing. */
static void test_journey_add_undisturbed(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 5), 0);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 5), 5);
    assert_int_equal(SEE(1, DIR_SERVER, .seq = 900, .ack = 150), 0);
    assert_int_equal(SEE(0, DIR_SERVER, .seq = 900, .ack = 150), 7);
    end(fixture);
    assert_int_equal(fixture->missing_count, 0);
}

/* NAT changed addresses and ports between the points. */
static void test_journey_add_through_nat(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .src = "172.17.0.2", .sport = 40000, .seq = 100, .payload_len = 50);
    assert_int_equal(
        SEE(1, DIR_CLIENT, .src = "192.0.2.1", .sport = 61001, .seq = 100, .payload_len = 50), 5);
    end(fixture);
    assert_int_equal(fixture->missing_count, 0);
}

/* A segment of the client was dropped after the first point: not forwarded. */
static void test_journey_add_not_forwarded(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50);
    SEE(0, DIR_CLIENT, .seq = 150, .payload_len = 30);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 150, .payload_len = 30), 6);
    end(fixture);
    assert_int_equal(fixture->missing_count, 1);
    assert_int_equal(fixture->missing[0].segment_id, 5);
    assert_int_equal(fixture->missing[0].position, 0);
    assert_int_equal(fixture->missing[0].absent, 1);
    assert_false(fixture->missing[0].injected);
    assert_int_equal(fixture->missing[0].bytes, 50);
}

/* The SYN waited for an ARP reply: how long it took says nothing of the others. */
static void test_journey_add_slow_first(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, 2);
    SEE(0, DIR_CLIENT, .flags = FRAME_SYN, .seq = 50);
    fixture->now_ns += 800LL * MS;
    SEE(1, DIR_CLIENT, .flags = FRAME_SYN, .seq = 50);
    SEE(0, DIR_CLIENT, .seq = 51, .payload_len = 50);
    SEE(1, DIR_CLIENT, .seq = 51, .payload_len = 50);
    SEE(0, DIR_CLIENT, .seq = 101, .payload_len = 50);
    end(fixture);
    assert_int_equal(fixture->missing_count, 1);
    assert_int_equal(fixture->missing[0].way_ns, 3 * MS); /* 1 ms, and half of that may vary */
}

/* In a quiet connection what has waited for two seconds is told, and what has not goes on waiting;
 * then there is nothing left to tell, and a segment that comes after all is matched as ever. */
static void test_journey_quiet(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50);
    journey_quiet(fixture->journey, fixture->now_ns + 1999LL * MS);
    assert_int_equal(fixture->missing_count, 0);
    journey_quiet(fixture->journey, fixture->now_ns + 2001LL * MS);
    assert_int_equal(fixture->missing_count, 1);
    assert_int_equal(fixture->missing[0].segment_id, 5);
    fixture->now_ns += 3000LL * MS;
    SEE(0, DIR_CLIENT, .seq = 150, .payload_len = 30);
    journey_quiet(fixture->journey, fixture->now_ns);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 150, .payload_len = 30), 6);
    end(fixture);
    assert_int_equal(fixture->missing_count, 1);
}

/* The same from the server's side, where the way goes from the second point to the first. */
static void test_journey_add_not_forwarded_to_the_client(void **state)
{
    struct fixture *fixture = *state;

    SEE(1, DIR_SERVER, .seq = 900, .payload_len = 20);
    end(fixture);
    assert_int_equal(fixture->missing_count, 1);
    assert_int_equal(fixture->missing[0].position, 1);
    assert_int_equal(fixture->missing[0].absent, 0);
    assert_false(fixture->missing[0].injected);
}

/* A RST towards the server that the client's side never sent: the host did. */
static void test_journey_add_injected_reset(void **state)
{
    struct fixture *fixture = *state;

    SEE(1, DIR_CLIENT, .flags = FRAME_RST, .seq = 150);
    end(fixture);
    assert_int_equal(fixture->missing_count, 1);
    assert_int_equal(fixture->missing[0].position, 1);
    assert_int_equal(fixture->missing[0].absent, 0);
    assert_true(fixture->missing[0].injected);
    assert_int_equal(fixture->missing[0].bytes, 0);
}

/* A RST and an ACK with the same numbers are not each other. */
static void test_journey_add_reset_is_no_ack(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 150, .ack = 900);
    assert_int_equal(SEE(1, DIR_CLIENT, .flags = FRAME_RST | FRAME_ACK, .seq = 150, .ack = 900), 0);
    end(fixture);
    assert_int_equal(fixture->missing_count, 2);
}

/* Segmentation offload: one super-frame at the first point, three frames at the second. */
static void test_journey_add_cut_by_offload(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 3000, .ip_id = 7);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 1000, .ip_id = 7), 5);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 1100, .payload_len = 1000, .ip_id = 8), 5);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 2100, .payload_len = 1000, .ip_id = 9), 5);
    end(fixture);
    assert_int_equal(fixture->missing_count, 0);
}

/* The other way: three frames are joined on the receiving side. */
static void test_journey_add_joined_by_offload(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 1000);
    SEE(0, DIR_CLIENT, .seq = 1100, .payload_len = 1000);
    SEE(0, DIR_CLIENT, .seq = 2100, .payload_len = 1000);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 3000), 5);
    end(fixture);
    assert_int_equal(fixture->missing_count, 0);
}

/* Of a super-frame the middle third never comes: 1000 bytes are missing, and no others. */
static void test_journey_add_part_of_a_super_frame_missing(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 3000);
    SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 1000);
    SEE(1, DIR_CLIENT, .seq = 2100, .payload_len = 1000);
    end(fixture);
    assert_int_equal(fixture->missing_count, 1);
    assert_int_equal(fixture->missing[0].segment_id, 5);
    assert_int_equal(fixture->missing[0].bytes, 1000);
}

/* A range that lies across the wrap of the sequence numbers. */
static void test_journey_add_across_the_wrap(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 0xfffffe0c, .payload_len = 1000);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 0xfffffe0c, .payload_len = 500), 5);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 0, .payload_len = 500), 5);
    end(fixture);
    assert_int_equal(fixture->missing_count, 0);
}

/* The docker reset: the original is held back after the first point, its retransmission (newer
 * timestamp) passes; then the original comes. Each is its own sighting, not the other's. */
static void test_journey_add_original_overtaken(void **state)
{
    struct fixture *fixture = *state;
    const struct frame_spec original = {
        .seq = 100, .payload_len = 50, .ip_id = 5, FRAME_OPTIONS(FRAME_TIMESTAMPS(1000, 1))};
    const struct frame_spec repetition = {
        .seq = 100, .payload_len = 50, .ip_id = 6, FRAME_OPTIONS(FRAME_TIMESTAMPS(1250, 1))};

    see(fixture, 0, DIR_CLIENT, &original);
    see(fixture, 0, DIR_CLIENT, &repetition);
    assert_int_equal(see(fixture, 1, DIR_CLIENT, &repetition), 6);
    assert_int_equal(see(fixture, 1, DIR_CLIENT, &original), 5);
    end(fixture);
    assert_int_equal(fixture->missing_count, 0);
}

/* Without timestamps the IP-ID tells the copies apart. */
static void test_journey_add_copies_told_apart_by_ip_id(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 5);
    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 6);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 6), 6);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 5), 5);
}

/* Three duplicate ACKs, of which one is lost. */
static void test_journey_add_duplicate_acks(void **state)
{
    struct fixture *fixture = *state;

    for (int i = 0; i < 3; i++)
        SEE(1, DIR_SERVER, .seq = 900, .ack = 150);
    assert_int_equal(SEE(0, DIR_SERVER, .seq = 900, .ack = 150), 5);
    assert_int_equal(SEE(0, DIR_SERVER, .seq = 900, .ack = 150), 6);
    end(fixture);
    assert_int_equal(fixture->missing_count, 1);
    assert_int_equal(fixture->missing[0].segment_id, 7);
}

/* Three points: the sighting is the one at the point before. */
static void test_journey_add_three_points(void **state)
{
    struct fixture *fixture = *state;

    begin_open(fixture, 3);
    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50);
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 50), 7);
    assert_int_equal(SEE(2, DIR_CLIENT, .seq = 100, .payload_len = 50), 8);
    SEE(2, DIR_SERVER, .seq = 900, .payload_len = 50);
    assert_int_equal(SEE(1, DIR_SERVER, .seq = 900, .payload_len = 50), 10);
    assert_int_equal(SEE(0, DIR_SERVER, .seq = 900, .payload_len = 50), 11);
    end(fixture);
    assert_int_equal(fixture->missing_count, 0);
}

/* Three points, lost between the second and the third: missing there, and only there. */
static void test_journey_add_lost_after_the_second_point(void **state)
{
    struct fixture *fixture = *state;

    begin_open(fixture, 3);
    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50);
    SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 50);
    end(fixture);
    assert_int_equal(fixture->missing_count, 1);
    assert_int_equal(fixture->missing[0].segment_id, 8);
    assert_int_equal(fixture->missing[0].position, 1);
    assert_int_equal(fixture->missing[0].absent, 2);
}

/* The clocks are a little wrong: the second point saw it first. */
static void test_journey_add_seen_before_it_was_sent(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 50), 0);
    assert_int_equal(SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50), 5);
    end(fixture);
    assert_int_equal(fixture->missing_count, 0);
}

/* Who waits for minutes is told missing while the connection goes on, and memory stays bounded. */
static void test_journey_add_missing_is_told_in_time(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50);
    fixture->now_ns += 300LL * 1000 * MS;
    SEE(0, DIR_CLIENT, .seq = 150, .payload_len = 50);
    assert_int_equal(fixture->missing_count, 1);
    assert_int_equal(fixture->missing[0].segment_id, 5);
    assert_int_equal(journey_given_up(fixture->journey), 0);
}

/* 100,000 segments in one second that never come to the second point: some are given up, which
 * is counted, and every one is either told missing or given up. */
static void test_journey_add_too_many_wait(void **state)
{
    struct fixture *fixture = *state;
    struct packet packet = decoded(&(struct frame_spec){.seq = 100, .payload_len = 10});
    uint64_t missing = 0;

    for (uint64_t id = 1; id <= 100000; id++) {
        packet.tcp.seq += 10;
        journey_add(fixture->journey, 0, DIR_CLIENT, id, fixture->now_ns + (int64_t)id * 10000,
                    &packet);
        missing += fixture->missing_count;
        fixture->missing_count = 0;
    }
    assert_true(journey_given_up(fixture->journey) > 0);
    assert_in_range(missing + journey_given_up(fixture->journey), 1, 100000);
}

/* 100,000 segments in one second, of which each hundredth is lost: what was found makes room, and
 * all 1000 are told missing. */
static void test_journey_add_lost_among_many(void **state)
{
    struct fixture *fixture = *state;
    struct packet packet = decoded(&(struct frame_spec){.seq = 100, .payload_len = 10});
    uint64_t missing = 0;

    for (uint64_t id = 1; id <= 200000; id += 2) {
        int64_t ts_ns = fixture->now_ns + (int64_t)id * 5000;
        bool is_lost = id / 2 % 100 == 50;

        packet.tcp.seq += 10;
        packet.ip_id++;
        journey_add(fixture->journey, 0, DIR_CLIENT, id, ts_ns, &packet);
        if (!is_lost)
            assert_int_equal(
                journey_add(fixture->journey, 1, DIR_CLIENT, id + 1, ts_ns + 1000, &packet), id);
        missing += fixture->missing_count;
        fixture->missing_count = 0;
    }
    journey_end(fixture->journey);
    assert_int_equal(missing + fixture->missing_count, 1000);
    assert_int_equal(journey_given_up(fixture->journey), 0);
}

/* Super-frames of ten, cut on the way; of each one piece is lost, and sent again after the next
 * super-frame. Every piece has its sighting, and nothing but the lost bytes is missing. */
static void test_journey_add_super_frames_with_loss(void **state)
{
    struct fixture *fixture = *state;

    for (uint16_t i = 0; i < 5; i++) {
        uint32_t seq = 100 + i * 10000U;
        uint16_t ip_id = (uint16_t)(1 + i * 20);
        uint64_t super;

        SEE(0, DIR_CLIENT, .seq = seq, .payload_len = 10000, .ip_id = ip_id);
        super = fixture->last_id;
        for (uint16_t k = 0; k < 10; k++)
            if (k != i)
                assert_int_equal(SEE(1, DIR_CLIENT, .seq = seq + k * 1000U, .payload_len = 1000,
                                     .ip_id = (uint16_t)(ip_id + k)),
                                 super);
        if (i == 0)
            continue;
        seq = 100 + (i - 1) * 11000U;
        SEE(0, DIR_CLIENT, .seq = seq, .payload_len = 1000, .ip_id = (uint16_t)(ip_id + 10));
        super = fixture->last_id;
        assert_int_equal(
            SEE(1, DIR_CLIENT, .seq = seq, .payload_len = 1000, .ip_id = (uint16_t)(ip_id + 10)),
            super);
    }
    end(fixture);
    assert_int_equal(fixture->missing_count, 5);
    for (size_t i = 0; i < 5; i++)
        assert_int_equal(fixture->missing[i].bytes, 1000);
}

/* Two equal ACKs pass by the point between: the third has seen both, so that neither is missing. */
static void test_journey_add_equal_acks_past_the_middle(void **state)
{
    struct fixture *fixture = *state;

    begin_open(fixture, 3);
    SEE(0, DIR_CLIENT, .seq = 100, .ack = 900);
    SEE(0, DIR_CLIENT, .seq = 100, .ack = 900);
    SEE(2, DIR_CLIENT, .seq = 100, .ack = 900);
    SEE(2, DIR_CLIENT, .seq = 100, .ack = 900);
    end(fixture);
    assert_int_equal(fixture->missing_count, 0);
}

/* --- what was written anew ------------------------------------------------------------------- */

static void assert_rewritten(const struct fixture *fixture, size_t i, enum rewrite_field field,
                             uint64_t segment_id, int64_t before)
{
    const struct rewritten *rewritten = &fixture->rewritten[i];

    assert_in_range(i + 1, 1, fixture->rewritten_count);
    assert_int_equal(rewritten->rewrite.field, field);
    assert_int_equal(rewritten->segment_id, segment_id);
    assert_true(rewritten->rewrite.has_before);
    assert_int_equal(rewritten->rewrite.before, before);
}

/* The MSS of a SYN is clamped; the repetition of the SYN says nothing new. */
static void test_journey_rewritten_mss(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, 2);
    for (uint16_t copy = 0; copy < 2; copy++) {
        SEE(0, DIR_CLIENT, .flags = FRAME_SYN, .seq = 100, .ip_id = 5 + copy,
            FRAME_OPTIONS(FRAME_MSS(1460)));
        SEE(1, DIR_CLIENT, .flags = FRAME_SYN, .seq = 100, .ip_id = 5 + copy,
            FRAME_OPTIONS(FRAME_MSS(1360)));
    }
    assert_int_equal(fixture->rewritten_count, 1);
    assert_rewritten(fixture, 0, REWRITE_MSS, 2, 1460);
    assert_int_equal(fixture->rewritten[0].position, 1);
}

/* A firewall takes out what it does not know; one option it adds. */
static void test_journey_rewritten_options_stripped(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, 2);
    SEE(1, DIR_SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101,
        FRAME_OPTIONS(FRAME_WSCALE(7), FRAME_SACK_PERMITTED, FRAME_TIMESTAMPS(5, 6)));
    SEE(0, DIR_SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101,
        FRAME_OPTIONS(FRAME_MSS(1460)));
    assert_int_equal(fixture->rewritten_count, 4);
    assert_int_equal(fixture->rewritten[0].rewrite.field, REWRITE_MSS);
    assert_false(fixture->rewritten[0].rewrite.has_before);
    assert_rewritten(fixture, 1, REWRITE_WSCALE, 2, 7);
    assert_rewritten(fixture, 2, REWRITE_SACK_PERMITTED, 2, 1);
    assert_rewritten(fixture, 3, REWRITE_TIMESTAMPS, 2, 1);
    assert_int_equal(fixture->rewritten[0].position, 0);
}

/* A SYN that was captured without its options says nothing of them. */
static void test_journey_rewritten_options_cut(void **state)
{
    struct fixture *fixture = *state;
    struct packet packet = decoded(&(struct frame_spec){.flags = FRAME_SYN, .seq = 100});

    begin(fixture, 2);
    SEE(0, DIR_CLIENT, .flags = FRAME_SYN, .seq = 100, FRAME_OPTIONS(FRAME_MSS(1460)));
    packet.tcp.opt.cut = true;
    assert_int_equal(journey_add(fixture->journey, 1, DIR_CLIENT, 2, fixture->now_ns, &packet), 1);
    assert_int_equal(fixture->rewritten_count, 0);
}

/* A router lowers the TTL, which is its duty; that it rises behind the second is news, once. */
static void test_journey_rewritten_ttl(void **state)
{
    struct fixture *fixture = *state;

    begin_open(fixture, 3);
    for (uint32_t i = 0; i < 3; i++) {
        SEE(0, DIR_CLIENT, .seq = 100 + i, .payload_len = 1, .ip_id = (uint16_t)(5 + i),
            .ttl = FRAME_FORCE(60));
        SEE(1, DIR_CLIENT, .seq = 100 + i, .payload_len = 1, .ip_id = (uint16_t)(5 + i),
            .ttl = FRAME_FORCE(59));
        SEE(2, DIR_CLIENT, .seq = 100 + i, .payload_len = 1, .ip_id = (uint16_t)(5 + i),
            .ttl = FRAME_FORCE(64));
    }
    assert_int_equal(fixture->rewritten_count, 1);
    assert_rewritten(fixture, 0, REWRITE_TTL, 9, 59);
    assert_int_equal(fixture->rewritten[0].position, 2);
}

/* The same with clocks that are a little wrong: it is still the later stop's segment. */
static void test_journey_rewritten_seen_before_it_was_sent(void **state)
{
    struct fixture *fixture = *state;

    SEE(1, DIR_CLIENT, .seq = 100, .payload_len = 1, .ip_id = 5, .window = FRAME_FORCE(500));
    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 1, .ip_id = 5, .window = FRAME_FORCE(1000));
    assert_int_equal(fixture->rewritten_count, 1);
    assert_rewritten(fixture, 0, REWRITE_WINDOW, 5, 1000);
    assert_int_equal(fixture->rewritten[0].position, 1);
}

/* Don't fragment is taken off, and ECN is not asked for any more. */
static void test_journey_rewritten_bits(void **state)
{
    struct fixture *fixture = *state;

    begin(fixture, 2);
    SEE(0, DIR_CLIENT, .flags = FRAME_SYN | FRAME_ECE | FRAME_CWR, .seq = 100, .ip_id = 5,
        .dont_fragment = true);
    SEE(1, DIR_CLIENT, .flags = FRAME_SYN, .seq = 100, .ip_id = 5);
    assert_int_equal(fixture->rewritten_count, 2);
    assert_rewritten(fixture, 0, REWRITE_ECN_SETUP, 2, FRAME_ECE | FRAME_CWR);
    assert_rewritten(fixture, 1, REWRITE_DF, 2, 1);
}

/* Two ACKs with the same numbers and other windows, of which the first is lost, and nothing that
 * tells which is which: no field was written anew. */
static void test_journey_rewritten_not_certain(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .ack = 900, .window = FRAME_FORCE(1000));
    SEE(0, DIR_CLIENT, .seq = 100, .ack = 900, .window = FRAME_FORCE(2000));
    assert_int_equal(SEE(1, DIR_CLIENT, .seq = 100, .ack = 900, .window = FRAME_FORCE(2000)), 5);
    assert_int_equal(fixture->rewritten_count, 0);
}

/* Nothing to free is fine. */
static void test_journey_free_null(void **state)
{
    (void)state;
    journey_free(NULL);
}

#define JOURNEY_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        JOURNEY_TEST(test_journey_add_undisturbed),
        JOURNEY_TEST(test_journey_add_through_nat),
        JOURNEY_TEST(test_journey_add_not_forwarded),
        JOURNEY_TEST(test_journey_add_slow_first),
        JOURNEY_TEST(test_journey_quiet),
        JOURNEY_TEST(test_journey_add_not_forwarded_to_the_client),
        JOURNEY_TEST(test_journey_add_injected_reset),
        JOURNEY_TEST(test_journey_add_reset_is_no_ack),
        JOURNEY_TEST(test_journey_add_cut_by_offload),
        JOURNEY_TEST(test_journey_add_joined_by_offload),
        JOURNEY_TEST(test_journey_add_part_of_a_super_frame_missing),
        JOURNEY_TEST(test_journey_add_across_the_wrap),
        JOURNEY_TEST(test_journey_add_original_overtaken),
        JOURNEY_TEST(test_journey_add_copies_told_apart_by_ip_id),
        JOURNEY_TEST(test_journey_add_duplicate_acks),
        JOURNEY_TEST(test_journey_add_three_points),
        JOURNEY_TEST(test_journey_add_lost_after_the_second_point),
        JOURNEY_TEST(test_journey_add_seen_before_it_was_sent),
        JOURNEY_TEST(test_journey_add_missing_is_told_in_time),
        JOURNEY_TEST(test_journey_add_too_many_wait),
        JOURNEY_TEST(test_journey_add_lost_among_many),
        JOURNEY_TEST(test_journey_add_super_frames_with_loss),
        JOURNEY_TEST(test_journey_add_equal_acks_past_the_middle),
        JOURNEY_TEST(test_journey_rewritten_mss),
        JOURNEY_TEST(test_journey_rewritten_options_stripped),
        JOURNEY_TEST(test_journey_rewritten_options_cut),
        JOURNEY_TEST(test_journey_rewritten_ttl),
        JOURNEY_TEST(test_journey_rewritten_seen_before_it_was_sent),
        JOURNEY_TEST(test_journey_rewritten_bits),
        JOURNEY_TEST(test_journey_rewritten_not_certain),
        cmocka_unit_test(test_journey_free_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
