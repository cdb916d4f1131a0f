/* The retransmission queue against a model that knows nothing of ranges: an array with an entry for
 * each byte. 100,000 random operations from a fixed seed. */
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "track/sent.h"
#include "unit/unit.h"

enum {
    OPERATIONS = 100000,
    STREAM_MAX = 1 << 20,
    STEP_MAX = 24, /* bytes of a range */
};

struct byte {
    uint32_t id; /* 0: nobody ever said that it was sent */
    uint8_t flags;
};

struct model {
    struct byte *bytes;
    int64_t next, acked;
    int64_t delivered_ns;
    uint32_t last_id;
    uint64_t random;
};

/* xorshift64: the same numbers everywhere. */
static uint32_t below(struct model *model, uint32_t limit)
{
    model->random ^= model->random << 13;
    model->random ^= model->random >> 7;
    model->random ^= model->random << 17;
    return (uint32_t)(model->random >> 32) % limit;
}

static int64_t time_of(uint32_t id)
{
    return (int64_t)id * 10;
}

static void deliver(struct model *model, const struct byte *byte)
{
    if (!(byte->flags & SENT_UNSEEN) && time_of(byte->id) > model->delivered_ns)
        model->delivered_ns = time_of(byte->id);
}

/* Now and then there are bytes between that nobody speaks of. */
static void do_append(struct model *model, struct sent *sent)
{
    struct sent_range range = {.id = ++model->last_id};

    range.last_ns = time_of(model->last_id);
    if (below(model, 20) == 0)
        model->next += 1 + below(model, 5);
    range.start = model->next;
    range.len = 1 + below(model, STEP_MAX);
    range.flags = below(model, 8) == 0 ? SENT_UNSEEN : 0;
    sent_append(sent, &range);
    for (uint32_t i = 0; i < range.len; i++)
        model->bytes[model->next++] = (struct byte){model->last_id, range.flags};
}

/* Any two numbers around what is in flight, the lower first. */
static void pick(struct model *model, int64_t from, int64_t *start, int64_t *end)
{
    uint32_t width = (uint32_t)(model->next - from) + 20;

    *start = from - 10 + below(model, width);
    *end = *start + 1 + below(model, 2 * STEP_MAX);
}

/* A segment comes again: its bytes are cut out and are now of that segment. */
static void do_again(struct model *model, struct sent *sent)
{
    int64_t start, end;
    uint32_t i;

    pick(model, model->acked, &start, &end);
    i = sent_cut(sent, start, end);
    if (i > 0)
        assert_true(sent_end(sent_at(sent, i - 1)) <= start);
    model->last_id++;
    for (; i < sent->count && sent_at(sent, i)->start < end; i++) {
        struct sent_range *range = sent_at(sent, i);

        assert_true(range->start >= start && sent_end(range) <= end);
        range->id = model->last_id;
        range->last_ns = time_of(model->last_id);
        range->flags = SENT_AGAIN | (range->flags & SENT_SACKED);
        for (int64_t at = range->start; at < sent_end(range); at++) {
            model->bytes[at].id = model->last_id;
            model->bytes[at].flags = range->flags;
        }
    }
}

static void do_sack(struct model *model, struct sent *sent)
{
    int64_t start, end, bytes = 0, lowest;

    if (sent->count == 0)
        return;
    pick(model, model->acked, &start, &end);
    if (below(model, 4) == 0)
        end += below(model, 400);
    if (start < model->acked || end > model->next)
        return;
    /* What had to be forgotten can't be marked; and to mark a part of it may cost the lowest. */
    lowest = sent->capacity < SENT_MAX ? 0 : sent_end(sent_at(sent, 3));
    if (start < lowest)
        return;
    for (int64_t at = start; at < end; at++) {
        struct byte *byte = &model->bytes[at];

        if (byte->id == 0 || (byte->flags & SENT_SACKED))
            continue;
        deliver(model, byte);
        byte->flags |= SENT_SACKED;
        bytes++;
    }
    assert_int_equal(sent_sack(sent, start, end), bytes);
    assert_int_equal(sent_sack(sent, start, end), 0);
}

static void do_acknowledge(struct model *model, struct sent *sent)
{
    int64_t off = model->acked + below(model, (uint32_t)(model->next - model->acked) + 1);
    const struct sent_range *newest;
    uint32_t expected = UINT32_MAX;
    bool again = false;

    for (uint32_t i = 0; i < sent->count; i++) {
        int64_t last = sent_end(sent_at(sent, i)) - 1;

        if (last < model->acked || last >= off)
            continue;
        again |= (model->bytes[last].flags & SENT_AGAIN) != 0;
        if ((model->bytes[last].flags & (SENT_UNSEEN | SENT_SACKED | SENT_AGAIN)) == 0)
            expected = i;
    }
    for (int64_t at = model->acked; at < off; at++)
        deliver(model, &model->bytes[at]);
    newest = sent_acknowledge(sent, off);
    if (expected == UINT32_MAX || again)
        assert_null(newest);
    else
        assert_ptr_equal(newest, sent_at(sent, expected));
    model->acked = off;
}

static void check_range(const struct model *model, const struct sent_range *range)
{
    assert_true(range->len > 0);
    assert_true(sent_end(range) <= model->next);
    for (int64_t at = range->start; at < sent_end(range); at++) {
        assert_int_equal(range->id, model->bytes[at].id);
        assert_int_equal(range->flags, model->bytes[at].flags);
        assert_int_equal(range->last_ns, time_of(model->bytes[at].id));
    }
}

/* All bytes from the lowest range on are covered, by ranges in order, with what is known of them;
 * and what is acknowledged is counted. */
static void check(const struct model *model, const struct sent *sent)
{
    uint32_t acked = 0;

    assert_true(sent->count <= sent->capacity && sent->capacity <= SENT_MAX);
    assert_int_equal(sent->capacity & (sent->capacity - 1), 0);
    assert_int_equal(sent->delivered_ns, model->delivered_ns);
    for (uint32_t i = 0; i < sent->count; i++) {
        const struct sent_range *range = sent_at(sent, i);
        int64_t former = i > 0 ? sent_end(sent_at(sent, i - 1)) : range->start;

        assert_true(former <= range->start);
        for (int64_t at = former; at < range->start; at++)
            assert_int_equal(model->bytes[at].id, 0);
        check_range(model, range);
        acked += sent_end(range) <= model->acked;
        assert_int_equal(sent_search(sent, range->start), i);
        assert_int_equal(sent_search(sent, sent_end(range) - 1), i);
    }
    assert_int_equal(sent->acked, acked);
    if (sent->count > 0)
        assert_int_equal(sent_end(sent_at(sent, sent->count - 1)), model->next);
    if (sent->count > 0 && sent->given_up == 0 && sent_at(sent, 0)->start > 0)
        assert_true(sent_at(sent, 0)->start <= model->acked || sent_at(sent, 0)->start < 6);
}

/* `ack_share` of 100 operations are ACKs: with few of them the queue is full. */
static void run(uint64_t seed, uint32_t ack_share, bool fills)
{
    struct model model = {.random = seed, .bytes = calloc(STREAM_MAX, sizeof *model.bytes)};
    struct sent sent = {0};

    assert_non_null(model.bytes);
    for (uint32_t i = 0; i < OPERATIONS && model.next < STREAM_MAX - STEP_MAX - 5; i++) {
        uint32_t what = below(&model, 100);

        if (what < ack_share)
            do_acknowledge(&model, &sent);
        else if (what < 45)
            do_append(&model, &sent);
        else if (what < 70)
            do_again(&model, &sent);
        else
            do_sack(&model, &sent);
        if (sent.count < 200 || i % 256 == 0)
            check(&model, &sent);
    }
    check(&model, &sent);
    assert_int_equal(sent.given_up > 0, fills);
    assert_true(fills == (sent.capacity == SENT_MAX));
    sent_free(&sent);
    free(model.bytes);
}

/* What is in flight goes up and down, and all of it is known. */
static void test_sent_random(void **state)
{
    (void)state;
    run(20240229, 4, false);
}

/* One ACK in a thousand operations would be too few. */
static void test_sent_random_without_acks(void **state)
{
    (void)state;
    run(7, 0, true);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_sent_random),
        cmocka_unit_test(test_sent_random_without_acks),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
