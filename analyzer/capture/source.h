/* The bytes of one file, read once from front to back, and hashed on the way if asked. */
#ifndef SOURCE_H
#define SOURCE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"

enum {
    SHA256_TEXT = 65
}; /* hexadecimal, with the end of the text */

struct source;

/* Opens a file. Standard input (`-`) is copied into a temporary file first, since captures are
 * read twice; it may be opened again. STATUS_INPUT and `err` if it is missing, a folder, empty
 * or can't be read. Caller closes with source_close(). */
enum status source_open(const char *path, bool hash, struct source **out, struct error *err)
    __attribute__((warn_unused_result));

/* The first bytes of the file, at most `size` of them; returns how many there are. */
size_t source_peek(const struct source *source, uint8_t *bytes, size_t size);

/* A stream over the bytes, for libpcap; to be closed before the source is. NULL if the C library
 * can't make one. */
FILE *source_stream(struct source *source);

/* Reads what is left and writes the SHA-256 of all bytes. Only if opened with `hash`. */
void source_sha256(struct source *source, char text[SHA256_TEXT]);

void source_close(struct source *source); /* accepts NULL */

#endif
