/* Reads the frames of one capture file, one after the other. What reads which format is behind
 * this header; nothing else of the program knows. */
#ifndef READER_H
#define READER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "capture/source.h"

struct frame {
    int64_t ts_ns;        /* since 1970 UTC, as the file says */
    uint32_t captured;    /* bytes at `bytes` */
    uint32_t sent;        /* length on the wire */
    int dlt;              /* libpcap's DLT_ value */
    const uint8_t *bytes; /* borrowed until the next read */
};

enum read_result {
    READ_FRAME,
    READ_END,
    READ_TRUNCATED, /* the file ends inside of a frame */
    READ_DAMAGED,   /* what comes next is no frame */
};

struct reader;

/* Opens a capture. `hash` asks for reader_sha256(). STATUS_INPUT and `err` if it can't be read
 * at all: missing, a folder, empty, or no capture. Caller closes with reader_close(). */
enum status reader_open(const char *path, bool hash, struct reader **out, struct error *err)
    __attribute__((warn_unused_result));

/* The next frame. After any other result than READ_FRAME the reader is at its end. */
enum read_result reader_next(struct reader *reader, struct frame *frame);

const char *reader_format(const struct reader *reader);   /* 'pcap', 'pcapng'; static */
const char *reader_linktype(const struct reader *reader); /* 'EN10MB'; borrowed */
uint32_t reader_snaplen(const struct reader *reader);

/* Why it ended, if truncated or damaged; borrowed. */
const char *reader_message(const struct reader *reader);

/* SHA-256 of the whole file, what could not be decoded included. */
void reader_sha256(struct reader *reader, char text[SHA256_TEXT]);

void reader_close(struct reader *reader); /* accepts NULL */

#endif
