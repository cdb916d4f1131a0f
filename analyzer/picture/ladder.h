/* A ladder: the segments of a short connection one below the other, with a lane for each point,
 * so that it can be seen how far each of them came. */
#ifndef LADDER_H
#define LADDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "picture/mark.h"

enum {
    LADDER_LANES_MAX = 10,
    LADDER_ROWS_MAX = 40, /* a connection with more segments at a point has no ladder */
};

struct picture_segment;

/* A segment on its way past a point. */
struct ladder_sighting {
    int64_t segment; /* 0: not seen there */
    int64_t ts_ns;
    int64_t frame;
    int ttl;
};

/* SQL: an ICMP error `i` in words. */
#define LADDER_ICMP_WORDS                                                                          \
    "CASE WHEN i.version = 4 AND i.type = 11 THEN 'ICMP time exceeded'"                            \
    " WHEN i.version = 6 AND i.type = 3 THEN 'ICMPv6 time exceeded'"                               \
    " WHEN i.version = 4 AND i.type = 3 AND i.code = 4 THEN 'ICMP fragmentation needed'"           \
    " WHEN i.version = 6 AND i.type = 2 THEN 'ICMPv6 packet too big'"                              \
    " ELSE printf('ICMP%s type %d code %d', iif(i.version = 6, 'v6', ''), i.type, i.code)"         \
    " END || coalesce(' (MTU ' || i.mtu || ')', '') || ' from ' || i.src"

struct ladder_row {
    int64_t ts_ns; /* when it was seen first */
    bool is_icmp;  /* an ICMP error about the connection: `icmp` says it, one sighting */
    char *icmp;    /* gnuplot's string, quoted and safe */
    int dir;
    unsigned flags;
    int64_t off, len;
    bool has_ack;
    int64_t ack_off;
    unsigned mark_bits;
    bool seen_before; /* its first sighting here is not its first: it was cut on the way */
    struct ladder_sighting sightings[LADDER_LANES_MAX]; /* by trace of the picture */
};

struct ladder {
    struct ladder_row *rows;
    size_t count, capacity;
};

/* Adds a segment seen at lane `lane`, to the row of the sighting that it names if there is one. */
void ladder_add(struct ladder *ladder, size_t lane, const struct picture_segment *segment);

/* Adds an ICMP error recorded at `lane`. Takes `text`. */
void ladder_add_icmp(struct ladder *ladder, size_t lane, int64_t ts_ns, int64_t frame, int ttl,
                     char *text);

/* Whether one of the row's sightings is that segment. */
bool ladder_row_shows(const struct ladder_row *row, int64_t segment);

/* Puts the rows in the order of time. */
void ladder_sort(struct ladder *ladder);

/* Where a row is drawn: the lanes at which it was seen, in its own direction. */
struct ladder_span {
    size_t first, last;      /* lanes: 1 is the first point */
    size_t sender, receiver; /* lanes of the ends: 0, and the one behind the last point */
    int forward;             /* 1, or -1 from the server to the client */
};

struct ladder_span ladder_span(const struct ladder_row *row, size_t lanes);

/* "SYN ACK 0, ack 1" */
void ladder_write_words(FILE *out, const struct ladder_row *row);

void ladder_done(struct ladder *ladder);

#endif
