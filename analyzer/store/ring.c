#include "store/ring.h"

#include <pthread.h>
#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"

/* A thread that waits is woken when there is work for a while: to wake it for each block costs as
 * much as a part of the block's work, and more on a virtual machine. */
enum {
    WAKE_PART = 4 /* of the blocks */
};

struct ring {
    pthread_mutex_t lock; /* of all that follows but the blocks that a thread has */
    pthread_cond_t has_empty, has_full;
    struct block *empty;       /* the one that was given back last is still in the cache */
    struct block *first_full;  /* in the order in which they came */
    struct block **after_full; /* where the next one goes */
    size_t empties, fulls;     /* how many there are of each */
    bool ended;
    size_t bytes;         /* of a block */
    size_t count;         /* blocks */
    struct block *blocks; /* all of them */
};

struct ring *ring_new(size_t blocks, size_t bytes)
{
    struct ring *ring = memory_zalloc(sizeof *ring);

    pthread_mutex_init(&ring->lock, NULL);
    pthread_cond_init(&ring->has_empty, NULL);
    pthread_cond_init(&ring->has_full, NULL);
    ring->after_full = &ring->first_full;
    ring->bytes = bytes;
    ring->count = blocks;
    ring->blocks = memory_zalloc(blocks * sizeof *ring->blocks);
    ring->empties = blocks;
    for (size_t i = blocks; i-- > 0;) {
        struct block *block = &ring->blocks[i];

        block->next = ring->empty;
        ring->empty = block;
    }
    return ring;
}

void ring_free(struct ring *ring)
{
    if (ring == NULL)
        return;
    for (size_t i = 0; i < ring->count; i++)
        free(ring->blocks[i].bytes);
    free(ring->blocks);
    pthread_cond_destroy(&ring->has_full);
    pthread_cond_destroy(&ring->has_empty);
    pthread_mutex_destroy(&ring->lock);
    free(ring);
}

struct block *ring_take(struct ring *ring, size_t bytes)
{
    struct block *block;

    pthread_mutex_lock(&ring->lock);
    while (ring->empty == NULL) {
        pthread_cond_signal(&ring->has_full); /* there may be too few to have woken it */
        pthread_cond_wait(&ring->has_empty, &ring->lock);
    }
    block = ring->empty;
    ring->empty = block->next;
    ring->empties--;
    pthread_mutex_unlock(&ring->lock);

    if (bytes < ring->bytes)
        bytes = ring->bytes;
    if (block->capacity != bytes) { /* not had yet, or larger for a long text */
        free(block->bytes);
        block->bytes = memory_alloc(bytes);
        block->capacity = bytes;
    }
    block->rows = block->text = 0;
    block->next = NULL;
    return block;
}

void ring_put(struct ring *ring, struct block *block)
{
    pthread_mutex_lock(&ring->lock);
    *ring->after_full = block;
    ring->after_full = &block->next;
    if (++ring->fulls >= ring->count / WAKE_PART)
        pthread_cond_signal(&ring->has_full);
    pthread_mutex_unlock(&ring->lock);
}

void ring_end(struct ring *ring)
{
    pthread_mutex_lock(&ring->lock);
    ring->ended = true;
    pthread_cond_signal(&ring->has_full);
    pthread_mutex_unlock(&ring->lock);
}

struct block *ring_next(struct ring *ring)
{
    struct block *block;

    pthread_mutex_lock(&ring->lock);
    while (ring->first_full == NULL && !ring->ended)
        pthread_cond_wait(&ring->has_full, &ring->lock);
    block = ring->first_full;
    if (block != NULL) {
        ring->fulls--;
        ring->first_full = block->next;
        if (ring->first_full == NULL)
            ring->after_full = &ring->first_full;
    }
    pthread_mutex_unlock(&ring->lock);
    return block;
}

void ring_give_back(struct ring *ring, struct block *block)
{
    pthread_mutex_lock(&ring->lock);
    block->next = ring->empty;
    ring->empty = block;
    if (++ring->empties >= ring->count / WAKE_PART || ring->first_full == NULL)
        pthread_cond_signal(&ring->has_empty);
    pthread_mutex_unlock(&ring->lock);
}
