/* A connection's way past its points: finds for each segment its sighting at the neighbouring
 * point, and names those that never had one.
 *
 * What is compared is what NAT leaves alone. Bytes are matched as ranges of sequence numbers with
 * the same TSval, however segmentation offload has cut them: one segment of 26 kB here may be
 * twenty there. A retransmission is matched with its own copy by TSval, IP-ID or order. ACKs
 * without data and RSTs are matched by their numbers. Of what is surely the same packet, the
 * fields are compared that should have stayed as they were. */
#ifndef JOURNEY_H
#define JOURNEY_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/packet.h"
#include "merge/rewrite.h"

/* A segment that was seen at one point and, for as long as a packet may be under way, at no
 * neighbouring point where it should have been. */
struct missing {
    uint64_t segment_id;
    int dir;
    uint32_t position; /* where it was seen */
    uint32_t absent;   /* the position where it was not */
    bool injected;     /* it should have come from there; else it should have gone there */
    uint32_t bytes;    /* of its sequence space that are missing; 0 for one without any */
    bool is_rst;
    int64_t ts_ns;
    int64_t way_ns; /* how long segments mostly take between the two at most */
    bool follows;   /* one that passed before it, the same way, was seen at both */
};

/* A field that is another than it was at the sighting before. Told once of each position,
 * direction and field. */
struct rewritten {
    uint64_t segment_id; /* the later sighting along the way */
    uint32_t position;   /* its */
    struct rewrite rewrite;
};

/* Whom the journey tells. */
struct journey_listener {
    void (*missing)(void *context, const struct missing *missing);
    void (*rewritten)(void *context, const struct rewritten *rewritten);
    void *context;
};

struct journey;

/* `positions` points along the path, 0 nearest to the client; at least 2. Copies `listener`. Caller
 * frees with journey_free(). */
struct journey *journey_new(uint32_t positions, const struct journey_listener *listener);

/* Adds the segment of `packet`, seen at `position` in direction `dir`. Segments come in the order
 * of common time. Returns the id of the earlier sighting of its first byte (of the segment
 * itself if it has none) at a neighbouring point, 0 if there is none yet. The listener hears of
 * segments whose time has run out. */
uint64_t journey_add(struct journey *journey, uint32_t position, int dir, uint64_t segment_id,
                     int64_t ts_ns, const struct packet *packet);

/* Nothing may come for long: tells the listener of what has waited long enough at `ts_ns`, and
 * gives back the memory that is not in use. */
void journey_quiet(struct journey *journey, int64_t ts_ns);

/* Adds a further sighting of a segment at `position`: whether it is one is decided there alone, and
 * another point may take its copy for a segment of its own, or a segment that was sent twice for
 * one. It is no reason to call that one missing. */
void journey_add_copy(struct journey *journey, uint32_t position, int dir, int64_t ts_ns,
                      const struct packet *packet);

/* Tells the listener of all that still waits. To be called when no more segments will come. */
void journey_end(struct journey *journey);

/* How many waiting segments were given up since too many waited: their absence is not told. */
uint64_t journey_given_up(const struct journey *journey);

void journey_free(struct journey *journey); /* accepts NULL */

#endif
