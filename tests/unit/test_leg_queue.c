/* Legs that wait for 2MSL: they leave the table by themselves, and can't be taken out twice. */

#include "packet/decoding.h"
#include "survey/leg_queue.h"
#include "unit/unit.h"

enum {
    TUPLES = 64
};

static const int64_t SECOND_NS = INT64_C(1000000000);

/* Taking a leg out a second time leaves the queue as it is: the others stay, and it does not come
 * back. (A queue without that knowledge puts its old neighbour in again.) */
static void test_leg_queue_remove_twice(void **state)
{
    struct leg_queue queue = {0};
    struct leg a = {0}, b = {0}, c = {0};

    (void)state;
    leg_queue_add(&queue, &a, 1);
    leg_queue_add(&queue, &b, 2);
    leg_queue_add(&queue, &c, 3);
    leg_queue_remove(&queue, &a);
    leg_queue_remove(&queue, &b);
    leg_queue_remove(&queue, &a);
    leg_queue_remove(&queue, &b);
    assert_ptr_equal(queue.first, &c);
    assert_ptr_equal(queue.last, &c);
    leg_queue_remove(&queue, &c);
    leg_queue_remove(&queue, &c);
    assert_null(queue.first);
    assert_null(queue.last);
}

/* Putting a leg in a second time keeps its place and its time. */
static void test_leg_queue_add_twice(void **state)
{
    struct leg_queue queue = {0};
    struct leg a = {0}, b = {0};

    (void)state;
    leg_queue_add(&queue, &a, 1);
    leg_queue_add(&queue, &b, 2);
    leg_queue_add(&queue, &a, 3);
    assert_ptr_equal(queue.first, &a);
    assert_int_equal(a.waits_since_ns, 1);
    assert_ptr_equal(queue.last, &b);
}

/* Each is told to be quiet once, in order, and stays; put in anew, it is told anew. */
static void test_leg_queue_quiet(void **state)
{
    struct leg_queue queue = {0};
    struct leg a = {0}, b = {0}, c = {0};

    (void)state;
    leg_queue_add(&queue, &a, 0);
    leg_queue_add(&queue, &b, SECOND_NS);
    leg_queue_add(&queue, &c, 2 * SECOND_NS);
    assert_null(leg_queue_quiet(&queue, LEG_QUIET_NS - 1));
    assert_ptr_equal(leg_queue_quiet(&queue, LEG_QUIET_NS), &a);
    assert_null(leg_queue_quiet(&queue, LEG_QUIET_NS));
    leg_queue_remove(&queue, &b);
    assert_null(leg_queue_quiet(&queue, LEG_QUIET_NS + SECOND_NS));
    assert_ptr_equal(leg_queue_quiet(&queue, LEG_QUIET_NS + 2 * SECOND_NS), &c);
    leg_queue_remove(&queue, &a);
    leg_queue_add(&queue, &a, 3 * SECOND_NS);
    assert_ptr_equal(leg_queue_quiet(&queue, LEG_QUIET_NS + 3 * SECOND_NS), &a);
    assert_null(leg_queue_quiet(&queue, LEG_2MSL_NS));
    assert_ptr_equal(queue.first, &c);
}

/* One that is due is given once, in the order of time, and not before 2MSL are over. */
static void test_leg_queue_due(void **state)
{
    struct leg_queue queue = {0};
    struct leg a = {0}, b = {0};

    (void)state;
    leg_queue_add(&queue, &a, 0);
    leg_queue_add(&queue, &b, SECOND_NS);
    assert_null(leg_queue_due(&queue, LEG_2MSL_NS - 1));
    assert_ptr_equal(leg_queue_due(&queue, LEG_2MSL_NS), &a);
    assert_null(leg_queue_due(&queue, LEG_2MSL_NS));
    assert_ptr_equal(leg_queue_due(&queue, LEG_2MSL_NS + SECOND_NS), &b);
    assert_null(queue.first);
}

static void count_retired(void *context, struct leg *leg)
{
    (void)leg;
    ++*(uint32_t *)context;
}

/* `count` connections, each a SYN, a SYN-ACK and both FINs, `apart_ns` from each other, over TUPLES
 * tuples. Returns the most legs that were in the table at one time. */
static size_t run_connections(uint32_t count, int64_t apart_ns, uint32_t *retired)
{
    struct leg_table *table = leg_table_new(sizeof(struct leg), count_retired, retired);
    struct packet client =
        decoded(&(struct frame_spec){.flags = FRAME_SYN, .sport = 1, .dport = 80});
    struct packet server = decoded(&(struct frame_spec){.src = "10.0.0.2",
                                                        .dst = "10.0.0.1",
                                                        .flags = FRAME_SYN | FRAME_ACK,
                                                        .sport = 80,
                                                        .dport = 1});
    size_t most = 0;

    for (uint32_t i = 0; i < count; i++) {
        static const uint8_t flags[] = {TCP_SYN, TCP_FIN | TCP_ACK};
        uint16_t port = (uint16_t)(1024 + i % TUPLES);
        int64_t now = i * apart_ns;

        client.tcp.src.port = server.tcp.dst.port = port;
        for (size_t k = 0; k < COUNT(flags); k++) {
            struct leg_hit hit;

            client.tcp.flags = flags[k];
            server.tcp.flags = flags[k] | TCP_ACK;
            client.tcp.seq = 1000 + i * 7 + (uint32_t)k;
            server.tcp.seq = 9000 + i * 7 + (uint32_t)k;
            client.tcp.ack = server.tcp.seq;
            server.tcp.ack = client.tcp.seq + 1;
            hit = leg_table_add(table, 0, &client, now);
            assert_int_equal(hit.leg->number, i);
            assert_int_equal(hit.is_new, k == 0);
            assert_false(leg_table_add(table, 0, &server, now).is_new);
        }
        if (leg_table_count(table) > most)
            most = leg_table_count(table);
    }
    leg_table_free(table);
    return most;
}

/* 5,000 connections over 64 tuples, faster than 2MSL: each new SYN takes its predecessor out of
 * the queue. All are told apart, and each is retired once. */
static void test_leg_table_reuse_within_2msl(void **state)
{
    uint32_t retired = 0;

    (void)state;
    assert_int_equal(run_connections(5000, SECOND_NS / 100, &retired), TUPLES);
    assert_int_equal(retired, 5000);
}

/* The same, so slowly that each leaves by itself before its tuple comes again: 2MSL are 240 s,
 * connections begin every 10 s, so 25 of them are there at one time. */
static void test_leg_table_leaves_after_2msl(void **state)
{
    uint32_t retired = 0;

    (void)state;
    assert_int_equal(run_connections(5000, 10 * SECOND_NS, &retired), 24);
    assert_int_equal(retired, 5000);
}

/* A million, some taken out by a SYN, all others by themselves: memory stays what 64 tuples need.
 */
static void test_leg_table_a_million(void **state)
{
    uint32_t retired = 0;

    (void)state;
    assert_int_equal(run_connections(1000000, 4 * SECOND_NS, &retired), 60);
    assert_int_equal(retired, 1000000);
}

/* What comes for a connection that is gone begins another one, in the middle of it. */
static void test_leg_table_after_2msl(void **state)
{
    struct leg_table *table = leg_table_new(sizeof(struct leg), NULL, NULL);
    struct packet syn =
        decoded(&(struct frame_spec){.flags = FRAME_SYN, .sport = 5000, .dport = 80});
    struct packet rst =
        decoded(&(struct frame_spec){.flags = FRAME_RST, .sport = 5000, .dport = 80});
    struct leg_hit hit;

    (void)state;
    leg_table_add(table, 0, &syn, 0);
    assert_false(leg_table_add(table, 0, &rst, SECOND_NS).is_new);
    assert_false(leg_table_add(table, 0, &rst, LEG_2MSL_NS).is_new);
    hit = leg_table_add(table, 0, &rst, 3 * LEG_2MSL_NS);
    assert_true(hit.is_new);
    assert_int_equal(hit.leg->phase, LEG_MIDSTREAM);
    assert_false(hit.leg->has_former);
    leg_table_free(table);
}

/* 2MSL count from the last segment of a leg, and not from its last FIN, nor twice from it. */
static void test_leg_table_2msl_from_the_last_segment(void **state)
{
    uint32_t retired = 0;
    struct leg_table *table = leg_table_new(sizeof(struct leg), count_retired, &retired);
    struct packet reset =
        decoded(&(struct frame_spec){.flags = FRAME_RST, .sport = 1, .dport = 80});
    struct packet other = decoded(&(struct frame_spec){.sport = 2, .dport = 80});

    (void)state;
    leg_table_add(table, 0, &reset, 0);
    leg_table_add(table, 0, &reset, SECOND_NS);
    leg_table_add(table, 0, &other, LEG_2MSL_NS + SECOND_NS - 1);
    assert_int_equal(retired, 0);
    leg_table_add(table, 0, &other, LEG_2MSL_NS + SECOND_NS);
    assert_int_equal(retired, 1);
    leg_table_free(table);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_leg_queue_remove_twice),
        cmocka_unit_test(test_leg_queue_add_twice),
        cmocka_unit_test(test_leg_queue_quiet),
        cmocka_unit_test(test_leg_queue_due),
        cmocka_unit_test(test_leg_table_reuse_within_2msl),
        cmocka_unit_test(test_leg_table_leaves_after_2msl),
        cmocka_unit_test(test_leg_table_a_million),
        cmocka_unit_test(test_leg_table_after_2msl),
        cmocka_unit_test(test_leg_table_2msl_from_the_last_segment),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
