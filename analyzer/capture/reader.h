/* Reads the frames of one capture file, one after the other. What reads which format is behind
 * this header; nothing else of the program knows. */
#ifndef READER_H
#define READER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "capture/source.h"

struct frame {
    int64_t ts_ns;        /* since 1970 UTC, as the file says; within 2^32 s of it */
    int64_t raw_ns;       /* the same, whatever order_next() makes of ts_ns */
    uint32_t captured;    /* bytes at `bytes` */
    uint32_t sent;        /* length on the wire */
    int dlt;              /* libpcap's DLT_ value */
    uint32_t interface;   /* index for reader_interface() */
    const uint8_t *bytes; /* borrowed until the next read */
    const char *comment;  /* likewise; several are lines of one; NULL: none */
};

/* Where frames of a capture were recorded. In pcap there is one; in pcapng there are as many as
 * were described, numbered through over all sections of the file. */
struct reader_interface {
    char *name;        /* 'eth0'; NULL: not given */
    char *description; /* NULL: not given */
    int dlt;           /* libpcap's DLT_ value */
    char linktype[32]; /* its name, 'EN10MB', or its number */
    uint32_t snaplen;  /* 0: no limit was given */
    uint8_t tsresol;   /* resolution of its times: 10^-n s; with the top bit set, 2^-n s */

    /* Its own account, as far as the file has one up to here; at most INT64_MAX. */
    bool has_received, has_dropped;
    uint64_t received; /* packets that came by */
    uint64_t dropped;  /* packets that should have been recorded and were not */
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

/* The next frame. After any other result than READ_FRAME the reader is at its end and gives the
 * same again. */
enum read_result reader_next(struct reader *reader, struct frame *frame);

const char *reader_format(const struct reader *reader); /* 'pcap', 'pcapng', 'snoop'; static */

/* The interfaces that were described up to here; in pcapng that may be anywhere before their first
 * frame. Borrowed until the next read. */
size_t reader_interfaces(const struct reader *reader);
const struct reader_interface *reader_interface(const struct reader *reader, size_t index);

/* The link types of the interfaces up to here, each once: 'EN10MB', 'EN10MB,LINUX_SLL'. 'several'
 * if they are too many to name, 'none' without interfaces. Borrowed until the next call. */
const char *reader_linktype(struct reader *reader);

/* The largest of the interfaces up to here; 0 if one has no limit. */
uint32_t reader_snaplen(const struct reader *reader);

/* The comment on the capture as a whole, a line for each section that has one; NULL: none up to
 * here. Borrowed until the next read. */
const char *reader_comment(const struct reader *reader);

/* Why it ended, if truncated or damaged; borrowed. */
const char *reader_message(const struct reader *reader);

/* SHA-256 of the whole file as it lies on disk, what could not be decoded included. */
void reader_sha256(struct reader *reader, char text[SHA256_TEXT]);

void reader_close(struct reader *reader); /* accepts NULL */

#endif
