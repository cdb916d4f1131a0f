/* Writes capture files for tests: pcap and pcapng in both byte orders, also such that no library
 * would write. Written by hand since the broken files are the point; the reader under test is
 * another. */
#ifndef CAPTURE_FILE_H
#define CAPTURE_FILE_H

#include <stdbool.h>
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

enum {
    PCAPNG_SECTION_HEADER_TYPE = 0x0a0d0d0a,
    PCAPNG_INTERFACE = 1,
    PCAPNG_OLD_PACKET = 2,
    PCAPNG_SIMPLE_PACKET = 3,
    PCAPNG_NAMES = 4,
    PCAPNG_STATISTICS = 5,
    PCAPNG_ENHANCED_PACKET = 6,

    PCAPNG_END = 0, /* options */
    PCAPNG_COMMENT = 1,
    PCAPNG_IF_NAME = 2,
    PCAPNG_IF_DESCRIPTION = 3,
    PCAPNG_IF_TSRESOL = 9,
    PCAPNG_IF_TSOFFSET = 14,
    PCAPNG_EPB_DROPCOUNT = 4,
    PCAPNG_ISB_IFRECV = 4,
    PCAPNG_ISB_IFDROP = 5,
    PCAPNG_ISB_OSDROP = 7,

    PCAPNG_BODY_ROOM = 72000, /* a large frame and its options */
};

/* What is between the two lengths of a block, added piece by piece. */
struct pcapng_body {
    bool swapped; /* big endian; else little */
    uint32_t size;
    uint8_t bytes[PCAPNG_BODY_ROOM];
};

void pcapng_add16(struct pcapng_body *body, uint32_t value);
void pcapng_add32(struct pcapng_body *body, uint32_t value);
void pcapng_add64(struct pcapng_body *body, uint64_t value);    /* in the order of the section */
void pcapng_add_time(struct pcapng_body *body, uint64_t ticks); /* the upper half first */

/* Padded to whole words. */
void pcapng_add_bytes(struct pcapng_body *body, const void *bytes, uint32_t size);
void pcapng_add_option(struct pcapng_body *body, uint32_t code, const void *value, uint32_t size);
void pcapng_add_text(struct pcapng_body *body, uint32_t code, const char *text);
void pcapng_add_count(struct pcapng_body *body, uint32_t code, uint64_t count);

/* A block with that body, its length right. */
void pcapng_put(FILE *file, uint32_t type, const struct pcapng_body *body);

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

#endif
