/* Follows both directions of a leg and says what happened, as events. */
#ifndef TRACK_H
#define TRACK_H

#include "track/event.h"
#include "track/state.h"

/* Brings the leg up to date with its next segment and gives the events to `emit`. Returns the
 * segment's marks. */
unsigned track_segment(struct track *track, const struct tracked_segment *segment, event_fn *emit,
                       void *context);

/* The same for a further sighting of a segment at one point: it counts as a segment with its bytes,
 * and changes nothing else. */
unsigned track_sighting(struct track *track, const struct tracked_segment *segment);

/* An ICMP error says that what this end sends is too big for its way. */
void track_too_big(struct track *track, int dir, int64_t ts_ns);

/* The leg is over and has been quiet: forgets what the next segment would be compared with. One
 * that comes all the same is followed as well as it can be. */
void track_quiet(struct track *track);

/* Frees what the state holds; the state itself is the caller's. */
void track_done(struct track *track);

#endif
