#include "packet/capture_file.h"

#include <string.h>

enum {
    BLOCK_SECTION = 0x0a0d0d0a,
    BLOCK_INTERFACE = 1,
    BLOCK_ENHANCED_PACKET = 6,
    OPTION_IF_NAME = 2,
    OPTION_IF_TSRESOL = 9,
};

static const int64_t second_ns = 1000000000;

static void put16(FILE *file, bool swapped, uint32_t value)
{
    fputc((int)(swapped ? value >> 8 : value) & 255, file);
    fputc((int)(swapped ? value : value >> 8) & 255, file);
}

static void put32(FILE *file, bool swapped, uint32_t value)
{
    put16(file, swapped, swapped ? value >> 16 : value);
    put16(file, swapped, swapped ? value : value >> 16);
}

static void put_zeros(FILE *file, uint32_t count)
{
    while (count-- > 0)
        fputc(0, file);
}

/* Up to the next multiple of four. */
static uint32_t padding(uint32_t size)
{
    return (4 - size % 4) % 4;
}

/* --- pcap --------------------------------------------------------------------------------- */

void pcap_put_header(FILE *file, const struct pcap_format *format)
{
    put32(file, format->swapped, format->nanoseconds ? 0xa1b23c4d : 0xa1b2c3d4);
    put16(file, format->swapped, 2); /* version 2.4 */
    put16(file, format->swapped, 4);
    put32(file, format->swapped, 0); /* time zone, accuracy: never used */
    put32(file, format->swapped, 0);
    put32(file, format->swapped, format->snaplen ? format->snaplen : 262144);
    put32(file, format->swapped, (uint32_t)format->dlt);
}

void pcap_put_packet(FILE *file, const struct pcap_format *format, int64_t ts_ns,
                     const uint8_t *bytes, uint32_t captured, uint32_t wire)
{
    int64_t part = ts_ns % second_ns;

    put32(file, format->swapped, (uint32_t)(ts_ns / second_ns));
    put32(file, format->swapped, (uint32_t)(format->nanoseconds ? part : part / 1000));
    put32(file, format->swapped, captured);
    put32(file, format->swapped, wire);
    fwrite(bytes, 1, captured, file);
}

/* --- pcapng -------------------------------------------------------------------------------- */

void pcapng_put_block(FILE *file, bool swapped, uint32_t type, const uint8_t *body, uint32_t size)
{
    uint32_t total = 12 + size + padding(size);

    put32(file, swapped, type);
    put32(file, swapped, total);
    if (size > 0)
        fwrite(body, 1, size, file);
    put_zeros(file, padding(size));
    put32(file, swapped, total);
}

void pcapng_put_section(FILE *file, bool swapped)
{
    put32(file, swapped, BLOCK_SECTION);
    put32(file, swapped, 28);
    put32(file, swapped, 0x1a2b3c4d); /* tells the byte order */
    put16(file, swapped, 1);          /* version 1.0 */
    put16(file, swapped, 0);
    put32(file, swapped, UINT32_MAX); /* section length: not told */
    put32(file, swapped, UINT32_MAX);
    put32(file, swapped, 28);
}

static uint32_t option_size(uint32_t size)
{
    return 4 + size + padding(size);
}

static void put_option(FILE *file, bool swapped, uint32_t code, const void *value, uint32_t size)
{
    put16(file, swapped, code);
    put16(file, swapped, size);
    fwrite(value, 1, size, file);
    put_zeros(file, padding(size));
}

void pcapng_put_interface(FILE *file, bool swapped, const struct pcapng_interface *interface)
{
    uint32_t name_size = interface->name ? (uint32_t)strlen(interface->name) : 0;
    uint32_t total = 20;

    if (interface->name)
        total += option_size(name_size);
    if (interface->resolution)
        total += option_size(1);
    if (interface->name || interface->resolution)
        total += 4; /* the end of the options */

    put32(file, swapped, BLOCK_INTERFACE);
    put32(file, swapped, total);
    put16(file, swapped, (uint32_t)interface->dlt);
    put16(file, swapped, 0);
    put32(file, swapped, interface->snaplen);
    if (interface->name)
        put_option(file, swapped, OPTION_IF_NAME, interface->name, name_size);
    if (interface->resolution)
        put_option(file, swapped, OPTION_IF_TSRESOL, &interface->resolution, 1);
    if (interface->name || interface->resolution)
        put32(file, swapped, 0);
    put32(file, swapped, total);
}

void pcapng_put_packet(FILE *file, bool swapped, const struct pcapng_interface *interface,
                       uint32_t index, int64_t ts_ns, const uint8_t *bytes, uint32_t captured,
                       uint32_t wire)
{
    uint32_t total = 32 + captured + padding(captured);
    int64_t unit_ns = second_ns;
    uint64_t ts;

    for (int digit = 0; digit < (interface->resolution ? interface->resolution : 6); digit++)
        unit_ns /= 10;
    ts = (uint64_t)(ts_ns / unit_ns);

    put32(file, swapped, BLOCK_ENHANCED_PACKET);
    put32(file, swapped, total);
    put32(file, swapped, index);
    put32(file, swapped, (uint32_t)(ts >> 32));
    put32(file, swapped, (uint32_t)ts);
    put32(file, swapped, captured);
    put32(file, swapped, wire);
    fwrite(bytes, 1, captured, file);
    put_zeros(file, padding(captured));
    put32(file, swapped, total);
}
