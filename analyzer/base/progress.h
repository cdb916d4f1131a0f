/* How far a long run is, as one line on a terminal; nothing at all where stderr is none. For one
 * thread. */
#ifndef PROGRESS_H
#define PROGRESS_H

#include <stdint.h>

/* A part of the run begins: `what` is static, `total` its bytes, 0 if that is not known. Whatever
 * part was before ends. */
void progress_begin(const char *what, uint64_t total);

/* So many bytes more are done. To be called for each block of a file, not for each packet. */
void progress_add(uint64_t bytes);

/* Takes the line away, so that something else can be written; it comes back by itself. */
void progress_clear(void);

/* There is nothing more to wait for. */
void progress_end(void);

#endif
