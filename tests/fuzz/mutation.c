#include "fuzz/mutation.h"

#include <getopt.h>
#include <pcap/pcap.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet/gallery.h"

void fuzz_options_read(struct fuzz_options *options, int argc, char **argv)
{
    static const struct option names[] = {
        {"rounds",  required_argument, NULL, 'r'},
        {"seconds", required_argument, NULL, 's'},
        {"from",    required_argument, NULL, 'f'},
        {"corpus",  required_argument, NULL, 'c'},
        {"rules",   required_argument, NULL, 'd'},
        {NULL,      0,                 NULL, 0  },
    };
    int option;

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
        case 'd':
            options->rules = optarg;
            break;
        default:
            exit(2);
        }
    }
}

/* --- seeds --------------------------------------------------------------------------------- */

static void add_seed(struct seeds *seeds, int dlt, const uint8_t *bytes, uint32_t len)
{
    struct seed *seed = &seeds->items[seeds->count];

    if (seeds->count == SEEDS_MAX)
        return;
    seed->dlt = dlt;
    seed->len = len < SEED_BYTES ? len : SEED_BYTES;
    memcpy(seed->bytes, bytes, seed->len);
    seeds->count++;
}

void seeds_add_gallery(struct seeds *seeds)
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

void seeds_add_capture(struct seeds *seeds, const char *path, size_t most)
{
    char reason[PCAP_ERRBUF_SIZE];
    pcap_t *capture = pcap_open_offline(path, reason);
    struct pcap_pkthdr *header;
    const u_char *bytes;

    if (!capture) {
        printf("# %s\n", reason);
        return;
    }
    while (most-- > 0 && pcap_next_ex(capture, &header, &bytes) == 1)
        add_seed(seeds, pcap_datalink(capture), bytes, header->caplen);
    pcap_close(capture);
}

/* --- random numbers -------------------------------------------------------------------------- */

uint64_t random_begin(unsigned long round)
{
    return 0x9e3779b97f4a7c15U * (round + 1); /* any odd number spreads the rounds */
}

/* Marsaglia's xorshift. */
uint32_t random_next(uint64_t *random)
{
    *random ^= *random << 13;
    *random ^= *random >> 7;
    *random ^= *random << 17;
    return (uint32_t)(*random >> 16);
}

uint32_t random_below(uint64_t *random, uint32_t limit)
{
    return limit ? random_next(random) % limit : 0;
}

/* --- changes --------------------------------------------------------------------------------- */

uint32_t mutate_frame(uint64_t *random, uint8_t *bytes, uint32_t len)
{
    static const uint8_t edges[] = {0,    1,    2,    3,    4,    5,    8,    15,   16,  0x3f,
                                    0x40, 0x45, 0x46, 0x4f, 0x60, 0x7f, 0x80, 0xfe, 0xff};
    uint32_t at = random_below(random, len < 200 ? len : 200); /* headers are in front */
    uint32_t size = random_below(random, 8) + 1;

    if (len == 0)
        return random_below(random, 64);
    switch (random_below(random, 6)) {
    case 0: /* one bit */
        bytes[at] ^= (uint8_t)(1U << random_below(random, 8));
        return len;
    case 1: /* a byte that is likely to be an edge */
        bytes[at] = edges[random_below(random, sizeof(edges))];
        return len;
    case 2: /* any byte */
        bytes[at] = (uint8_t)random_next(random);
        return len;
    case 3: /* cut off */
        return random_below(random, len + 1);
    case 4: /* take some bytes out */
        if (at + size > len)
            return len;
        memmove(bytes + at, bytes + at + size, len - at - size);
        return len - size;
    default: /* put some bytes in */
        if (len + size > SEED_BYTES)
            return len;
        memmove(bytes + at + size, bytes + at, len - at);
        memset(bytes + at, (int)random_next(random), size);
        return len + size;
    }
}
