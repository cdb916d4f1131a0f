/* A fuzzer for where clang's is not: changes known frames at random and hands them to the fuzz
 * target. The random numbers are always the same, so a round that fails can be run again alone.
 *
 * usage: mutate [--rounds N | --seconds N] [--from ROUND] [--corpus DIR] [CAPTURE…]
 *
 * Begins with the frames of the gallery and those of the captures. --corpus writes them as files
 * for clang's fuzzer to begin with, and does nothing else. Prints one test in TAP. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz/fuzz_decode.h"
#include "fuzz/mutation.h"

enum {
    FRAMES_A_ROUND = 6,
    ROUNDS_BETWEEN_MARKS = 10000,
    ROUNDS_DEFAULT = 100000,
};

/* --- inputs -------------------------------------------------------------------------------- */

static size_t put_frame(uint8_t *out, uint8_t link, uint8_t more, const uint8_t *bytes,
                        uint32_t len)
{
    out[0] = link;
    out[1] = more;
    out[2] = (uint8_t)(len >> 8);
    out[3] = (uint8_t)len;
    memcpy(out + FUZZ_HEADER, bytes, len);
    return FUZZ_HEADER + len;
}

/* A few frames, each a seed with no, one or several changes. */
static size_t make_input(const struct seeds *seeds, uint64_t *random, uint8_t *input)
{
    uint32_t frames = 1 + random_below(random, FRAMES_A_ROUND);
    size_t size = 0;

    for (uint32_t i = 0; i < frames; i++) {
        const struct seed *seed = &seeds->items[random_below(random, (uint32_t)seeds->count)];
        uint8_t bytes[SEED_BYTES] = {0};
        uint32_t len = seed->len;
        uint8_t link = fuzz_link(seed->dlt), more = 0;

        memcpy(bytes, seed->bytes, len);
        for (uint32_t change = random_below(random, 6); change > 0; change--)
            len = mutate_frame(random, bytes, len);
        if (random_below(random, 16) == 0)
            link = (uint8_t)random_next(random);
        if (random_below(random, 4) == 0)
            more = (uint8_t)random_next(random);
        size += put_frame(input + size, link, more, bytes, len);
    }
    return size;
}

static void run_rounds(const struct seeds *seeds, const struct fuzz_options *options)
{
    static uint8_t input[FRAMES_A_ROUND * (FUZZ_HEADER + SEED_BYTES)];
    time_t end = time(NULL) + (time_t)options->seconds;
    unsigned long round = options->from;

    for (;; round++) {
        uint64_t random = random_begin(round);

        if (options->seconds ? round % 256 == 0 && time(NULL) >= end
                             : round >= options->from + options->rounds)
            break;
        if (round % ROUNDS_BETWEEN_MARKS == 0) {
            printf("# round %lu\n", round);
            fflush(stdout);
        }
        LLVMFuzzerTestOneInput(input, make_input(seeds, &random, input));
    }
    printf("ok 1 - fuzz_decode: %lu rounds from %zu frames\n", round - options->from, seeds->count);
}

/* --- the command --------------------------------------------------------------------------- */

static bool write_corpus(const struct seeds *seeds, const char *dir)
{
    for (size_t i = 0; i < seeds->count; i++) {
        const struct seed *seed = &seeds->items[i];
        uint8_t bytes[FUZZ_HEADER + SEED_BYTES];
        size_t size = put_frame(bytes, fuzz_link(seed->dlt), 0, seed->bytes, seed->len);
        char path[4096];
        FILE *file;

        snprintf(path, sizeof(path), "%s/seed-%04zu", dir, i);
        file = fopen(path, "wb");
        if (!file || fwrite(bytes, 1, size, file) != size || fclose(file) != 0) {
            perror(path);
            return false;
        }
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct seeds seeds;
    struct fuzz_options options = {.rounds = ROUNDS_DEFAULT};

    fuzz_options_read(&options, argc, argv);
    seeds_add_gallery(&seeds);
    for (int i = optind; i < argc; i++)
        seeds_add_capture(&seeds, argv[i], SEEDS_MAX / 8);
    if (options.corpus)
        return write_corpus(&seeds, options.corpus) ? 0 : 1;
    puts("1..1");
    run_rounds(&seeds, &options);
    return 0;
}
