#include "store/writer.h"

#include <fcntl.h>
#include <pthread.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "base/memory.h"
#include "store/case.h"

enum {
    SYNC_BLOCKS = 128 /* 8 MiB of rows */
};

struct writer {
    sqlite3 *db;
    struct ring *ring;
    pthread_t thread;
    bool has_thread;
    int fd;         /* of the database's file; -1: none */
    size_t written; /* blocks since the disk was told to begin */
    atomic_bool failed;
    int rc; /* of the first failure: the thread's, until it is joined */
    struct error err;
};

/* Lets the disk begin with what SQLite has written, so that there is little to wait for at the end.
 * Does not wait itself, unless the disk has far more to do than it can. */
static void begin_sync(int fd)
{
#ifdef SYNC_FILE_RANGE_WRITE
    if (fd >= 0)
        (void)sync_file_range(fd, 0, 0, SYNC_FILE_RANGE_WRITE);
#else
    (void)fd;
#endif
}

static void store_block(struct writer *writer, const struct block *block)
{
    int rc;

    if (writer->rc != SQLITE_OK)
        return;
    rc = feed_insert(block);
    if (rc == SQLITE_OK)
        return;
    writer->rc = rc;
    case_explain(writer->db, &writer->err);
    atomic_store(&writer->failed, true);
}

/* Goes on after a failure, lest the other thread wait for an empty block for ever. */
static void *run(void *context)
{
    struct writer *writer = context;
    struct block *block;

    while ((block = ring_next(writer->ring)) != NULL) {
        store_block(writer, block);
        ring_give_back(writer->ring, block);
        if (++writer->written % SYNC_BLOCKS == 0)
            begin_sync(writer->fd);
    }
    return NULL;
}

/* Signals are for the thread that was there before. */
static bool start(struct writer *writer)
{
    sigset_t all, before;
    int rc;

    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, &before);
    rc = pthread_create(&writer->thread, NULL, run, writer);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (rc == 0)
        pthread_setname_np(writer->thread, "store"); /* for top and perf */
    return rc == 0;
}

struct writer *writer_new(sqlite3 *db, int fd, bool threaded)
{
    struct writer *writer = memory_zalloc(sizeof *writer);

    writer->db = db;
    writer->fd = fd;
    writer->rc = SQLITE_OK;
    writer->ring = ring_new(WRITER_BLOCKS, WRITER_BLOCK_BYTES);
    writer->has_thread = threaded && start(writer);
    return writer;
}

void writer_flush(struct writer *writer, struct feed *feed)
{
    struct block *block = feed->filling;

    feed->filling = NULL;
    if (block == NULL)
        return;
    if (writer->has_thread) {
        ring_put(writer->ring, block);
    } else {
        store_block(writer, block);
        ring_give_back(writer->ring, block);
    }
}

void *writer_add(struct writer *writer, struct feed *feed, size_t text)
{
    struct block *block = feed->filling;
    size_t bytes = feed->row_size + text;

    if (block == NULL || block->capacity - block->text - block->rows * feed->row_size < bytes) {
        writer_flush(writer, feed);
        block = ring_take(writer->ring, bytes);
        block->feed = feed;
        feed->filling = block;
    }
    block->text += text;
    return block->bytes + block->rows++ * feed->row_size;
}

bool writer_has_failed(const struct writer *writer)
{
    return atomic_load_explicit(&writer->failed, memory_order_relaxed);
}

int writer_end(struct writer *writer, struct error *err)
{
    int rc;

    if (writer == NULL)
        return SQLITE_OK;
    ring_end(writer->ring);
    if (writer->has_thread)
        pthread_join(writer->thread, NULL);
    rc = writer->rc;
    if (rc != SQLITE_OK)
        *err = writer->err;
    ring_free(writer->ring);
    free(writer);
    return rc;
}
