/* Objects of one size that come and go all the time. They lie in pieces of memory that hold many;
 * the one that was given back last is taken first, since it is still in the cache. */
#ifndef SLAB_H
#define SLAB_H

#include <stddef.h>

struct slab {
    size_t size;      /* of an object, in bytes */
    size_t per_piece; /* objects */
    char **pieces;
    size_t pieces_count, pieces_capacity;
    size_t used; /* objects of the last piece that were taken at least once */
    void *given; /* those given back: each holds the address of the next */
};

/* `size` is more than 0; objects are aligned to 16 bytes. */
void slab_init(struct slab *slab, size_t size);

/* Frees all memory, whether objects were given back or not. */
void slab_done(struct slab *slab);

/* An object; what is in it is not defined. Never NULL. */
void *slab_take(struct slab *slab) __attribute__((warn_unused_result));

/* `object` is one of this slab's, and void afterwards. */
void slab_give(struct slab *slab, void *object);

#endif
