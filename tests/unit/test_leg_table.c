/* The leg table: which segment belongs to which connection, in which direction, at which offset. */
#include <stdlib.h>

#include "packet/decoding.h"
#include "survey/leg.h"
#include "unit/unit.h"

enum {
    RETIRED_ROOM = 64,
    MARK = 0x5ca1ab1e
};

/* A leg with something of the caller's behind it. */
struct marked_leg {
    struct leg leg;
    uint32_t mark;
};

struct fixture {
    struct leg_table *table;
    uint32_t retired_points[RETIRED_ROOM], retired[RETIRED_ROOM];
    size_t retired_count;
    int64_t clock_ns;
};

static void retire(void *context, struct leg *leg)
{
    struct fixture *fixture = context;

    if (fixture->retired_count < RETIRED_ROOM) {
        fixture->retired_points[fixture->retired_count] = leg->key.point;
        fixture->retired[fixture->retired_count] = leg->number;
    }
    fixture->retired_count++;
}

static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    fixture->table = leg_table_new(sizeof(struct marked_leg), retire, fixture);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    leg_table_free(fixture->table);
    free(fixture);
    return 0;
}

static struct leg_hit add_at(struct fixture *fixture, uint32_t point, const struct frame_spec *spec)
{
    struct packet packet = decoded(spec);

    assert_is_segment(packet);
    fixture->clock_ns += 1000;
    return leg_table_add(fixture->table, point, &packet, fixture->clock_ns);
}

#define ADD(...) add_at(fixture, 0, &(struct frame_spec){__VA_ARGS__})

#define CLIENT .sport = 40000, .dport = 80
#define SERVER .src = "10.0.0.2", .dst = "10.0.0.1", .sport = 80, .dport = 40000

/* SYN, SYN-ACK, ACK; client's ISN 100, server's 900. */
static struct leg *open_connection(struct fixture *fixture)
{
    struct leg *leg = ADD(CLIENT, .flags = FRAME_SYN, .seq = 100).leg;

    ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    ADD(CLIENT, .seq = 101, .ack = 901);
    return leg;
}

/* A handshake: one leg, the sender of the SYN is the client, offsets count from both ISNs. */
static void test_leg_table_add_handshake(void **state)
{
    struct fixture *fixture = *state;
    struct leg_hit hit = ADD(CLIENT, .flags = FRAME_SYN, .seq = 100);
    struct leg *leg = hit.leg;

    assert_true(hit.is_new);
    assert_int_equal(hit.dir, DIR_CLIENT);
    assert_int_equal(hit.off, 0);
    assert_false(hit.has_ack);
    assert_int_equal(leg->number, 0);
    assert_int_equal(leg->phase, LEG_SYN_SENT);

    hit = ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    assert_ptr_equal(hit.leg, leg);
    assert_false(hit.is_new);
    assert_int_equal(hit.dir, DIR_SERVER);
    assert_int_equal(hit.off, 0);
    assert_true(hit.has_ack);
    assert_int_equal(hit.ack_off, 1);
    assert_int_equal(leg->phase, LEG_SYN_ANSWERED);

    hit = ADD(CLIENT, .seq = 101, .ack = 901, .payload_len = 10);
    assert_ptr_equal(hit.leg, leg);
    assert_int_equal(hit.dir, DIR_CLIENT);
    assert_int_equal(hit.off, 1);
    assert_int_equal(hit.ack_off, 1);
    assert_int_equal(leg->phase, LEG_ESTABLISHED);
    assert_int_equal(leg->isn[DIR_CLIENT], 100);
    assert_int_equal(leg->isn[DIR_SERVER], 900);

    struct endpoint client = leg_end(leg, DIR_CLIENT), server = leg_end(leg, DIR_SERVER);

    assert_int_equal(client.port, 40000);
    assert_address(client.addr, 10, 0, 0, 1);
    assert_int_equal(server.port, 80);
    assert_address(server.addr, 10, 0, 0, 2);
}

/* The client has the lower port, the higher address, or the same address as the server: it is
 * still who sent the SYN. */
static void test_leg_table_add_client_is_who_sent_the_syn(void **state)
{
    /* clang-format off */
    static const struct frame_spec syns[] = {
        {.flags = FRAME_SYN, .sport = 20, .dport = 50000},
        {.flags = FRAME_SYN, .src = "10.9.9.9", .dst = "10.0.0.1"},
        {.flags = FRAME_SYN, .src = "127.0.0.1", .dst = "127.0.0.1", .sport = 20, .dport = 50000},
        {.flags = FRAME_SYN, .src = "127.0.0.1", .dst = "127.0.0.1", .sport = 50000, .dport = 20},
    };
    /* clang-format on */
    struct fixture *fixture = *state;

    for (size_t i = 0; i < COUNT(syns); i++) {
        struct leg_hit hit = add_at(fixture, (uint32_t)i, &syns[i]);

        assert_true(hit.is_new);
        assert_int_equal(hit.dir, DIR_CLIENT);
        assert_int_equal(leg_end(hit.leg, DIR_CLIENT).port, syns[i].sport ? syns[i].sport : 40000);
    }
}

/* The capture began with the SYN-ACK: its sender is the server, and it tells the client's ISN. */
static void test_leg_table_add_begins_with_synack(void **state)
{
    struct fixture *fixture = *state;
    struct leg_hit hit = ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);

    assert_int_equal(hit.dir, DIR_SERVER);
    assert_int_equal(hit.ack_off, 1);
    hit = ADD(CLIENT, .seq = 101, .ack = 901);
    assert_false(hit.is_new);
    assert_int_equal(hit.dir, DIR_CLIENT);
    assert_int_equal(hit.off, 1);
    assert_int_equal(hit.ack_off, 1);
}

/* The capture began in the middle: the higher port is taken for the client. */
static void test_leg_table_add_midstream(void **state)
{
    struct fixture *fixture = *state;
    struct leg_hit hit = ADD(SERVER, .seq = 5000, .ack = 7000, .payload_len = 100);

    assert_int_equal(hit.dir, DIR_SERVER);
    assert_int_equal(hit.leg->phase, LEG_MIDSTREAM);
    assert_int_equal(hit.leg->number, 0);
    struct leg_hit answer = ADD(CLIENT, .seq = 7000, .ack = 5100);

    assert_ptr_equal(answer.leg, hit.leg);
    assert_int_equal(answer.dir, DIR_CLIENT);
    /* 100 bytes were sent, and 100 acknowledged: the offsets of both directions agree. */
    assert_int_equal(answer.ack_off, hit.off + 100);
    assert_int_equal(answer.off, hit.ack_off);
}

/* Offsets go on growing where sequence numbers wrap: 6 GB in steps of 1 GB. */
static void test_leg_table_add_offsets_beyond_wrap(void **state)
{
    struct fixture *fixture = *state;
    const uint32_t gigabyte = 1U << 30;

    open_connection(fixture);
    for (uint32_t i = 0; i < 6; i++) {
        struct leg_hit hit = ADD(CLIENT, .seq = 101 + i * gigabyte, .ack = 901, .payload_len = 1);

        assert_int_equal(hit.off, 1 + (int64_t)i * gigabyte);
        hit = ADD(SERVER, .seq = 901, .ack = 102 + i * gigabyte);
        assert_int_equal(hit.ack_off, 2 + (int64_t)i * gigabyte);
    }
    /* A late segment of the GB before. */
    assert_int_equal(ADD(CLIENT, .seq = 101 + 4 * gigabyte, .ack = 901, .payload_len = 1).off,
                     1 + 4 * (int64_t)gigabyte);
}

/* A reset with a number from nowhere does not move the stream. */
static void test_leg_table_add_wild_reset(void **state)
{
    struct fixture *fixture = *state;
    struct leg *leg = open_connection(fixture);

    ADD(CLIENT, .flags = FRAME_RST, .seq = 101 + (1U << 30));
    ADD(CLIENT, .flags = FRAME_RST, .seq = 101 + 3 * (1U << 29));
    assert_true(leg->rst);
    assert_int_equal(ADD(CLIENT, .seq = 101, .ack = 901, .payload_len = 5).off, 1);
}

/* A SYN that is sent again, the SYN-ACK too: the same leg. */
static void test_leg_table_add_syn_again(void **state)
{
    struct fixture *fixture = *state;
    struct leg *leg = ADD(CLIENT, .flags = FRAME_SYN, .seq = 100).leg;

    for (int i = 0; i < 3; i++) {
        struct leg_hit hit = ADD(CLIENT, .flags = FRAME_SYN, .seq = 100);

        assert_ptr_equal(hit.leg, leg);
        assert_false(hit.is_new);
        assert_int_equal(hit.off, 0);
    }
    for (int i = 0; i < 3; i++)
        assert_ptr_equal(ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101).leg,
                         leg);
    assert_int_equal(fixture->retired_count, 0);
}

/* The tuple is used again by a SYN with another ISN: a new leg, which knows of the former. */
static void test_leg_table_add_tuple_reuse(void **state)
{
    struct fixture *fixture = *state;
    int64_t last_ns;

    open_connection(fixture);
    last_ns = fixture->clock_ns;
    struct leg_hit hit = ADD(CLIENT, .flags = FRAME_SYN, .seq = 555000);

    assert_true(hit.is_new);
    assert_int_equal(hit.leg->number, 1);
    assert_true(hit.leg->has_former);
    assert_int_equal(hit.leg->former, 0);
    assert_int_equal(hit.leg->former_last_ns, last_ns);
    assert_int_equal(hit.off, 0);
    assert_int_equal(fixture->retired_count, 1);
    assert_int_equal(fixture->retired[0], 0);
    hit = ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 777, .ack = 555001);
    assert_false(hit.is_new);
    assert_int_equal(hit.leg->number, 1);
}

/* Of the server alone: after its FIN a SYN-ACK to another SYN is of another connection. */
static void test_leg_table_add_tuple_reuse_one_direction(void **state)
{
    struct fixture *fixture = *state;

    ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    ADD(SERVER, .seq = 901, .ack = 201);
    struct leg_hit hit = ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 5000, .ack = 7001);

    assert_false(hit.is_new); /* strange, but the connection is open */
    ADD(SERVER, .flags = FRAME_FIN | FRAME_ACK, .seq = 901, .ack = 202);
    hit = ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    assert_false(hit.is_new);
    hit = ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 6000, .ack = 8001);
    assert_true(hit.is_new);
    assert_true(hit.leg->has_former);
}

/* The tuple is used again with the roles changed. */
static void test_leg_table_add_tuple_reuse_by_the_server(void **state)
{
    struct fixture *fixture = *state;

    open_connection(fixture);
    ADD(CLIENT, .flags = FRAME_FIN | FRAME_ACK, .seq = 101, .ack = 901);
    ADD(SERVER, .flags = FRAME_FIN | FRAME_ACK, .seq = 901, .ack = 102);
    struct leg_hit hit = ADD(SERVER, .flags = FRAME_SYN, .seq = 12345);

    assert_true(hit.is_new);
    assert_int_equal(hit.dir, DIR_CLIENT);
    assert_int_equal(leg_end(hit.leg, DIR_CLIENT).port, 80);
}

/* Both ends send a SYN at the same time (RFC 9293 §3.5): one connection. */
static void test_leg_table_add_simultaneous_open(void **state)
{
    struct fixture *fixture = *state;
    struct leg *leg = ADD(CLIENT, .flags = FRAME_SYN, .seq = 100).leg;
    struct leg_hit hit = ADD(SERVER, .flags = FRAME_SYN, .seq = 900);

    assert_ptr_equal(hit.leg, leg);
    assert_false(hit.is_new);
    assert_int_equal(hit.dir, DIR_SERVER);
    ADD(CLIENT, .flags = FRAME_SYN | FRAME_ACK, .seq = 100, .ack = 901);
    hit = ADD(SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    assert_ptr_equal(hit.leg, leg);
    assert_int_equal(leg->isn[DIR_CLIENT], 100);
    assert_int_equal(leg->isn[DIR_SERVER], 900);
    assert_int_equal(fixture->retired_count, 0);
}

/* A challenge ACK, data and resets after the end stay with the leg that had the tuple last. */
static void test_leg_table_add_after_the_end(void **state)
{
    struct fixture *fixture = *state;
    struct leg *leg = open_connection(fixture);

    ADD(CLIENT, .flags = FRAME_RST, .seq = 101);
    assert_ptr_equal(ADD(SERVER, .seq = 901, .ack = 101, .payload_len = 7).leg, leg);
    assert_ptr_equal(ADD(SERVER, .flags = FRAME_RST, .seq = 908).leg, leg);
}

/* The same tuple at two points, in IPv4 and IPv6, and with one port other: legs of their own. */
static void test_leg_table_add_kept_apart(void **state)
{
    struct fixture *fixture = *state;
    const struct frame_spec syn = {CLIENT, .flags = FRAME_SYN, .seq = 100};
    const struct frame_spec other_port = {
        .sport = 40001, .dport = 80, .flags = FRAME_SYN, .seq = 100};
    const struct frame_spec v6 = {CLIENT, .version = 6, .flags = FRAME_SYN, .seq = 100};
    /* The bytes of 10.0.0.1 and 10.0.0.2, as the front of IPv6 addresses. */
    const struct frame_spec lookalike = {
        CLIENT, .version = 6, .src = "a00:1::", .dst = "a00:2::", .flags = FRAME_SYN, .seq = 100};

    assert_int_equal(add_at(fixture, 0, &syn).leg->number, 0);
    assert_int_equal(add_at(fixture, 1, &syn).leg->number, 0);
    assert_int_equal(add_at(fixture, 0, &other_port).leg->number, 1);
    assert_int_equal(add_at(fixture, 0, &v6).leg->number, 2);
    assert_true(add_at(fixture, 0, &lookalike).is_new);
    assert_false(add_at(fixture, 1, &syn).is_new);
}

/* 20,000 connections at one time: each is found again, with what the caller keeps behind it. */
static void test_leg_table_add_many(void **state)
{
    struct fixture *fixture = *state;
    struct packet packet = decoded(&(struct frame_spec){.flags = FRAME_SYN, .seq = 100});

    for (int round = 0; round < 2; round++) {
        for (uint32_t i = 0; i < 20000; i++) {
            struct leg_hit hit;
            struct marked_leg *marked;

            packet.tcp.src.port = (uint16_t)(1024 + i);
            packet.tcp.src.addr.bytes[3] = (uint8_t)(i % 7);
            hit = leg_table_add(fixture->table, 0, &packet, 1000);
            marked = (struct marked_leg *)hit.leg;
            assert_int_equal(hit.is_new, round == 0);
            assert_int_equal(hit.leg->number, i);
            assert_int_equal(marked->mark, round == 0 ? 0 : MARK + i);
            marked->mark = MARK + i;
        }
    }
}

/* One tuple, 1000 connections one after the other: each begins with what the caller keeps zeroed.
 */
static void test_leg_table_add_one_tuple_many_times(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t i = 0; i < 1000; i++) {
        struct leg_hit hit = ADD(CLIENT, .flags = FRAME_SYN, .seq = 1000 * i);

        assert_true(hit.is_new);
        assert_int_equal(hit.leg->number, i);
        assert_int_equal(((struct marked_leg *)hit.leg)->mark, 0);
        assert_int_equal(hit.leg->has_former, i > 0);
        ((struct marked_leg *)hit.leg)->mark = MARK;
    }
    assert_int_equal(fixture->retired_count, 999);
}

/* At the end all legs are retired in the order of point and number, whatever their hash. */
static void test_leg_table_free_in_order(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t point = 2; point-- > 0;)
        for (uint16_t port = 30; port-- > 0;)
            add_at(fixture, point,
                   &(struct frame_spec){.flags = FRAME_SYN, .sport = (uint16_t)(2000 + port)});
    leg_table_free(fixture->table);
    fixture->table = NULL;
    assert_int_equal(fixture->retired_count, 60);
    for (size_t i = 0; i < 60; i++) {
        assert_int_equal(fixture->retired_points[i], i / 30);
        assert_int_equal(fixture->retired[i], i % 30);
    }
}

/* An ICMP error asks whose segment it quotes. */
static void test_leg_table_find(void **state)
{
    struct fixture *fixture = *state;
    struct leg *leg = open_connection(fixture);
    struct endpoint client = leg_end(leg, DIR_CLIENT), server = leg_end(leg, DIR_SERVER);
    int dir = -1;

    assert_ptr_equal(leg_table_find(fixture->table, 0, 4, &client, &server, &dir), leg);
    assert_int_equal(dir, DIR_CLIENT);
    assert_ptr_equal(leg_table_find(fixture->table, 0, 4, &server, &client, &dir), leg);
    assert_int_equal(dir, DIR_SERVER);
    assert_null(leg_table_find(fixture->table, 1, 4, &client, &server, &dir));
    assert_null(leg_table_find(fixture->table, 0, 6, &client, &server, &dir));
    client.port++;
    assert_null(leg_table_find(fixture->table, 0, 4, &client, &server, &dir));
}

#define LEG_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        LEG_TEST(test_leg_table_add_handshake),
        LEG_TEST(test_leg_table_add_client_is_who_sent_the_syn),
        LEG_TEST(test_leg_table_add_begins_with_synack),
        LEG_TEST(test_leg_table_add_midstream),
        LEG_TEST(test_leg_table_add_offsets_beyond_wrap),
        LEG_TEST(test_leg_table_add_wild_reset),
        LEG_TEST(test_leg_table_add_syn_again),
        LEG_TEST(test_leg_table_add_tuple_reuse),
        LEG_TEST(test_leg_table_add_tuple_reuse_one_direction),
        LEG_TEST(test_leg_table_add_tuple_reuse_by_the_server),
        LEG_TEST(test_leg_table_add_simultaneous_open),
        LEG_TEST(test_leg_table_add_after_the_end),
        LEG_TEST(test_leg_table_add_kept_apart),
        LEG_TEST(test_leg_table_add_many),
        LEG_TEST(test_leg_table_add_one_tuple_many_times),
        LEG_TEST(test_leg_table_free_in_order),
        LEG_TEST(test_leg_table_find),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
