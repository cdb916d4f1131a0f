/* What the tests of pcapng write and read with. */
#ifndef UNIT_PCAPNG_H
#define UNIT_PCAPNG_H

#include <stdlib.h>

#include "capture/reader.h"
#include "packet/capture_file.h"
#include "packet/scratch.h"
#include "unit/unit.h"

static const uint8_t data[] = "What a frame holds does not matter here.";

enum {
    DATA_SIZE = 40
};

/* --- writing ------------------------------------------------------------------------------- */

/* The front of an Enhanced Packet Block: all that must be there, `ticks` after 1970. */
static inline struct pcapng_body packet_body(bool swapped, uint32_t interface, uint64_t ticks)
{
    struct pcapng_body body = {.swapped = swapped};

    pcapng_add32(&body, interface);
    pcapng_add_time(&body, ticks);
    pcapng_add32(&body, DATA_SIZE);
    pcapng_add32(&body, 1500);
    pcapng_add_bytes(&body, data, DATA_SIZE);
    return body;
}

static inline void put_packet(FILE *file, uint32_t interface, uint64_t ticks)
{
    struct pcapng_body body = packet_body(false, interface, ticks);

    pcapng_put(file, PCAPNG_ENHANCED_PACKET, &body);
}

/* A section in little endian with one interface of Ethernet, in nanoseconds. */
static inline void put_front(FILE *file)
{
    const struct pcapng_interface eth0 = {1, 96, "eth0", 9};

    pcapng_put_section(file, false);
    pcapng_put_interface(file, false, &eth0);
}

static inline struct pcapng_body interface_body(void)
{
    struct pcapng_body body = {0};

    pcapng_add16(&body, 1);
    pcapng_add16(&body, 0);
    pcapng_add32(&body, 0);
    return body;
}

static inline struct pcapng_body statistics_body(uint32_t interface)
{
    struct pcapng_body body = {0};

    pcapng_add32(&body, interface);
    pcapng_add_time(&body, 1000);
    return body;
}

/* --- reading ------------------------------------------------------------------------------- */

static inline struct reader *opened(struct scratch *scratch)
{
    struct reader *reader;
    struct error err;

    fflush(scratch->file);
    assert_int_equal(reader_open(scratch->path, false, &reader, &err), STATUS_OK);
    assert_string_equal(reader_format(reader), "pcapng");
    return reader;
}

static inline struct frame next_frame(struct reader *reader)
{
    struct frame frame;

    assert_int_equal(reader_next(reader, &frame), READ_FRAME);
    return frame;
}

static inline void assert_end(struct reader *reader)
{
    struct frame frame;

    assert_int_equal(reader_next(reader, &frame), READ_END);
    assert_int_equal(reader_next(reader, &frame), READ_END);
}

static inline void close_all(struct reader *reader, struct scratch *scratch)
{
    reader_close(reader);
    scratch_close(scratch);
}

#endif
