/* Copies a pcap file of this machine's byte order as a capture with a shorter snaplen would have
 * been, for the command-line tests.
 *
 * usage: cut_capture SNAPLEN FROM TO */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

struct record {
    uint32_t seconds, fraction, captured, wire;
};

static int copy(FILE *from, FILE *to, uint32_t snaplen)
{
    static uint8_t bytes[262144];
    uint32_t header[6];
    struct record record;

    if (fread(header, sizeof header, 1, from) != 1)
        return 1;
    header[4] = snaplen;
    fwrite(header, sizeof header, 1, to);
    while (fread(&record, sizeof record, 1, from) == 1) {
        if (record.captured > sizeof bytes ||
            fread(bytes, 1, record.captured, from) != record.captured)
            return 1;
        if (record.captured > snaplen)
            record.captured = snaplen;
        fwrite(&record, sizeof record, 1, to);
        fwrite(bytes, 1, record.captured, to);
    }
    return ferror(from) || ferror(to);
}

int main(int argc, char **argv)
{
    FILE *from = argc == 4 ? fopen(argv[2], "rb") : NULL;
    FILE *to = from != NULL ? fopen(argv[3], "wb") : NULL;

    if (to == NULL) {
        fprintf(stderr, "usage: cut_capture SNAPLEN FROM TO\n");
        return 2;
    }
    if (copy(from, to, (uint32_t)strtoul(argv[1], NULL, 10)) != 0 || fclose(to) != 0) {
        fprintf(stderr, "cut_capture: %s\n", argv[2]);
        return 1;
    }
    fclose(from);
    return 0;
}
