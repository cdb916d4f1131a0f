/* Rows into the database, in a thread of its own. Rows are collected in blocks, one table a block;
 * a full one is put into a ring, from which the thread inserts them in the order in which they were
 * put in. That order follows from the rows alone: which thread was faster changes nothing. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include <stdbool.h>

#include "base/error.h"
#include "store/feed.h"

enum {
    WRITER_BLOCKS = 48, /* more than there are tables, each of which may have one half full */
    WRITER_BLOCK_BYTES = 64 * 1024
};

struct writer;

/* From now on only the writer may use `db`, until writer_end(). `fd` is of its file, so that the
 * disk can begin before the end; -1: it begins when it likes. Borrowed. Without `threaded`, or
 * where no thread can be had, rows are inserted by the one that makes them. */
struct writer *writer_new(sqlite3 *db, int fd, bool threaded) __attribute__((warn_unused_result));

/* Room for a row and `text` bytes for what it has of text, which writer_text() finds. Both are to
 * be filled before the next call. May wait for the writer. */
void *writer_add(struct writer *writer, struct feed *feed, size_t text);
static inline char *writer_text(const struct feed *feed)
{
    return feed->filling->bytes + feed->filling->capacity - feed->filling->text;
}

/* Passes on what was added, though its block is not full. Each feed's last call. */
void writer_flush(struct writer *writer, struct feed *feed);

/* Whether a row could not be inserted; those after it are dropped. */
bool writer_has_failed(const struct writer *writer);

/* Waits until all that was passed on is stored, ends the thread and frees the writer. SQLite's
 * error code of what went wrong first, and its words in `err`. */
int writer_end(struct writer *writer, struct error *err);

#endif
