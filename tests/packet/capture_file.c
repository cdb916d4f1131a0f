#include "packet/capture_file.h"

#include <stdlib.h>
#include <string.h>

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

static void add8(struct pcapng_body *body, uint32_t value)
{
    if (body->size == sizeof(body->bytes))
        abort();
    body->bytes[body->size++] = (uint8_t)value;
}

void pcapng_add16(struct pcapng_body *body, uint32_t value)
{
    add8(body, body->swapped ? value >> 8 : value);
    add8(body, body->swapped ? value : value >> 8);
}

void pcapng_add32(struct pcapng_body *body, uint32_t value)
{
    pcapng_add16(body, body->swapped ? value >> 16 : value);
    pcapng_add16(body, body->swapped ? value : value >> 16);
}

void pcapng_add64(struct pcapng_body *body, uint64_t value)
{
    pcapng_add32(body, (uint32_t)(body->swapped ? value >> 32 : value));
    pcapng_add32(body, (uint32_t)(body->swapped ? value : value >> 32));
}

void pcapng_add_time(struct pcapng_body *body, uint64_t ticks)
{
    pcapng_add32(body, (uint32_t)(ticks >> 32));
    pcapng_add32(body, (uint32_t)ticks);
}

void pcapng_add_bytes(struct pcapng_body *body, const void *bytes, uint32_t size)
{
    for (uint32_t i = 0; i < size; i++)
        add8(body, ((const uint8_t *)bytes)[i]);
    for (uint32_t i = size; i % 4 != 0; i++)
        add8(body, 0);
}

void pcapng_add_option(struct pcapng_body *body, uint32_t code, const void *value, uint32_t size)
{
    pcapng_add16(body, code);
    pcapng_add16(body, size);
    pcapng_add_bytes(body, value, size);
}

void pcapng_add_text(struct pcapng_body *body, uint32_t code, const char *text)
{
    pcapng_add_option(body, code, text, (uint32_t)strlen(text));
}

void pcapng_add_count(struct pcapng_body *body, uint32_t code, uint64_t count)
{
    pcapng_add16(body, code);
    pcapng_add16(body, 8);
    pcapng_add64(body, count);
}

void pcapng_put(FILE *file, uint32_t type, const struct pcapng_body *body)
{
    put32(file, body->swapped, type);
    put32(file, body->swapped, 12 + body->size);
    fwrite(body->bytes, 1, body->size, file);
    put32(file, body->swapped, 12 + body->size);
}

void pcapng_put_section(FILE *file, bool swapped)
{
    struct pcapng_body body = {.swapped = swapped};

    pcapng_add32(&body, 0x1a2b3c4d); /* tells the byte order */
    pcapng_add16(&body, 1);          /* version 1.0 */
    pcapng_add16(&body, 0);
    pcapng_add64(&body, UINT64_MAX); /* the section's length: not told */
    pcapng_put(file, PCAPNG_SECTION_HEADER_TYPE, &body);
}

void pcapng_put_interface(FILE *file, bool swapped, const struct pcapng_interface *interface)
{
    struct pcapng_body body = {.swapped = swapped};

    pcapng_add16(&body, (uint32_t)interface->dlt);
    pcapng_add16(&body, 0);
    pcapng_add32(&body, interface->snaplen);
    if (interface->name)
        pcapng_add_text(&body, PCAPNG_IF_NAME, interface->name);
    if (interface->resolution)
        pcapng_add_option(&body, PCAPNG_IF_TSRESOL, &interface->resolution, 1);
    if (interface->name || interface->resolution)
        pcapng_add32(&body, PCAPNG_END);
    pcapng_put(file, PCAPNG_INTERFACE, &body);
}

void pcapng_put_packet(FILE *file, bool swapped, const struct pcapng_interface *interface,
                       uint32_t index, int64_t ts_ns, const uint8_t *bytes, uint32_t captured,
                       uint32_t wire)
{
    struct pcapng_body body = {.swapped = swapped};
    int64_t unit_ns = second_ns;

    for (int digit = 0; digit < (interface->resolution ? interface->resolution : 6); digit++)
        unit_ns /= 10;
    pcapng_add32(&body, index);
    pcapng_add_time(&body, (uint64_t)(ts_ns / unit_ns));
    pcapng_add32(&body, captured);
    pcapng_add32(&body, wire);
    pcapng_add_bytes(&body, bytes, captured);
    pcapng_put(file, PCAPNG_ENHANCED_PACKET, &body);
}
