/* Random numbers from a seed: the same on every machine, so that a seed names a scene. */
#ifndef CHANCE_H
#define CHANCE_H

#include <stdbool.h>
#include <stdint.h>

struct chance {
    uint64_t state;
};

/* What a seed is for. Each purpose has numbers of its own: more of one leaves the others alone. */
enum chance_purpose {
    CHANCE_PLACES,
    CHANCE_TRAFFIC,
    CHANCE_PATH,
    CHANCE_RECORDING,
};

struct chance chance_begin(uint64_t seed, enum chance_purpose purpose);

uint64_t chance_bits(struct chance *chance);

/* 0 to `count` - 1; `count` is at least 1. */
uint32_t chance_below(struct chance *chance, uint32_t count);

/* `low` to `high`, both included. */
int64_t chance_between(struct chance *chance, int64_t low, int64_t high);

/* The same, small numbers as likely as large ones: each power of two gets its share. `low` > 0. */
int64_t chance_scale(struct chance *chance, int64_t low, int64_t high);

/* True so many times in a hundred; in ten thousand. */
bool chance_percent(struct chance *chance, uint32_t percent);
bool chance_of_10000(struct chance *chance, uint32_t times);

/* A well-mixed number that only depends on `value`. */
uint64_t chance_mix(uint64_t value);

#endif
