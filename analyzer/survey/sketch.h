/* A small, fair sample of a leg's segments, taken alike at every point: of each class the
 * fingerprints with the lowest hashes are kept, so that two points that saw the same segments keep
 * the same ones, whenever their captures began and however much else they saw. */
#ifndef SKETCH_H
#define SKETCH_H

#include <stdbool.h>
#include <stdint.h>

#include "decode/packet.h"
#include "survey/leg.h"

enum sketch_class {
    SKETCH_EXACT,   /* small segments: numbers, length, flags and timestamps */
    SKETCH_BYTE,    /* bytes at every 32 KiB of sequence space, with the TSval that carried them:
                     * the same however segmentation offload has cut the stream */
    SKETCH_CONTENT, /* what is left where a device rewrites the numbers: the first bytes of
                     * payload; without any, both timestamps */
    SKETCH_CLASSES
};

enum {
    SKETCH_KEPT = 32 /* of each class and direction */
};

struct fingerprint {
    uint64_t hash;
    int64_t ts_ns; /* raw */
    bool repeated; /* seen more than once: it names no single segment */
};

struct sketch {
    uint8_t count[SKETCH_CLASSES][DIRS];
    struct fingerprint kept[SKETCH_CLASSES][DIRS][SKETCH_KEPT]; /* in the order of hash */
};

/* Adds the fingerprints of one segment, sent in direction `dir`. */
void sketch_add(struct sketch *sketch, int dir, const struct packet *packet, int64_t ts_ns);

/* Exchanges the directions. */
void sketch_flip(struct sketch *sketch);

/* Called for each fingerprint that two sketches share: which class, the direction at either leg,
 * and the two times. */
typedef void sketch_shared_fn(void *context, enum sketch_class kind, int dir_a, int dir_b,
                              const struct fingerprint *a, const struct fingerprint *b);

/* Calls `shared` for all that both have, in whatever directions (roles may have been guessed
 * differently). Returns how many there are that name a single segment at both. */
unsigned sketch_compare(const struct sketch *a, const struct sketch *b, sketch_shared_fn *shared,
                        void *context);

#endif
