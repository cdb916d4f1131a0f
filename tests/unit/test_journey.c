/* A segment on its way past the points: its sighting at the next one, or its absence. */
#include <stdlib.h>

#include "merge/journey.h"
#include "packet/decoding.h"
#include "survey/leg.h"
#include "unit/unit.h"

enum {
    MISSING_ROOM = 64,
    MS = 1000000
};

struct fixture {
    struct journey *journey;
    uint64_t last_id;
    int64_t now_ns;
    struct missing missing[MISSING_ROOM];
    size_t missing_count;
};

static void keep_missing(void *context, const struct missing *missing)
{
    struct fixture *fixture = context;

    assert_in_range(fixture->missing_count, 0, MISSING_ROOM - 1);
    fixture->missing[fixture->missing_count++] = *missing;
}

/* The segment is seen at `position`, one millisecond after the one before; returns its sighting.
 * Segments have the ids 1, 2, 3, … */
static uint64_t see(struct fixture *fixture, uint32_t position, int dir,
                    const struct frame_spec *spec)
{
    struct packet packet = decoded(spec);

    assert_is_segment(packet);
    fixture->now_ns += MS;
    return journey_add(fixture->journey, position, dir, ++fixture->last_id, fixture->now_ns,
                       &packet, keep_missing, fixture);
}

/* A connection past so many points, of which nothing was seen. */
static void begin(struct fixture *fixture, uint32_t positions)
{
    journey_free(fixture->journey);
    fixture->journey = journey_new(positions);
    fixture->last_id = 0;
}

/* The same after its handshake went well: so what is missing at a point is no matter of a route
 * that passes it by. Its ids are 1 to 2 * positions. */
static void begin_open(struct fixture *fixture, uint32_t positions)
{
    const struct frame_spec syn = {.flags = FRAME_SYN, .seq = 50};
    const struct frame_spec synack = {.flags = FRAME_SYN | FRAME_ACK, .seq = 850, .ack = 51};

    begin(fixture, positions);
    for (uint32_t position = 0; position < positions; position++)
        see(fixture, position, DIR_CLIENT, &syn);
    for (uint32_t position = positions; position-- > 0;)
        see(fixture, position, DIR_SERVER, &synack);
    assert_int_equal(fixture->missing_count, 0);
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    fixture->now_ns = 1000LL * 1000 * MS;
    begin_open(fixture, 2);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    journey_free(fixture->journey);
    free(fixture);
    return 0;
}

#define SEE(position, dir, ...) see(fixture, (position), (dir), &(struct frame_spec){__VA_ARGS__})

static void end(struct fixture *fixture)
{
    journey_end(fixture->journey, keep_missing, fixture);
}

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
    static struct fixture counter;
    uint64_t missing = 0;

    counter.missing_count = 0;
    for (uint64_t id = 1; id <= 100000; id++) {
        packet.tcp.seq += 10;
        journey_add(fixture->journey, 0, DIR_CLIENT, id, fixture->now_ns + (int64_t)id * 10000,
                    &packet, keep_missing, &counter);
        missing += counter.missing_count;
        counter.missing_count = 0;
    }
    assert_true(journey_given_up(fixture->journey) > 0);
    assert_in_range(missing + journey_given_up(fixture->journey), 1, 100000);
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
        cmocka_unit_test(test_journey_free_null),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
