/* Follows both directions of a leg and says what happened, as events. */
#ifndef TRACK_H
#define TRACK_H

#include "base/slab.h"
#include "track/event.h"
#include "track/state.h"

/* What all legs share. */
struct tracker {
    event_fn *emit; /* gets their events, and `context` */
    void *context;
    struct slab flows; /* of legs that are not over and quiet: struct flows */
};

void tracker_init(struct tracker *tracker, event_fn *emit, void *context);
void tracker_done(struct tracker *tracker); /* after track_done() of all legs */

/* Brings the leg up to date with its next segment. Returns the segment's marks. */
unsigned track_segment(struct tracker *tracker, struct track *track,
                       const struct tracked_segment *segment);

/* The same for a further sighting of a segment at one point: it counts as a segment with its bytes,
 * and changes nothing else. */
unsigned track_sighting(struct track *track, const struct tracked_segment *segment);

/* An ICMP error says that what this end sends is too big for its way. */
void track_too_big(struct track *track, int dir, int64_t ts_ns);

/* The leg is over and has been quiet: forgets what the next segment would be compared with. One
 * that comes all the same is followed as well as it can be. */
void track_quiet(struct tracker *tracker, struct track *track);

/* Frees what the state holds; the state itself is the caller's. */
void track_done(struct tracker *tracker, struct track *track);

#endif
