/* The bytes of one capture from front to back: those of its file, unpacked if they are compressed
 * by gzip, zstd or lz4, which is told by the content and not by the name. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "capture/file.h"

struct source;

/* Opens a file; `-` is standard input (see file_open()). STATUS_INPUT and `err` if it is missing,
 * a folder, empty or can't be read or unpacked from its first byte on. Caller closes with
 * source_close(). */
enum status source_open(const char *path, bool hash, struct source **out, struct error *err)
    __attribute__((warn_unused_result));

/* The first bytes of the capture, at most `size` of them; returns how many there are. Only before
 * anything else was read. */
size_t source_peek(const struct source *source, uint8_t *bytes, size_t size);

/* Reads on: `size` bytes, fewer only at the end. */
size_t source_read(struct source *source, void *bytes, size_t size);

/* A stream over the bytes, for libpcap; to be closed before the source is. NULL if the C library
 * can't make one. */
FILE *source_stream(struct source *source);

enum source_state {
    SOURCE_WHOLE,   /* nothing is missing of what was read */
    SOURCE_CUT,     /* the compressed file ended too early */
    SOURCE_DAMAGED, /* what follows can't be unpacked or read */
};

/* Whether the end that source_read() or the stream came to is the real one, and what is wrong
 * with it otherwise; the message is borrowed. */
enum source_state source_state(const struct source *source);
const char *source_message(const struct source *source);

/* Reads what is left and writes the SHA-256 of the file, as it lies on disk. Only if opened with
 * `hash`. */
void source_sha256(struct source *source, char text[SHA256_TEXT]);

void source_close(struct source *source); /* accepts NULL */

#endif
