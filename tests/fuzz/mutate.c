/* A fuzzer for where clang's is not: changes known frames at random and hands them to the fuzz
 * target. The random numbers are always the same, so a round that fails can be run again alone.
 *
 * usage: mutate [--rounds N | --seconds N] [--from ROUND] [--corpus DIR] [CAPTURE…]
 *
 * Begins with the frames of the gallery and those of the captures. --corpus writes them as files
 * for clang's fuzzer to begin with, and does nothing else. Prints one test in TAP. */
#include <getopt.h>
#include <pcap/pcap.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "fuzz/fuzz_decode.h"
#include "packet/gallery.h"

enum {
    SEEDS_MAX = 4096,
    SEED_BYTES = 2048, /* a longer frame says nothing more about its headers */
    FRAMES_A_ROUND = 6,
    ROUNDS_BETWEEN_MARKS = 10000,
    ROUNDS_DEFAULT = 100000,
};

struct seed {
    uint8_t link; /* fuzz_link() */
    uint32_t len;
    uint8_t bytes[SEED_BYTES];
};

struct options {
    unsigned long rounds, seconds, from;
    const char *corpus;
};

/* --- seeds --------------------------------------------------------------------------------- */

struct seeds {
    size_t count;
    struct seed items[SEEDS_MAX];
};

static void add_seed(struct seeds *seeds, int dlt, const uint8_t *bytes, uint32_t len)
{
    struct seed *seed = &seeds->items[seeds->count];

    if (seeds->count == SEEDS_MAX)
        return;
    seed->link = fuzz_link(dlt);
    seed->len = len < SEED_BYTES ? len : SEED_BYTES;
    memcpy(seed->bytes, bytes, seed->len);
    seeds->count++;
}

static void add_gallery(struct seeds *seeds)
{
    static struct built_frame frames[4];

    for (size_t i = 0; i < gallery_size; i++) {
        frame_build(&gallery[i].spec, frames);
        add_seed(seeds, frame_dlt(gallery[i].spec.link), frames->bytes, frames->len);
    }
    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        const struct frame_spec spec = {.version = version, .ip_id = 9, .payload_len = 60};
        size_t pieces = frame_fragments(&spec, 32, frames, 4);

        for (size_t i = 0; i < pieces; i++)
            add_seed(seeds, frame_dlt(spec.link), frames[i].bytes, frames[i].len);
    }
}

static void add_capture(struct seeds *seeds, const char *path)
{
    char reason[PCAP_ERRBUF_SIZE];
    pcap_t *capture = pcap_open_offline(path, reason);
    struct pcap_pkthdr *header;
    const u_char *bytes;

    if (!capture) {
        printf("# %s\n", reason);
        return;
    }
    while (pcap_next_ex(capture, &header, &bytes) == 1)
        add_seed(seeds, pcap_datalink(capture), bytes, header->caplen);
    pcap_close(capture);
}

/* --- mutation ------------------------------------------------------------------------------ */

/* Marsaglia's xorshift. */
static uint32_t next_random(uint64_t *state)
{
    *state ^= *state << 13;
    *state ^= *state >> 7;
    *state ^= *state << 17;
    return (uint32_t)(*state >> 16);
}

static uint32_t below(uint64_t *state, uint32_t limit)
{
    return limit ? next_random(state) % limit : 0;
}

/* One change to a frame of `len` bytes with room for SEED_BYTES; returns its new length. */
static uint32_t mutate(uint64_t *random, uint8_t *bytes, uint32_t len)
{
    static const uint8_t edges[] = {0,    1,    2,    3,    4,    5,    8,    15,   16,  0x3f,
                                    0x40, 0x45, 0x46, 0x4f, 0x60, 0x7f, 0x80, 0xfe, 0xff};
    uint32_t at = below(random, len < 100 ? len : 100); /* headers are in front */
    uint32_t size = below(random, 8) + 1;

    if (len == 0)
        return below(random, 64);
    switch (below(random, 6)) {
    case 0: /* one bit */
        bytes[at] ^= (uint8_t)(1U << below(random, 8));
        return len;
    case 1: /* a byte that is likely to be an edge */
        bytes[at] = edges[below(random, sizeof(edges))];
        return len;
    case 2: /* any byte */
        bytes[at] = (uint8_t)next_random(random);
        return len;
    case 3: /* cut off */
        return below(random, len + 1);
    case 4: /* take some bytes out */
        if (at + size > len)
            return len;
        memmove(bytes + at, bytes + at + size, len - at - size);
        return len - size;
    default: /* put some bytes in */
        if (len + size > SEED_BYTES)
            return len;
        memmove(bytes + at + size, bytes + at, len - at);
        memset(bytes + at, (int)next_random(random), size);
        return len + size;
    }
}

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
    uint32_t frames = 1 + below(random, FRAMES_A_ROUND);
    size_t size = 0;

    for (uint32_t i = 0; i < frames; i++) {
        const struct seed *seed = &seeds->items[below(random, (uint32_t)seeds->count)];
        uint8_t bytes[SEED_BYTES] = {0};
        uint32_t len = seed->len;
        uint8_t link = seed->link, more = 0;

        memcpy(bytes, seed->bytes, len);
        for (uint32_t change = below(random, 6); change > 0; change--)
            len = mutate(random, bytes, len);
        if (below(random, 16) == 0)
            link = (uint8_t)next_random(random);
        if (below(random, 4) == 0)
            more = (uint8_t)next_random(random);
        size += put_frame(input + size, link, more, bytes, len);
    }
    return size;
}

static void run_rounds(const struct seeds *seeds, const struct options *options)
{
    static uint8_t input[FRAMES_A_ROUND * (FUZZ_HEADER + SEED_BYTES)];
    time_t end = time(NULL) + (time_t)options->seconds;
    unsigned long round = options->from;

    for (;; round++) {
        uint64_t random = 0x9e3779b97f4a7c15U * (round + 1); /* any odd number spreads the rounds */

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
        size_t size = put_frame(bytes, seed->link, 0, seed->bytes, seed->len);
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

static void read_options(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"rounds",  required_argument, NULL, 'r'},
        {"seconds", required_argument, NULL, 's'},
        {"from",    required_argument, NULL, 'f'},
        {"corpus",  required_argument, NULL, 'c'},
        {NULL,      0,                 NULL, 0  },
    };
    int option;

    *options = (struct options){.rounds = ROUNDS_DEFAULT};
    while ((option = getopt_long(argc, argv, "", names, NULL)) != -1) {
        switch (option) {
        case 'r':
            options->rounds = strtoul(optarg, NULL, 10);
            break;
        case 's':
            options->seconds = strtoul(optarg, NULL, 10);
            break;
        case 'f':
            options->from = strtoul(optarg, NULL, 10);
            break;
        case 'c':
            options->corpus = optarg;
            break;
        default:
            exit(2);
        }
    }
}

int main(int argc, char **argv)
{
    static struct seeds seeds;
    struct options options;

    read_options(argc, argv, &options);
    add_gallery(&seeds);
    for (int i = optind; i < argc; i++)
        add_capture(&seeds, argv[i]);
    if (options.corpus)
        return write_corpus(&seeds, options.corpus) ? 0 : 1;
    puts("1..1");
    run_rounds(&seeds, &options);
    return 0;
}
