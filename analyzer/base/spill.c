#include "base/spill.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/memory.h"

struct spill {
    size_t memory, memory_most; /* bytes in chunks that are not of the file */
    int file;                   /* -1: none yet */
    size_t file_size;
    bool without_file; /* there can't be one, or it can't grow */
    int error;         /* errno of what failed; 0: nothing */
    char *folder;
    struct spill_chunk **mapped; /* all that are of the file */
    size_t mapped_count, mapped_capacity;
    struct spill_chunk **unused; /* of those: no array has them */
    size_t unused_count, unused_capacity;
    struct spill_chunk **resident; /* a ring: the next to go is at `oldest` */
    size_t resident_most, resident_count, oldest;
};

struct spill *spill_new(size_t memory, size_t resident)
{
    struct spill *spill = memory_zalloc(sizeof *spill);
    const char *folder = getenv("TMPDIR");

    spill->memory_most = memory;
    spill->resident_most = resident / SPILL_CHUNK > 0 ? resident / SPILL_CHUNK : 1;
    spill->resident = memory_zalloc(spill->resident_most * sizeof(struct spill_chunk *));
    spill->folder = memory_copy_text(folder != NULL && folder[0] != '\0' ? folder : "/tmp");
    spill->file = -1;
    return spill;
}

void spill_free(struct spill *spill)
{
    if (spill == NULL)
        return;
    for (size_t i = 0; i < spill->mapped_count; i++) {
        munmap(spill->mapped[i]->memory, SPILL_CHUNK);
        free(spill->mapped[i]);
    }
    if (spill->file >= 0)
        close(spill->file);
    free(spill->mapped);
    free(spill->unused);
    free(spill->resident);
    free(spill->folder);
    free(spill);
}

bool spill_has_failed(const struct spill *spill)
{
    return spill->error != 0;
}

enum status spill_status(const struct spill *spill, struct error *err)
{
    if (spill->error == 0)
        return STATUS_OK;
    return error_set(err, STATUS_OUTPUT,
                     "%s: can't write a temporary file: %s (TMPDIR names another folder)",
                     spill->folder, strerror(spill->error));
}

size_t spill_in_file(const struct spill *spill)
{
    return spill->file_size;
}

static bool open_file(struct spill *spill)
{
    char *path;

    if (spill->file >= 0)
        return true;
    path = memory_print("%s/tcpmortem-XXXXXX", spill->folder);
    spill->file = mkostemp(path, O_CLOEXEC);
    if (spill->file >= 0)
        unlink(path);
    free(path);
    return spill->file >= 0;
}

/* Zeros are written and not only promised: a page that finds no room on the disk when it is touched
 * would end the program with a signal. */
static bool lengthen_file(struct spill *spill)
{
    static const char zeros[64 * 1024];
    size_t done = 0;

    while (done < SPILL_CHUNK) {
        size_t rest = SPILL_CHUNK - done;
        ssize_t written = pwrite(spill->file, zeros, rest < sizeof zeros ? rest : sizeof zeros,
                                 (off_t)(spill->file_size + done));

        if (written <= 0 && errno != EINTR) {
            spill->error = written == 0 ? ENOSPC : errno;
            return false;
        }
        done += written > 0 ? (size_t)written : 0;
    }
    return true;
}

/* A chunk of the file; NULL if it can't have one more. */
static struct spill_chunk *map_chunk(struct spill *spill)
{
    struct spill_chunk *chunk, **slot;
    void *memory;

    if (spill->without_file || !open_file(spill) || !lengthen_file(spill)) {
        spill->without_file = true;
        return NULL;
    }
    memory = mmap(NULL, SPILL_CHUNK, PROT_READ | PROT_WRITE, MAP_SHARED, spill->file,
                  (off_t)spill->file_size);
    if (memory == MAP_FAILED) {
        spill->without_file = true;
        return NULL;
    }
    spill->file_size += SPILL_CHUNK;
    chunk = memory_zalloc(sizeof *chunk);
    chunk->memory = memory;
    chunk->in_file = true;
    slot = MEMORY_APPEND(spill->mapped, spill->mapped_count, spill->mapped_capacity);
    *slot = chunk;
    return chunk;
}

void spill_make_resident(struct spill *spill, struct spill_chunk *chunk)
{
    struct spill_chunk **slot = &spill->resident[spill->oldest];

    if (spill->resident_count == spill->resident_most) {
        (*slot)->resident = false;
        madvise((*slot)->memory, SPILL_CHUNK, MADV_DONTNEED);
    } else {
        spill->resident_count++;
    }
    *slot = chunk;
    chunk->resident = true;
    spill->oldest = (spill->oldest + 1) % spill->resident_most;
}

static struct spill_chunk *memory_chunk(struct spill *spill, size_t size)
{
    struct spill_chunk *chunk = memory_zalloc(sizeof *chunk);

    chunk->memory = memory_zalloc(size);
    chunk->resident = true;
    spill->memory += size;
    return chunk;
}

/* A whole chunk, zeroed. */
static struct spill_chunk *take_chunk(struct spill *spill)
{
    struct spill_chunk *chunk = NULL;

    if (spill->memory + SPILL_CHUNK <= spill->memory_most)
        return memory_chunk(spill, SPILL_CHUNK);
    if (spill->unused_count > 0) {
        chunk = spill->unused[--spill->unused_count];
        if (!chunk->resident)
            spill_make_resident(spill, chunk);
        memset(chunk->memory, 0, SPILL_CHUNK);
        return chunk;
    }
    chunk = map_chunk(spill);
    return chunk != NULL ? chunk : memory_chunk(spill, SPILL_CHUNK);
}

void spill_array_init(struct spill_array *array, struct spill *spill, size_t item)
{
    *array = (struct spill_array){.spill = spill, .item = item, .chunk_items = SPILL_CHUNK / item};
}

/* Only an array's first chunk may be smaller than the others, and is in memory then. */
static size_t chunk_size(const struct spill_array *array)
{
    return array->capacity < array->chunk_items ? array->capacity * array->item : SPILL_CHUNK;
}

void spill_array_done(struct spill_array *array)
{
    struct spill *spill = array->spill;

    for (size_t i = 0; i < array->chunks_count; i++) {
        struct spill_chunk *chunk = array->chunks[i], **slot;

        if (chunk->in_file) {
            slot = MEMORY_APPEND(spill->unused, spill->unused_count, spill->unused_capacity);
            *slot = chunk;
        } else {
            spill->memory -= chunk_size(array);
            free(chunk->memory);
            free(chunk);
        }
    }
    free(array->chunks);
    *array = (struct spill_array){0};
}

/* Small arrays take little. */
static void grow_first(struct spill_array *array)
{
    struct spill_chunk *chunk = array->chunks[0];
    size_t old = array->capacity * array->item, size;

    array->capacity =
        array->capacity * 2 < array->chunk_items ? array->capacity * 2 : array->chunk_items;
    size = chunk_size(array);
    chunk->memory = memory_resize(chunk->memory, size);
    memset(chunk->memory + old, 0, size - old);
    array->spill->memory += size - old;
}

static void grow(struct spill_array *array)
{
    struct spill_chunk **slot;

    if (array->chunks_count == 1 && array->capacity < array->chunk_items) {
        grow_first(array);
        return;
    }
    slot = MEMORY_APPEND(array->chunks, array->chunks_count, array->chunks_capacity);
    if (array->chunks_count > 1) {
        *slot = take_chunk(array->spill);
        array->capacity += array->chunk_items;
    } else {
        array->capacity = array->chunk_items < 16 ? array->chunk_items : 16;
        *slot = memory_chunk(array->spill, chunk_size(array));
    }
}

void spill_extend(struct spill_array *array, size_t count)
{
    while (array->capacity < count)
        grow(array);
    if (array->count < count)
        array->count = count;
}

void *spill_append(struct spill_array *array)
{
    spill_extend(array, array->count + 1);
    return spill_at(array, array->count - 1);
}
