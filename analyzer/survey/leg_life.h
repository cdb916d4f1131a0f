/* How a leg begins and goes on: for the leg table, and for nobody else. */
#ifndef LEG_LIFE_H
#define LEG_LIFE_H

#include "survey/leg.h"

/* Whether who sent this segment is the client, if it is the first of its leg. */
bool leg_sender_is_client(const struct segment *tcp);

/* Whether a segment that has the tuple of `leg` is the first of another connection. */
bool leg_begins(const struct leg *leg, int dir, const struct segment *tcp);

/* Brings the leg up to date with one of its segments; fills the offsets of `hit`. */
void leg_take(struct leg *leg, int dir, const struct segment *tcp, int64_t ts_ns,
              struct leg_hit *hit);

#endif
