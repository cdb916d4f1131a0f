/* Remembers the newest IP fragments of one capture, so that a segment which came in several frames
 * can be taken out with all of them. */
#ifndef PIECES_H
#define PIECES_H

#include <stdint.h>

#include "capture/reader.h"
#include "decode/trail.h"

struct pieces;

/* Caller frees with pieces_free(), which accepts NULL. */
struct pieces *pieces_new(void);
void pieces_free(struct pieces *pieces);

/* Keeps the frame (copied) if it is a fragment; the oldest is dropped for it. `number` is that of
 * the frame in the case. */
void pieces_add(struct pieces *pieces, const struct frame *frame, const struct trail *trail,
                int64_t number);

/* Gives, oldest first, the next one that is of the same datagram as the frame of `trail`, and
 * forgets it. False if there is none left. The bytes last until the next call. */
bool pieces_take(struct pieces *pieces, const struct trail *trail, struct frame *frame,
                 int64_t *number);

#endif
