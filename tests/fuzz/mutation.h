/* Known frames, random changes to them, and the command line: what our own fuzzers are made of. */
#ifndef MUTATION_H
#define MUTATION_H

#include <stddef.h>
#include <stdint.h>

enum {
    SEEDS_MAX = 4096,
    SEED_BYTES = 2048, /* a longer frame says nothing more about its headers */
};

struct seed {
    int dlt;
    uint32_t len;
    uint8_t bytes[SEED_BYTES];
};

struct seeds {
    size_t count;
    struct seed items[SEEDS_MAX];
};

/* What a fuzzer was told; what it has no use for is 0. */
struct fuzz_options {
    unsigned long rounds, seconds, from; /* from: the first round, to see one again */
    const char *corpus;                  /* a folder for the seeds, and nothing is run */
    const char *rules;                   /* their folder */
};

/* Reads the options over those that are set already. Arguments begin at argv[optind] then. Ends the
 * program with 2 if one makes no sense. */
void fuzz_options_read(struct fuzz_options *options, int argc, char **argv);

/* Adds one frame of each kind, the pieces of fragmented ones included. */
void seeds_add_gallery(struct seeds *seeds);

/* Adds the first `most` frames of a capture, as long as there is room. A file that is none is named
 * on stdout, as a comment in TAP. */
void seeds_add_capture(struct seeds *seeds, const char *path, size_t most);

/* Random numbers that are the same for the same `round`, and different for another. */
uint64_t random_begin(unsigned long round);
uint32_t random_next(uint64_t *random);
uint32_t random_below(uint64_t *random, uint32_t limit); /* 0 for a limit of 0 */

/* Makes one change to a frame of `len` bytes with room for SEED_BYTES; returns its new length. */
uint32_t mutate_frame(uint64_t *random, uint8_t *bytes, uint32_t len);

#endif
