/* Capture files with random changes, for the capture reader's fuzz target. As mutate does it for
 * frames: the random numbers are always the same.
 *
 * usage: tamper [--rounds N | --seconds N] [--from ROUND] [--corpus DIR] [CAPTURE…]
 *
 * Begins with files of every format and with the fronts of the captures. --corpus writes them for
 * clang's fuzzer to begin with, and does nothing else. Prints one test in TAP. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/memory.h"
#include "fuzz/fuzz_capture.h"
#include "fuzz/mutation.h"
#include "packet/capture_file.h"
#include "packet/gallery.h"
#include "packet/pack.h"

enum {
    FILES_MAX = 64,
    FILE_BYTES = 8192, /* of each that is kept */
    CHANGES_MAX = 5,
    ROUNDS_BETWEEN_MARKS = 1000,
    ROUNDS_DEFAULT = 5000,
};

struct capture_seed {
    size_t size;
    uint8_t bytes[FILE_BYTES];
};

struct capture_seeds {
    size_t count;
    struct capture_seed items[FILES_MAX];
};

/* --- seeds --------------------------------------------------------------------------------- */

static void add_front(struct capture_seeds *seeds, FILE *file)
{
    struct capture_seed *seed = &seeds->items[seeds->count];

    if (seeds->count == FILES_MAX)
        return;
    rewind(file);
    seed->size = fread(seed->bytes, 1, FILE_BYTES, file);
    seeds->count++;
}

static FILE *new_file(void)
{
    FILE *file = tmpfile();

    if (!file) {
        perror("tamper");
        exit(1);
    }
    return file;
}

static void add_pcap(struct capture_seeds *seeds, bool swapped, bool nanoseconds)
{
    const struct pcap_format format = {.dlt = 1, .swapped = swapped, .nanoseconds = nanoseconds};
    static struct built_frame frame;
    FILE *file = new_file();

    pcap_put_header(file, &format);
    for (size_t i = 0; i < 5; i++) {
        frame_build(&gallery[i].spec, &frame);
        pcap_put_packet(file, &format, 1700000000123456789 + (int64_t)i, frame.bytes, frame.len,
                        frame.len + 10);
    }
    add_front(seeds, file);
    fclose(file);
}

/* An interface and packets with all the options that are read. */
static void put_options(FILE *file, bool swapped, uint32_t interface)
{
    static struct pcapng_body body;
    const uint8_t resolution = 0x80 | 20;

    body = (struct pcapng_body){.swapped = swapped};
    pcapng_add16(&body, 101);
    pcapng_add16(&body, 0);
    pcapng_add32(&body, 0);
    pcapng_add_text(&body, PCAPNG_IF_NAME, "tun0");
    pcapng_add_text(&body, PCAPNG_IF_DESCRIPTION, "to the left");
    pcapng_add_option(&body, PCAPNG_IF_TSRESOL, &resolution, 1);
    pcapng_add_count(&body, PCAPNG_IF_TSOFFSET, 1700000000);
    pcapng_put(file, PCAPNG_INTERFACE, &body);

    body = (struct pcapng_body){.swapped = swapped};
    pcapng_add32(&body, interface);
    pcapng_add_time(&body, 1U << 20);
    pcapng_add32(&body, 9);
    pcapng_add32(&body, 40);
    pcapng_add_bytes(&body, "no packet", 9);
    pcapng_add_text(&body, PCAPNG_COMMENT, "first");
    pcapng_add_count(&body, PCAPNG_EPB_DROPCOUNT, 2);
    pcapng_add_text(&body, PCAPNG_COMMENT, "second");
    pcapng_add_option(&body, PCAPNG_END, NULL, 0);
    pcapng_put(file, PCAPNG_ENHANCED_PACKET, &body);

    body = (struct pcapng_body){.swapped = swapped};
    pcapng_add16(&body, interface);
    pcapng_add16(&body, 1); /* dropped */
    pcapng_add_time(&body, 2U << 20);
    pcapng_add32(&body, 9);
    pcapng_add32(&body, 40);
    pcapng_add_bytes(&body, "no packet", 9);
    pcapng_put(file, PCAPNG_OLD_PACKET, &body);
}

/* Counts, a packet without a time, and a block that nobody knows. */
static void put_blocks(FILE *file, bool swapped)
{
    static struct pcapng_body body;

    body = (struct pcapng_body){.swapped = swapped};
    pcapng_add_bytes(&body, "unknown", 7);
    pcapng_put(file, 0x0bad, &body);

    body = (struct pcapng_body){.swapped = swapped};
    pcapng_add32(&body, 0);
    pcapng_add_time(&body, 1700000000123456789);
    pcapng_add_text(&body, PCAPNG_COMMENT, "the end of it");
    pcapng_add_count(&body, PCAPNG_ISB_IFRECV, 100);
    pcapng_add_count(&body, PCAPNG_ISB_IFDROP, 3);
    pcapng_add_option(&body, PCAPNG_END, NULL, 0);
    pcapng_put(file, PCAPNG_STATISTICS, &body);

    body = (struct pcapng_body){.swapped = swapped};
    pcapng_add32(&body, 20);
    pcapng_add_bytes(&body, "a simple packet: 20 b", 20);
    pcapng_put(file, PCAPNG_SIMPLE_PACKET, &body);
}

/* Two sections, three interfaces of different kinds. */
static void add_pcapng(struct capture_seeds *seeds, bool swapped)
{
    const struct pcapng_interface interfaces[] = {
        {.dlt = 1,         .snaplen = 262144, .name = "eth0", .resolution = 9},
        {.dlt = 276, .name = "any"                 },
    };
    static struct built_frame frame;
    FILE *file = new_file();

    for (int section = 0; section < 2; section++) {
        pcapng_put_section(file, swapped);
        pcapng_put_interface(file, swapped, &interfaces[0]);
        pcapng_put_interface(file, swapped, &interfaces[1]);
        put_blocks(file, swapped);
        put_options(file, swapped, 2);
        for (uint32_t i = 0; i < 4; i++) {
            frame_build(&gallery[i].spec, &frame);
            pcapng_put_packet(file, swapped, &interfaces[i % 2], i % 2, 1700000000123456789,
                              frame.bytes, frame.len, frame.len);
        }
    }
    add_front(seeds, file);
    fclose(file);
}

/* The first `count` seeds once more in each kind of compression. */
static void add_packed(struct capture_seeds *seeds, size_t count)
{
    for (int format = PACK_NONE + 1; format < PACK_FORMATS; format++) {
        for (size_t i = 0; i < count; i++) {
            uint8_t *packed;
            FILE *file = new_file();
            size_t size = pack((enum pack_format)format, seeds->items[i].bytes,
                               seeds->items[i].size, &packed);

            fwrite(packed, 1, size, file);
            add_front(seeds, file);
            fclose(file);
            free(packed);
        }
    }
}

static void add_files(struct capture_seeds *seeds, char **paths, int count)
{
    for (int kind = 0; kind < 4; kind++)
        add_pcap(seeds, kind & 1, kind & 2);
    add_pcapng(seeds, false);
    add_pcapng(seeds, true);
    add_packed(seeds, seeds->count);
    for (int i = 0; i < count; i++) {
        FILE *file = fopen(paths[i], "rb");

        if (!file) {
            perror(paths[i]);
            exit(1);
        }
        add_front(seeds, file);
        fclose(file);
    }
}

/* --- changes --------------------------------------------------------------------------------- */

/* One change to a file; returns its new size. Lengths and types are words of 16 and 32 bits, so
 * these are what is changed most. */
static size_t tamper(uint64_t *random, uint8_t *bytes, size_t size)
{
    static const uint32_t edges[] = {
        0, 1, 2, 4, 8, 12, 16, 28, 0xff, 0xffff, 0x7fffffff, 0x80000000, 0xfffffff0, UINT32_MAX};
    size_t at = random_below(random, (uint32_t)size);
    uint32_t edge = edges[random_below(random, sizeof(edges) / sizeof(edges[0]))];

    switch (random_below(random, 6)) {
    case 0: /* one bit */
        bytes[at] ^= (uint8_t)(1U << random_below(random, 8));
        return size;
    case 1: /* any byte */
        bytes[at] = (uint8_t)random_next(random);
        return size;
    case 2: /* a word that is likely to be an edge */
        at = at / 4 * 4;
        if (at + 4 <= size)
            memcpy(bytes + at, &edge, 4);
        return size;
    case 3: /* a word, a little more or less */
        at = at / 4 * 4;
        bytes[at] = (uint8_t)(bytes[at] + random_below(random, 9) - 4);
        return size;
    case 4: /* cut off */
        return at + 1;
    default: { /* a piece of it once more, in another place */
        size_t from = random_below(random, (uint32_t)size), length = random_below(random, 64);

        if (from + length <= size && at + length <= size)
            memmove(bytes + at, bytes + from, length);
        return size;
    }
    }
}

static void run_rounds(const struct capture_seeds *seeds, const struct fuzz_options *options)
{
    time_t end = time(NULL) + (time_t)options->seconds;
    unsigned long round = options->from;

    for (;; round++) {
        uint64_t random = random_begin(round);
        const struct capture_seed *seed =
            &seeds->items[random_below(&random, (uint32_t)seeds->count)];
        uint8_t bytes[FILE_BYTES];
        size_t size = seed->size;

        if (options->seconds ? round % 64 == 0 && time(NULL) >= end
                             : round >= options->from + options->rounds)
            break;
        if (round % ROUNDS_BETWEEN_MARKS == 0) {
            printf("# round %lu\n", round);
            fflush(stdout);
        }
        memcpy(bytes, seed->bytes, size);
        for (uint32_t change = 1 + random_below(&random, CHANGES_MAX); change > 0; change--)
            size = tamper(&random, bytes, size);
        LLVMFuzzerTestOneInput(bytes, size);
    }
    printf("ok 1 - fuzz_capture: %lu rounds from %zu files\n", round - options->from, seeds->count);
}

/* --- the command --------------------------------------------------------------------------- */

static bool write_corpus(const struct capture_seeds *seeds, const char *dir)
{
    for (size_t i = 0; i < seeds->count; i++) {
        char *path = memory_print("%s/capture-%02zu", dir, i);
        FILE *file = fopen(path, "wb");
        bool good =
            file != NULL &&
            fwrite(seeds->items[i].bytes, 1, seeds->items[i].size, file) == seeds->items[i].size &&
            fclose(file) == 0;

        if (!good)
            perror(path);
        free(path);
        if (!good)
            return false;
    }
    return true;
}

int main(int argc, char **argv)
{
    static struct capture_seeds seeds;
    struct fuzz_options options = {.rounds = ROUNDS_DEFAULT};

    fuzz_options_read(&options, argc, argv);
    add_files(&seeds, argv + optind, argc - optind);
    if (options.corpus)
        return write_corpus(&seeds, options.corpus) ? 0 : 1;
    puts("1..1");
    run_rounds(&seeds, &options);
    return 0;
}
