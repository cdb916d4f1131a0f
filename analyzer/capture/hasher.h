/* SHA-256 of files while they are read, in a thread of its own: it costs as much time as all the
 * rest of reading. Bytes are copied, so that the reader goes on at once. */
#ifndef HASHER_H
#define HASHER_H

#include <stddef.h>
#include <stdint.h>

enum {
    SHA256_TEXT = 65 /* hexadecimal, with the end of the text */
};

struct hash;

/* Caller ends with hash_free(), which accepts NULL. */
struct hash *hash_new(void);
void hash_free(struct hash *hash);

/* The next bytes of the file. */
void hash_add(struct hash *hash, const uint8_t *bytes, size_t size);

/* The hash of all bytes so far; nothing may be added after it. */
void hash_write(struct hash *hash, char text[SHA256_TEXT]);

#endif
