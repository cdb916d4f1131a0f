#include "base/slab.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

/* AddressSanitizer watches over what lies here unused as it does over what was freed. */
#ifdef __SANITIZE_ADDRESS__
#include <sanitizer/asan_interface.h>
#else
#define ASAN_POISON_MEMORY_REGION(address, size)   ((void)0)
#define ASAN_UNPOISON_MEMORY_REGION(address, size) ((void)0)
#endif

enum {
    PIECE = 256 * 1024, /* bytes, about */
    ALIGNMENT = 16
};

void slab_init(struct slab *slab, size_t size)
{
    size = (size + ALIGNMENT - 1) / ALIGNMENT * ALIGNMENT;
    *slab = (struct slab){.size = size, .per_piece = size < PIECE ? PIECE / size : 1};
}

void slab_done(struct slab *slab)
{
    for (size_t i = 0; i < slab->pieces_count; i++)
        free(slab->pieces[i]);
    free(slab->pieces);
    *slab = (struct slab){0};
}

static void *take_new(struct slab *slab)
{
    if (slab->pieces_count == 0 || slab->used == slab->per_piece) {
        char **piece = MEMORY_APPEND(slab->pieces, slab->pieces_count, slab->pieces_capacity);

        *piece = memory_alloc(slab->per_piece * slab->size);
        ASAN_POISON_MEMORY_REGION(*piece, slab->per_piece * slab->size);
        slab->used = 0;
    }
    return slab->pieces[slab->pieces_count - 1] + slab->used++ * slab->size;
}

void *slab_take(struct slab *slab)
{
    void *object = slab->given;

    if (object == NULL)
        object = take_new(slab);
    ASAN_UNPOISON_MEMORY_REGION(object, slab->size);
    if (slab->given != NULL)
        memcpy(&slab->given, object, sizeof slab->given);
    return object;
}

void slab_give(struct slab *slab, void *object)
{
    memcpy(object, &slab->given, sizeof slab->given);
    slab->given = object;
    ASAN_POISON_MEMORY_REGION(object, slab->size);
}
