/* Further sightings of a segment at a point that has seen it already: `-i any` without an index of
 * the interface and mirror ports record a packet on its way in and on its way out, and overlapping
 * files of one point hold one frame twice. They are no retransmissions, which a sender gives a new
 * IP-ID or timestamp.
 *
 * Two segments of a leg are one if all their numbers are equal, if they come soon after each other,
 * and if something says that they were not sent twice: the IP-ID (where the sender counts it), a
 * TTL that a router has lowered, the haste of a SYN, or the very same instant in another file.
 * Where there is none of that (IPv6 on a bridge), they are one only in a leg in which nearly
 * everything comes several times: equal ACKs are often sent in a burst. What segmentation offload
 * has cut or joined between two sightings is recognised by the IP-ID or the TTL as well.
 *
 * Compare the "replicas" of Jaiswal et al. (2003). */
#ifndef DUPLICATE_H
#define DUPLICATE_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/packet.h"
#include "survey/leg.h"

/* The last first sightings of all legs. They take memory once; a copy that comes after thousands of
 * other segments is not recognised. */
struct duplicates;

/* What a leg has to remember of one direction. */
struct seen_half {
    uint64_t newest;    /* number of its last first sighting; 0: none */
    uint64_t hint;      /* number of the one whose copy is likely to come next; 0: none */
    uint64_t newest_id; /* the segment's */
    int64_t newest_ns;
    uint32_t top, top_ack; /* no byte above top was seen, no ACK above top_ack */
    bool ids_stand_still;  /* the last two have the same IP-ID: it tells nothing */
    bool is_single;        /* the newest has bytes, and was seen once so far */
};

/* What a leg has to remember. Zeroed at the start. */
struct seen_leg {
    struct seen_half half[DIRS];
    bool found;    /* a copy, at least once */
    uint8_t usual; /* how often a segment comes, as its bytes have shown lately */
    uint8_t trust; /* in that: it holds from TRUST_ENOUGH on */
};

/* A segment of the leg as it comes. */
struct sighting {
    const struct packet *packet; /* a segment */
    int dir;
    uint64_t id;
    int64_t ts_ns;
    uint32_t file; /* any number that tells one capture from another */
};

/* Caller frees with duplicates_free(), which accepts NULL. */
struct duplicates *duplicates_new(void);
void duplicates_free(struct duplicates *duplicates);

/* Returns the id of the first sighting of the segment at this point, 0 if this is it; then it is
 * remembered. Segments come in the order of time, but for what a capture itself has put wrong. */
uint64_t duplicates_add(struct duplicates *duplicates, struct seen_leg *leg,
                        const struct sighting *sighting);

#endif
