/* snoop (RFC 1761), as Solaris records it and libpcap does not read it. All numbers are big endian.
 */
#include <inttypes.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "capture/reader_ops.h"

enum {
    HEADER = 16,
    RECORD = 24,
    VERSION_READ = 2,
    RECORD_MAX = 262144 + RECORD + 4 /* larger than any frame: no record */
};

static const uint8_t magic[8] = {'s', 'n', 'o', 'o', 'p', 0, 0, 0};

struct snoop {
    uint64_t offset; /* of the next record */
    uint8_t *bytes;  /* of a record, RECORD_MAX */
};

static uint32_t read_u32(const uint8_t *at)
{
    return (uint32_t)at[0] << 24 | (uint32_t)at[1] << 16 | (uint32_t)at[2] << 8 | at[3];
}

static bool snoop_recognises(const uint8_t *front, size_t size)
{
    return size >= sizeof magic && memcmp(front, magic, sizeof magic) == 0;
}

/* libpcap's DLT_ value of a link type of RFC 1761 §4; -1: none that is known. */
static int find_dlt(uint32_t datalink)
{
    switch (datalink) {
    case 0: /* IEEE 802.3 */
    case 4: /* Ethernet */
        return DLT_EN10MB;
    case 8:
        return DLT_FDDI;
    default:
        return -1;
    }
}

static bool snoop_open(struct reader *reader)
{
    uint8_t header[HEADER];
    struct snoop *snoop;
    uint32_t version;
    int dlt;

    if (source_read(reader->source, header, HEADER) < HEADER) {
        snprintf(reader->message, sizeof reader->message, "the header of the snoop file is cut");
        return false;
    }
    version = read_u32(header + 8);
    dlt = find_dlt(read_u32(header + 12));
    if (version != VERSION_READ || dlt < 0) {
        snprintf(reader->message, sizeof reader->message, "snoop version %u of link type %u",
                 version, read_u32(header + 12));
        return false;
    }
    snoop = memory_zalloc(sizeof *snoop);
    snoop->bytes = memory_alloc(RECORD_MAX);
    snoop->offset = HEADER;
    reader->state = snoop;
    reader_add_interface(reader, dlt)->tsresol = 6;
    return true;
}

static enum read_result stop(struct reader *reader, enum read_result result, const char *reason)
{
    const struct snoop *snoop = reader->state;

    snprintf(reader->message, sizeof reader->message, "the record at byte %" PRIu64 " %s",
             snoop->offset, reason);
    return result;
}

static enum read_result snoop_next(struct reader *reader, struct frame *frame)
{
    struct snoop *snoop = reader->state;
    uint8_t header[RECORD];
    size_t got = source_read(reader->source, header, RECORD);
    uint32_t sent, captured, length, micros;

    if (got == 0)
        return READ_END;
    if (got < RECORD)
        return stop(reader, READ_TRUNCATED, "is cut");
    sent = read_u32(header);
    captured = read_u32(header + 4);
    length = read_u32(header + 8); /* padding and this header included */
    micros = read_u32(header + 20);
    if (length < RECORD || length > RECORD_MAX || captured > length - RECORD || micros >= 1000000)
        return stop(reader, READ_DAMAGED, "is none");
    if (source_read(reader->source, snoop->bytes, length - RECORD) < length - RECORD)
        return stop(reader, READ_TRUNCATED, "is cut");
    snoop->offset += length;
    reader->interfaces[0].has_dropped = true;
    reader->interfaces[0].dropped = read_u32(header + 12); /* of all before */
    *frame = (struct frame){
        .ts_ns = (int64_t)read_u32(header + 16) * 1000000000 + (int64_t)micros * 1000,
        .captured = captured,
        .sent = sent < captured ? captured : sent,
        .dlt = reader->interfaces[0].dlt,
        .bytes = snoop->bytes,
    };
    return READ_FRAME;
}

static void snoop_close(struct reader *reader)
{
    struct snoop *snoop = reader->state;

    if (snoop == NULL)
        return;
    free(snoop->bytes);
    free(snoop);
}

const struct reader_ops reader_snoop = {
    .format = "snoop",
    .recognises = snoop_recognises,
    .open = snoop_open,
    .next = snoop_next,
    .close = snoop_close,
};
