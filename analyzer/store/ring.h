/* Blocks of rows on their way from the thread that makes them to the one that stores them. There is
 * a fixed number of them, so that the one never runs far ahead of the other: it waits. */
#ifndef RING_H
#define RING_H

#include <stddef.h>

struct feed;

/* Rows of one table. They stand at the beginning, and from the end on the text that they have. */
struct block {
    struct feed *feed; /* whose rows they are */
    size_t rows, text; /* text: bytes */
    size_t capacity;   /* bytes */
    char *bytes;
    struct block *next; /* the ring's */
};

struct ring;

/* Blocks of `bytes` bytes each. Caller ends with ring_free(), after both threads are done. */
struct ring *ring_new(size_t blocks, size_t bytes) __attribute__((warn_unused_result));
void ring_free(struct ring *ring);

/* The thread that makes rows. An empty block with room for `bytes`, which may be more than other
 * blocks have; waits until there is one. */
struct block *ring_take(struct ring *ring, size_t bytes);
void ring_put(struct ring *ring,
              struct block *block); /* it is full: in this order they are stored */
void ring_end(struct ring *ring);   /* no more will come */

/* The thread that stores them. The next full block, waiting until there is one; NULL after the
 * last. Each is given back, which is what makes it empty. */
struct block *ring_next(struct ring *ring);
void ring_give_back(struct ring *ring, struct block *block);

#endif
