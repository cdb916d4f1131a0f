/* Blocks between two threads: all of them, in order, and never more than there are. */
#include <pthread.h>
#include <stdatomic.h>
#include <string.h>
#include <unistd.h>

#include "store/ring.h"
#include "unit/unit.h"

enum {
    BLOCKS = 4,
    BYTES = 64,
    MANY = 20000
};

/* Takes and puts MANY blocks, each with its number. */
static void *put_many(void *context)
{
    struct ring *ring = context;

    for (size_t i = 0; i < MANY; i++) {
        struct block *block = ring_take(ring, 0);

        block->rows = i;
        memset(block->bytes, (int)(i & 0xff), block->capacity);
        ring_put(ring, block);
    }
    ring_end(ring);
    return NULL;
}

static void test_ring_order(void **state)
{
    struct ring *ring = ring_new(BLOCKS, BYTES);
    struct block *block;
    pthread_t thread;
    size_t count = 0;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, put_many, ring), 0);
    while ((block = ring_next(ring)) != NULL) {
        assert_int_equal(block->rows, count);
        assert_int_equal((unsigned char)block->bytes[BYTES - 1], count & 0xff);
        count++;
        ring_give_back(ring, block);
    }
    assert_int_equal(count, MANY);
    pthread_join(thread, NULL);
    ring_free(ring);
}

/* The block's content is the taker's as soon as it is empty: two at one time are never the same. */
static void test_ring_distinct(void **state)
{
    struct ring *ring = ring_new(BLOCKS, BYTES);
    struct block *blocks[BLOCKS];

    (void)state;
    for (int i = 0; i < BLOCKS; i++) {
        blocks[i] = ring_take(ring, 0);
        for (int j = 0; j < i; j++)
            assert_ptr_not_equal(blocks[i]->bytes, blocks[j]->bytes);
    }
    for (int i = 0; i < BLOCKS; i++)
        ring_give_back(ring, blocks[i]);
    ring_free(ring);
}

struct greedy {
    struct ring *ring;
    atomic_int taken;
};

static void *take_one_too_many(void *context)
{
    struct greedy *greedy = context;

    for (int i = 0; i < BLOCKS + 1; i++) {
        struct block *block = ring_take(greedy->ring, 0);

        atomic_fetch_add(&greedy->taken, 1);
        ring_put(greedy->ring, block);
    }
    ring_end(greedy->ring);
    return NULL;
}

/* Who makes rows faster than they are stored waits for the next empty block. */
static void test_ring_bound(void **state)
{
    struct greedy greedy = {.ring = ring_new(BLOCKS, BYTES)};
    pthread_t thread;
    int rest = 0;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, take_one_too_many, &greedy), 0);
    while (atomic_load(&greedy.taken) < BLOCKS)
        usleep(1000);
    usleep(20000); /* long enough for one more, if nothing held it */
    assert_int_equal(atomic_load(&greedy.taken), BLOCKS);
    ring_give_back(greedy.ring, ring_next(greedy.ring));
    for (struct block *block; (block = ring_next(greedy.ring)) != NULL; rest++)
        ring_give_back(greedy.ring, block);
    assert_int_equal(rest, BLOCKS);
    pthread_join(thread, NULL);
    ring_free(greedy.ring);
}

static void *store_all(void *context)
{
    for (struct block *block; (block = ring_next(context)) != NULL;)
        ring_give_back(context, block);
    return NULL;
}

/* A thread that waits is not woken for each block, but in time: here one is full, which alone would
 * wake nobody, and all others are being filled when one more is asked for. */
static void test_ring_few_full(void **state)
{
    enum {
        MORE = 16
    };
    struct ring *ring = ring_new(MORE, BYTES);
    struct block *blocks[MORE];
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, store_all, ring), 0);
    usleep(5000); /* it waits */
    for (int i = 0; i < MORE; i++)
        blocks[i] = ring_take(ring, 0);
    alarm(30); /* else it would be for ever */
    ring_put(ring, blocks[0]);
    assert_ptr_equal(ring_take(ring, 0), blocks[0]);
    for (int i = 0; i < MORE; i++)
        ring_put(ring, blocks[i]);
    ring_end(ring);
    pthread_join(thread, NULL);
    alarm(0);
    ring_free(ring);
}

static void *end_later(void *context)
{
    usleep(5000);
    ring_end(context);
    return NULL;
}

/* The end reaches who waits for it, and comes after all blocks. */
static void test_ring_end(void **state)
{
    struct ring *ring = ring_new(BLOCKS, BYTES);
    struct block *block = ring_take(ring, 0);
    pthread_t thread;

    (void)state;
    assert_int_equal(pthread_create(&thread, NULL, end_later, ring), 0);
    assert_null(ring_next(ring));
    pthread_join(thread, NULL);
    ring_put(ring, block);
    assert_ptr_equal(ring_next(ring), block);
    assert_null(ring_next(ring));
    ring_give_back(ring, block);
    ring_free(ring);
}

/* What is longer than a block gets a longer one, which does not stay so. */
static void test_ring_long(void **state)
{
    struct ring *ring = ring_new(1, BYTES);
    struct block *block = ring_take(ring, 10 * BYTES);

    (void)state;
    assert_int_equal(block->capacity, 10 * BYTES);
    memset(block->bytes, 1, block->capacity);
    block->rows = block->text = 1;
    ring_give_back(ring, block);
    block = ring_take(ring, 1);
    assert_int_equal(block->capacity, BYTES);
    assert_int_equal(block->rows, 0);
    assert_int_equal(block->text, 0);
    ring_give_back(ring, block);
    ring_free(ring);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_ring_order), cmocka_unit_test(test_ring_distinct),
        cmocka_unit_test(test_ring_bound), cmocka_unit_test(test_ring_few_full),
        cmocka_unit_test(test_ring_end),   cmocka_unit_test(test_ring_long),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
