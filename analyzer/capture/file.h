/* The bytes of one file as they lie on disk, hashed on the way if asked. */
#ifndef FILE_H
#define FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "capture/hasher.h"

struct file;

/* Opens a file. Standard input (`-`) is copied into a temporary file first, since captures are
 * read twice; it may be opened again. STATUS_INPUT and `err` if it is missing, a folder or can't
 * be opened. Caller closes with file_close(). */
enum status file_open(const char *path, bool hash, struct file **out, struct error *err)
    __attribute__((warn_unused_result));

/* Reads on: `size` bytes, fewer only at the end of the file. -1 and errno if it can't be read. */
ssize_t file_read(struct file *file, uint8_t *bytes, size_t size);

/* How many bytes were read. */
uint64_t file_offset(const struct file *file);

/* Reads what is left and writes the SHA-256 of all bytes. Only if opened with `hash`. */
void file_sha256(struct file *file, char text[SHA256_TEXT]);

void file_close(struct file *file); /* accepts NULL */

#endif
