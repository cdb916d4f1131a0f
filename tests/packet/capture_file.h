/* Writes capture files for tests: pcap and pcapng in both byte orders, also such that no library
 * would write. Written by hand since the broken files are the point; the reader under test is
 * another. */
#ifndef CAPTURE_FILE_H
#define CAPTURE_FILE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

/* --- pcap --------------------------------------------------------------------------------- */

struct pcap_format {
    int dlt;
    uint32_t snaplen; /* 0: 262144 */
    bool nanoseconds; /* else microseconds */
    bool swapped;     /* big endian; else little */
};

void pcap_put_header(FILE *file, const struct pcap_format *format);

/* `wire` is the length as sent, `captured` how much of it is in `bytes`. */
void pcap_put_packet(FILE *file, const struct pcap_format *format, int64_t ts_ns,
                     const uint8_t *bytes, uint32_t captured, uint32_t wire);

/* --- pcapng -------------------------------------------------------------------------------- */

struct pcapng_interface {
    int dlt;
    uint32_t snaplen;
    const char *name;   /* NULL: no if_name */
    uint8_t resolution; /* decimal digits: 6 us, 9 ns; 0: the option is left out, which means 6 */
};

void pcapng_put_section(FILE *file, bool swapped);
void pcapng_put_interface(FILE *file, bool swapped, const struct pcapng_interface *interface);

/* An Enhanced Packet Block of interface number `index`. */
void pcapng_put_packet(FILE *file, bool swapped, const struct pcapng_interface *interface,
                       uint32_t index, int64_t ts_ns, const uint8_t *bytes, uint32_t captured,
                       uint32_t wire);

/* Any block, its body padded to whole words: an unknown type has to be skipped by the reader. */
void pcapng_put_block(FILE *file, bool swapped, uint32_t type, const uint8_t *body, uint32_t size);

#endif
