/* The retransmission queue: ranges that are appended, cut, acknowledged and forgotten. */

#include "track/sent.h"
#include "unit/unit.h"

/* A range of `len` bytes above all others. */
static void append(struct sent *sent, int64_t start, uint32_t len, uint64_t id)
{
    const struct sent_range range = {
        .start = start, .len = len, .id = id, .last_ns = (int64_t)id * 10};

    sent_append(sent, &range);
}

/* `count` ranges of 10 bytes from 0 on, whose ids are 1, 2, 3, … */
static struct sent filled(uint32_t count)
{
    struct sent sent = {0};

    for (uint32_t i = 0; i < count; i++)
        append(&sent, 10 * (int64_t)i, 10, i + 1);
    return sent;
}

static void assert_range(const struct sent *sent, uint32_t i, int64_t start, int64_t end)
{
    assert_in_range(i, 0, sent->count - 1);
    assert_int_equal(sent_at(sent, i)->start, start);
    assert_int_equal(sent_end(sent_at(sent, i)), end);
}

/* Each is where it was put, and the room for them is a power of two. */
static void test_sent_append_grows(void **state)
{
    struct sent sent = filled(1000);

    (void)state;
    assert_int_equal(sent.count, 1000);
    assert_int_equal(sent.capacity, 1024);
    for (uint32_t i = 0; i < sent.count; i++) {
        assert_range(&sent, i, 10 * i, 10 * i + 10);
        assert_int_equal(sent_at(&sent, i)->id, i + 1);
    }
    sent_free(&sent);
    assert_null(sent.items);
    assert_int_equal(sent.count, 0);
}

/* 40 in flight all the time: the ring goes round and stays small. What stays behind is a tail, and
 * nothing was given up. */
static void test_sent_append_wraps(void **state)
{
    struct sent sent = filled(40);

    (void)state;
    for (int64_t i = 40; i < 1000; i++) {
        sent_acknowledge(&sent, 10 * (i - 39));
        append(&sent, 10 * i, 10, (uint64_t)i + 1);
        assert_int_equal(sent.count - sent.acked, 40);
        assert_range(&sent, sent.acked, 10 * (i - 39), 10 * (i - 38));
        assert_range(&sent, 0, 10 * (i + 1 - (int64_t)sent.count),
                     10 * (i + 2 - (int64_t)sent.count));
    }
    assert_int_equal(sent.capacity, 128);
    assert_in_range(sent.acked, 32, 128 - 40);
    assert_int_equal(sent.given_up, 0);
    sent_free(&sent);
}

/* One at a time: four are room enough. */
static void test_sent_append_one_at_a_time(void **state)
{
    struct sent sent = {0};

    (void)state;
    for (uint32_t i = 0; i < 1000; i++) {
        append(&sent, 10 * (int64_t)i, 10, i + 1);
        sent_acknowledge(&sent, 10 * (int64_t)i + 10);
        assert_int_equal(sent.acked, sent.count);
    }
    assert_int_equal(sent.capacity, 4);
    assert_range(&sent, sent.count - 1, 9990, 10000);
    sent_free(&sent);
}

/* 10 more than there may be: the lowest 10 are forgotten, and counted. */
static void test_sent_append_too_many(void **state)
{
    struct sent sent = filled(SENT_MAX + 10);

    (void)state;
    assert_int_equal(sent.count, SENT_MAX);
    assert_int_equal(sent.capacity, SENT_MAX);
    assert_int_equal(sent.given_up, 10);
    assert_range(&sent, 0, 100, 110);
    assert_int_equal(sent_search(&sent, 0), 0);
    sent_free(&sent);
}

/* What was acknowledged goes first, and is no loss. */
static void test_sent_append_drops_the_tail_first(void **state)
{
    struct sent sent = filled(SENT_MAX);

    (void)state;
    sent_acknowledge(&sent, 50);
    for (uint32_t i = 0; i < 5; i++)
        append(&sent, 10 * (int64_t)(SENT_MAX + i), 10, 1);
    assert_int_equal(sent.given_up, 0);
    assert_int_equal(sent.acked, 0);
    append(&sent, 10 * (int64_t)(SENT_MAX + 5), 10, 1);
    assert_int_equal(sent.given_up, 1);
    sent_free(&sent);
}

/* The first that ends above: at the edges of each, with none, some and all acknowledged. */
static void test_sent_search(void **state)
{
    struct sent sent = {0};

    (void)state;
    assert_int_equal(sent_search(&sent, 0), 0);
    sent = filled(20);
    for (uint32_t acked = 0; acked <= 20; acked++) {
        sent_acknowledge(&sent, 10 * (int64_t)acked);
        assert_int_equal(sent.acked, acked);
        assert_int_equal(sent_search(&sent, -5), 0);
        for (uint32_t i = 0; i < 20; i++) {
            assert_int_equal(sent_search(&sent, 10 * (int64_t)i), i);
            assert_int_equal(sent_search(&sent, 10 * (int64_t)i + 9), i);
        }
        assert_int_equal(sent_search(&sent, 200), 20);
    }
    sent_free(&sent);
}

/* One range is cut twice, in its middle: three, that differ in nothing else. */
static void test_sent_cut_in_the_middle(void **state)
{
    struct sent sent = {0};

    (void)state;
    append(&sent, 100, 100, 7);
    sent_at(&sent, 0)->flags = SENT_HAS_TSVAL;
    sent_at(&sent, 0)->copies = 3;
    assert_int_equal(sent_cut(&sent, 130, 160), 1);
    assert_int_equal(sent.count, 3);
    assert_range(&sent, 0, 100, 130);
    assert_range(&sent, 1, 130, 160);
    assert_range(&sent, 2, 160, 200);
    for (uint32_t i = 0; i < 3; i++) {
        assert_int_equal(sent_at(&sent, i)->id, 7);
        assert_int_equal(sent_at(&sent, i)->last_ns, 70);
        assert_int_equal(sent_at(&sent, i)->flags, SENT_HAS_TSVAL);
        assert_int_equal(sent_at(&sent, i)->copies, 3);
    }
    sent_free(&sent);
}

/* Where there is an edge already, or nothing at all, nothing is cut. */
static void test_sent_cut_at_the_edges(void **state)
{
    struct sent sent = {0};

    (void)state;
    assert_int_equal(sent_cut(&sent, 0, 10), 0);
    sent = filled(5);
    assert_int_equal(sent_cut(&sent, 10, 30), 1);
    assert_int_equal(sent_cut(&sent, 0, 50), 0);
    assert_int_equal(sent_cut(&sent, -20, 0), 0);
    assert_int_equal(sent_cut(&sent, -20, 90), 0);
    assert_int_equal(sent_cut(&sent, 50, 60), 5);
    assert_int_equal(sent.count, 5);
    sent_free(&sent);
}

/* From the middle of one to the middle of another, with three whole ones between. */
static void test_sent_cut_over_several(void **state)
{
    struct sent sent = filled(6);

    (void)state;
    assert_int_equal(sent_cut(&sent, 5, 45), 1);
    assert_int_equal(sent.count, 8);
    assert_range(&sent, 0, 0, 5);
    assert_range(&sent, 1, 5, 10);
    assert_range(&sent, 5, 40, 45);
    assert_range(&sent, 6, 45, 50);
    sent_free(&sent);
}

/* Both halves of what was acknowledged are. */
static void test_sent_cut_acknowledged(void **state)
{
    struct sent sent = filled(4);

    (void)state;
    sent_acknowledge(&sent, 20);
    sent_cut(&sent, 5, 35);
    assert_int_equal(sent.count, 6);
    assert_int_equal(sent.acked, 3);
    sent_free(&sent);
}

/* Of one range a part is acknowledged, and then the rest of it comes again: its first part was
 * acknowledged long ago, and is no measure for the next ACK. */
static void test_sent_cut_acknowledged_in_part(void **state)
{
    struct sent sent = filled(1);

    (void)state;
    assert_null(sent_acknowledge(&sent, 4));
    assert_int_equal(sent.acked, 0);
    sent_at(&sent, sent_cut(&sent, 4, 10))->flags = SENT_AGAIN;
    assert_int_equal(sent.acked, 1);
    assert_null(sent_acknowledge(&sent, 10));
    sent_free(&sent);
}

/* A full queue: each cut costs the lowest range; one in the lowest costs that itself. */
static void test_sent_cut_in_a_full_queue(void **state)
{
    struct sent sent = filled(SENT_MAX);

    (void)state;
    assert_int_equal(sent_cut(&sent, 1005, 1008), 99);
    assert_int_equal(sent.count, SENT_MAX);
    assert_int_equal(sent.given_up, 2);
    assert_range(&sent, 0, 20, 30);
    assert_range(&sent, 98, 1000, 1005);
    assert_range(&sent, 99, 1005, 1008);
    assert_range(&sent, 100, 1008, 1010);
    assert_int_equal(sent_cut(&sent, 25, 28), 0);
    assert_int_equal(sent.given_up, 3);
    assert_int_equal(sent.count, SENT_MAX - 1);
    assert_range(&sent, 0, 30, 40);
    sent_free(&sent);
}

/* The newest that is acknowledged whole, and when what arrived was sent. */
static void test_sent_acknowledge(void **state)
{
    struct sent sent = filled(5);
    const struct sent_range *newest;

    (void)state;
    newest = sent_acknowledge(&sent, 25);
    assert_non_null(newest);
    assert_int_equal(newest->id, 2);
    assert_int_equal(sent.acked, 2);
    assert_int_equal(sent.delivered_ns, 30); /* of which a part arrived */
    assert_null(sent_acknowledge(&sent, 25));
    assert_null(sent_acknowledge(&sent, 29));
    newest = sent_acknowledge(&sent, 1000);
    assert_non_null(newest);
    assert_int_equal(newest->id, 5);
    assert_int_equal(sent.acked, 5);
    assert_int_equal(sent.delivered_ns, 50);
    sent_free(&sent);
}

/* Karn: what was sent twice, was never seen, or had arrived before measures nothing. */
static void test_sent_acknowledge_measures_nothing(void **state)
{
    struct sent sent = filled(5);
    const struct sent_range *newest;

    (void)state;
    sent_at(&sent, 2)->flags = SENT_UNSEEN;
    sent_at(&sent, 3)->flags = SENT_SACKED;
    newest = sent_acknowledge(&sent, 40);
    assert_non_null(newest);
    assert_int_equal(newest->id, 2);
    assert_int_equal(sent.delivered_ns, 40); /* but that it arrived is known */
    sent_at(&sent, 4)->flags = SENT_AGAIN;
    assert_null(sent_acknowledge(&sent, 50));
    assert_int_equal(sent.delivered_ns, 50);
    sent_free(&sent);
}

/* An ACK that waited for what was lost tells nothing of what came after that in time. */
static void test_sent_acknowledge_of_a_repair(void **state)
{
    struct sent sent = filled(6);

    (void)state;
    sent_at(&sent, 1)->flags = SENT_AGAIN;
    assert_null(sent_acknowledge(&sent, 40));
    assert_int_equal(sent_acknowledge(&sent, 60)->id, 6);
    sent_free(&sent);
}

/* A hole was skipped at some time, not sent. */
static void test_sent_acknowledge_hole(void **state)
{
    struct sent sent = filled(2);

    (void)state;
    sent_at(&sent, 1)->flags = SENT_UNSEEN;
    sent_acknowledge(&sent, 20);
    assert_int_equal(sent.delivered_ns, 10);
    sent_free(&sent);
}

/* A block tells its bytes once. */
static void test_sent_sack_again(void **state)
{
    struct sent sent = filled(10);

    (void)state;
    assert_int_equal(sent_sack(&sent, 25, 50), 25);
    assert_int_equal(sent.count, 11);
    assert_range(&sent, 3, 25, 30);
    assert_int_equal(sent_at(&sent, 2)->flags, 0);
    for (uint32_t i = 3; i < 6; i++)
        assert_int_equal(sent_at(&sent, i)->flags, SENT_SACKED);
    assert_int_equal(sent_at(&sent, 6)->flags, 0);
    assert_int_equal(sent.delivered_ns, 50);
    assert_int_equal(sent_sack(&sent, 25, 50), 0);
    assert_int_equal(sent_sack(&sent, 30, 40), 0);
    assert_int_equal(sent_sack(&sent, 27, 48), 0);
    assert_int_equal(sent.count, 11);
    sent_free(&sent);
}

/* It grows at its upper end, at its lower end, and at both. */
static void test_sent_sack_grows(void **state)
{
    struct sent sent = filled(10);

    (void)state;
    assert_int_equal(sent_sack(&sent, 40, 50), 10);
    assert_int_equal(sent_sack(&sent, 40, 65), 15);
    assert_int_equal(sent_sack(&sent, 35, 65), 5);
    assert_int_equal(sent_sack(&sent, 20, 80), 30);
    assert_int_equal(sent_sack(&sent, 20, 80), 0);
    sent_free(&sent);
}

/* What lay between two blocks comes: they are one, and only that is new. */
static void test_sent_sack_joins(void **state)
{
    struct sent sent = filled(10);

    (void)state;
    assert_int_equal(sent_sack(&sent, 10, 20), 10);
    assert_int_equal(sent_sack(&sent, 30, 40), 10);
    assert_int_equal(sent_sack(&sent, 50, 60), 10);
    assert_int_equal(sent_sack(&sent, 10, 40), 10);
    assert_int_equal(sent_at(&sent, 2)->flags, SENT_SACKED);
    /* And with a new byte above as well. */
    assert_int_equal(sent_sack(&sent, 10, 61), 11);
    assert_int_equal(sent_sack(&sent, 5, 100), 44);
    sent_free(&sent);
}

/* More blocks than are remembered at a time, told in turns, and all joined. */
static void test_sent_sack_many_blocks(void **state)
{
    struct sent sent = filled(100);

    (void)state;
    for (uint32_t turn = 0; turn < 3; turn++)
        for (int64_t i = 0; i < 50; i++)
            assert_int_equal(sent_sack(&sent, 20 * i, 20 * i + 10), turn == 0 ? 10 : 0);
    assert_int_equal(sent_sack(&sent, 0, 1000), 500);
    assert_int_equal(sent_sack(&sent, 0, 1000), 0);
    sent_free(&sent);
}

/* Of nothing that is known. */
static void test_sent_sack_unknown(void **state)
{
    struct sent sent = {0};

    (void)state;
    assert_int_equal(sent_sack(&sent, 0, 10), 0);
    sent = filled(3);
    assert_int_equal(sent_sack(&sent, 30, 40), 0);
    assert_int_equal(sent_sack(&sent, -20, -10), 0);
    assert_int_equal(sent.count, 3);
    sent_free(&sent);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent_append_grows),
        cmocka_unit_test(test_sent_append_wraps),
        cmocka_unit_test(test_sent_append_one_at_a_time),
        cmocka_unit_test(test_sent_append_too_many),
        cmocka_unit_test(test_sent_append_drops_the_tail_first),
        cmocka_unit_test(test_sent_search),
        cmocka_unit_test(test_sent_cut_in_the_middle),
        cmocka_unit_test(test_sent_cut_at_the_edges),
        cmocka_unit_test(test_sent_cut_over_several),
        cmocka_unit_test(test_sent_cut_acknowledged),
        cmocka_unit_test(test_sent_cut_acknowledged_in_part),
        cmocka_unit_test(test_sent_cut_in_a_full_queue),
        cmocka_unit_test(test_sent_acknowledge),
        cmocka_unit_test(test_sent_acknowledge_measures_nothing),
        cmocka_unit_test(test_sent_acknowledge_of_a_repair),
        cmocka_unit_test(test_sent_acknowledge_hole),
        cmocka_unit_test(test_sent_sack_again),
        cmocka_unit_test(test_sent_sack_grows),
        cmocka_unit_test(test_sent_sack_joins),
        cmocka_unit_test(test_sent_sack_many_blocks),
        cmocka_unit_test(test_sent_sack_unknown),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
