/* A segment that one point records several times, and those that only look like it. */
#include <stdlib.h>

#include "merge/duplicate.h"
#include "packet/decoding.h"
#include "unit/unit.h"

struct fixture {
    struct duplicates *duplicates;
    struct seen_leg leg;
    uint64_t last_id;
    uint32_t file;
};

static const int64_t begin_ns = 1700000000LL * 1000000000LL;

/* The segment comes at a time in microseconds; returns its first sighting. Ids are 1, 2, 3, … */
static uint64_t see(struct fixture *fixture, int64_t at_us, int dir, const struct frame_spec *spec)
{
    struct packet packet = decoded(spec);
    struct sighting sighting = {
        .packet = &packet,
        .dir = dir,
        .id = ++fixture->last_id,
        .ts_ns = begin_ns + at_us * 1000,
        .file = fixture->file,
    };

    assert_is_segment(packet);
    return duplicates_add(fixture->duplicates, &fixture->leg, &sighting);
}

#define SEE(at_us, dir, ...) see(fixture, (at_us), (dir), &(struct frame_spec){__VA_ARGS__})
#define TTL(value)           .ttl = FRAME_FORCE(value)
#define STAMPS(value)        FRAME_OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_TIMESTAMPS(value, 1))

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    fixture->duplicates = duplicates_new();
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    duplicates_free(fixture->duplicates);
    free(fixture);
    return 0;
}

/* --- without doubt --------------------------------------------------------------------------- */

/* In and out of two interfaces: all name the first. */
static void test_duplicates_same_ip_id(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 7), 0);
    assert_int_equal(SEE(20, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 7), 1);
    assert_int_equal(SEE(40, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 7), 1);
    assert_int_equal(SEE(50, DIR_CLIENT, .seq = 150, .payload_len = 50, .ip_id = 8), 0);
    assert_int_equal(SEE(60, DIR_CLIENT, .seq = 150, .payload_len = 50, .ip_id = 8), 4);
}

/* A tap on both sides of a router, with its queue between; the clock of the capture went back. */
static void test_duplicates_routed(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 7), 0);
    assert_int_equal(SEE(5000, DIR_CLIENT, .seq = 150, .payload_len = 50, .ip_id = 8), 0);
    assert_int_equal(SEE(19000, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 7, TTL(63)), 1);
    assert_int_equal(SEE(4000, DIR_CLIENT, .seq = 150, .payload_len = 50, .ip_id = 8, TTL(63)), 2);
}

/* IPv6 has no IP-ID: what a router lowers is enough. */
static void test_duplicates_routed_ipv6(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(SEE(0, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 0);
    assert_int_equal(SEE(90, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900, TTL(63)), 1);
    assert_int_equal(SEE(95, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900, TTL(63)), 1);
}

/* Both directions at once, each with the same numbers: they have nothing to do with each other. */
static void test_duplicates_of_one_direction(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(SEE(0, DIR_CLIENT, .seq = 100, .ack = 100, .ip_id = 7), 0);
    assert_int_equal(SEE(10, DIR_SERVER, .seq = 100, .ack = 100, .ip_id = 7), 0);
    assert_int_equal(SEE(20, DIR_CLIENT, .seq = 100, .ack = 100, .ip_id = 7), 1);
    assert_int_equal(SEE(30, DIR_SERVER, .seq = 100, .ack = 100, .ip_id = 7), 2);
}

/* A kernel takes 64 packets through one interface before it hands them to the next. */
static void test_duplicates_in_batches(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .flags = FRAME_SYN, .seq = 99, .ip_id = 1);
    assert_int_equal(SEE(5, DIR_CLIENT, .flags = FRAME_SYN, .seq = 99, .ip_id = 1), 1);
    for (uint32_t copy = 0; copy < 2; copy++)
        for (uint32_t i = 0; i < 64; i++)
            assert_int_equal(SEE(100 + copy * 100 + i, DIR_CLIENT, .seq = 100 + i, .payload_len = 1,
                                 .ip_id = (uint16_t)(2 + i)),
                             copy * (3 + i));
}

/* The numbers wrap between a segment and its copy. */
static void test_duplicates_across_the_wrap(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 0xffffff00, .payload_len = 0x100, .ip_id = 7);
    SEE(10, DIR_CLIENT, .seq = 0, .payload_len = 50, .ip_id = 8);
    assert_int_equal(SEE(20, DIR_CLIENT, .seq = 0xffffff00, .payload_len = 0x100, .ip_id = 7), 1);
    assert_int_equal(SEE(30, DIR_CLIENT, .seq = 0, .payload_len = 50, .ip_id = 8), 2);
}

/* --- two files of one point ------------------------------------------------------------------ */

/* The very same instant in two files that overlap: one frame, whatever it is. */
static void test_duplicates_in_two_files(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(SEE(0, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 0);
    fixture->file = 1;
    assert_int_equal(SEE(0, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 1);
}

/* Two equal ACKs within one tick of the clock, in each of the files: two frames. */
static void test_duplicates_in_two_files_each_once(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(SEE(0, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 0);
    assert_int_equal(SEE(0, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 0);
    fixture->file = 1;
    assert_int_equal(SEE(0, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 2);
    assert_int_equal(SEE(0, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 1);
}

/* One file was cut before the options. */
static void test_duplicates_in_two_files_one_cut(void **state)
{
    struct fixture *fixture = *state;
    const struct frame_spec spec = {.seq = 100, .payload_len = 50, .ip_id = 7, STAMPS(1000)};
    struct packet packet = decoded(&spec);
    struct sighting sighting = {.packet = &packet, .id = 2, .ts_ns = begin_ns, .file = 1};

    see(fixture, 0, DIR_CLIENT, &spec);
    packet.tcp.opt = (struct tcp_options){.cut = true};
    assert_int_equal(duplicates_add(fixture->duplicates, &fixture->leg, &sighting), 1);
}

/* --- sent twice ------------------------------------------------------------------------------ */

/* A retransmission has a new IP-ID; where there is none, a new timestamp. */
static void test_duplicates_retransmission(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 7);
    assert_int_equal(SEE(500, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 8), 0);
    SEE(1000, DIR_CLIENT, .version = 6, .seq = 150, .payload_len = 50, STAMPS(1000));
    assert_int_equal(
        SEE(1500, DIR_CLIENT, .version = 6, .seq = 150, .payload_len = 50, STAMPS(1001)), 0);
}

/* The same packet 26 ms later: a network, or somebody, has sent it again. */
static void test_duplicates_replay(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 7);
    assert_int_equal(SEE(26000, DIR_CLIENT, .seq = 100, .payload_len = 50, .ip_id = 7), 0);
}

/* A window update has the numbers of the ACK before it. */
static void test_duplicates_window_update(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900, .window = FRAME_FORCE(100));
    assert_int_equal(SEE(10, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900, TTL(63),
                         .window = FRAME_FORCE(200)),
                     0);
}

/* Equal ACKs in a burst tell of a hole; some systems count no IP-ID, or leave it as it is. */
static void test_duplicates_equal_acks(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 99, .payload_len = 1, .ip_id = 5);
    for (uint32_t i = 0; i < 4; i++)
        assert_int_equal(SEE(10 + i, DIR_CLIENT, .seq = 100, .ack = 900), 0);
    for (uint16_t i = 0; i < 4; i++)
        assert_int_equal(SEE(20 + i, DIR_CLIENT, .seq = 100, .ack = 901, .ip_id = 6 + i), 0);
    SEE(100, DIR_CLIENT, .seq = 100, .ack = 910, .ip_id = 77);
    SEE(101, DIR_CLIENT, .seq = 100, .ack = 920, .ip_id = 77);
    assert_int_equal(SEE(102, DIR_CLIENT, .seq = 100, .ack = 920, .ip_id = 77), 0);
}

/* A SYN-ACK is sent by its timer, and again as the answer to the SYN whose timer is as old. */
static void test_duplicates_synack_twice(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .flags = FRAME_SYN, .seq = 99, .ip_id = 1);
    SEE(10, DIR_SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 899, .ack = 100);
    SEE(1000000, DIR_SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 899, .ack = 100);
    SEE(1000070, DIR_CLIENT, .flags = FRAME_SYN, .seq = 99, .ip_id = 2);
    assert_int_equal(
        SEE(1000080, DIR_SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 899, .ack = 100), 0);
}

/* Resets with equal numbers and other TTLs: one of them was forged. */
static void test_duplicates_injected_resets(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_SERVER, .flags = FRAME_RST, .seq = 900, TTL(52));
    assert_int_equal(SEE(300, DIR_SERVER, .flags = FRAME_RST, .seq = 900, TTL(47)), 0);
}

/* --- a leg in which everything comes twice ---------------------------------------------------- */

/* IPv6 on a bridge: the SYN tells, and then all the rest is believed, equal ACKs too. */
static void test_duplicates_usual_from_the_syn(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .version = 6, .flags = FRAME_SYN, .seq = 99);
    assert_int_equal(SEE(5, DIR_CLIENT, .version = 6, .flags = FRAME_SYN, .seq = 99), 1);
    SEE(100, DIR_SERVER, .version = 6, .flags = FRAME_SYN | FRAME_ACK, .seq = 899, .ack = 100);
    assert_int_equal(
        SEE(105, DIR_SERVER, .version = 6, .flags = FRAME_SYN | FRAME_ACK, .seq = 899, .ack = 100),
        3);
    SEE(2000, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900);
    assert_int_equal(SEE(2005, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 5);
    assert_int_equal(SEE(2010, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 0);
    assert_int_equal(SEE(2015, DIR_CLIENT, .version = 6, .seq = 100, .ack = 900), 7);
}

/* The same without its beginning: three segments must show it first. */
static void test_duplicates_usual_midstream(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t i = 0; i < 6; i++) {
        uint64_t first = 1 + 2 * i;

        assert_int_equal(SEE(i * 2000, DIR_CLIENT, .version = 6, .seq = 100 + i, .payload_len = 1),
                         0);
        assert_int_equal(
            SEE(i * 2000 + 5, DIR_CLIENT, .version = 6, .seq = 100 + i, .payload_len = 1),
            i < 3 ? 0 : first);
    }
}

/* One segment that came twice is no custom. */
static void test_duplicates_not_usual(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .version = 6, .flags = FRAME_SYN, .seq = 99);
    for (uint32_t i = 0; i < 8; i++) {
        assert_int_equal(
            SEE(2000 + i * 2000, DIR_CLIENT, .version = 6, .seq = 100 + i, .payload_len = 1), 0);
        if (i % 3 == 0)
            assert_int_equal(
                SEE(2010 + i * 2000, DIR_CLIENT, .version = 6, .seq = 100 + i, .payload_len = 1),
                0);
    }
}

/* --- cut and joined by offload ---------------------------------------------------------------- */

/* A super-frame on one interface, three frames on the next; IP-IDs count on. */
static void test_duplicates_cut(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .flags = FRAME_PSH | FRAME_ACK, .seq = 100, .payload_len = 2500, .ip_id = 7);
    assert_int_equal(SEE(10, DIR_CLIENT, .seq = 100, .payload_len = 1000, .ip_id = 7), 1);
    assert_int_equal(SEE(11, DIR_CLIENT, .seq = 1100, .payload_len = 1000, .ip_id = 8), 1);
    assert_int_equal(SEE(12, DIR_CLIENT, .flags = FRAME_PSH | FRAME_ACK, .seq = 2100,
                         .payload_len = 500, .ip_id = 9),
                     1);
}

/* The same with a piece that the sender repeats: its IP-ID is behind all of them. */
static void test_duplicates_cut_and_sent_again(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 3000, .ip_id = 7);
    assert_int_equal(SEE(10, DIR_CLIENT, .seq = 100, .payload_len = 1000, .ip_id = 7), 1);
    assert_int_equal(SEE(11, DIR_CLIENT, .seq = 2100, .payload_len = 1000, .ip_id = 10), 0);
}

/* Three frames, joined before the next interface. */
static void test_duplicates_joined(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 1000, .ip_id = 7);
    SEE(1, DIR_CLIENT, .seq = 1100, .payload_len = 1000, .ip_id = 8);
    SEE(2, DIR_CLIENT, .seq = 2100, .payload_len = 1000, .ip_id = 9);
    assert_int_equal(SEE(10, DIR_CLIENT, .seq = 100, .payload_len = 3000, .ip_id = 7), 1);
}

/* Two frames that were lost, sent again as one. */
static void test_duplicates_sent_again_as_one(void **state)
{
    struct fixture *fixture = *state;

    SEE(0, DIR_CLIENT, .seq = 100, .payload_len = 1000, .ip_id = 7);
    SEE(1, DIR_CLIENT, .seq = 1100, .payload_len = 1000, .ip_id = 8);
    assert_int_equal(SEE(10, DIR_CLIENT, .seq = 100, .payload_len = 2000, .ip_id = 9), 0);
}

#define DUPLICATE_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        DUPLICATE_TEST(test_duplicates_same_ip_id),
        DUPLICATE_TEST(test_duplicates_routed),
        DUPLICATE_TEST(test_duplicates_routed_ipv6),
        DUPLICATE_TEST(test_duplicates_of_one_direction),
        DUPLICATE_TEST(test_duplicates_in_batches),
        DUPLICATE_TEST(test_duplicates_across_the_wrap),
        DUPLICATE_TEST(test_duplicates_in_two_files),
        DUPLICATE_TEST(test_duplicates_in_two_files_each_once),
        DUPLICATE_TEST(test_duplicates_in_two_files_one_cut),
        DUPLICATE_TEST(test_duplicates_retransmission),
        DUPLICATE_TEST(test_duplicates_replay),
        DUPLICATE_TEST(test_duplicates_window_update),
        DUPLICATE_TEST(test_duplicates_equal_acks),
        DUPLICATE_TEST(test_duplicates_synack_twice),
        DUPLICATE_TEST(test_duplicates_injected_resets),
        DUPLICATE_TEST(test_duplicates_usual_from_the_syn),
        DUPLICATE_TEST(test_duplicates_usual_midstream),
        DUPLICATE_TEST(test_duplicates_not_usual),
        DUPLICATE_TEST(test_duplicates_cut),
        DUPLICATE_TEST(test_duplicates_cut_and_sent_again),
        DUPLICATE_TEST(test_duplicates_joined),
        DUPLICATE_TEST(test_duplicates_sent_again_as_one),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
