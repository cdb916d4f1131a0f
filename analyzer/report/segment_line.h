/* One segment as a line in tcpdump's words, which every network engineer reads. */
#ifndef SEGMENT_LINE_H
#define SEGMENT_LINE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

struct segment_line {
    int64_t ts_ns;
    const char *where; /* "host#562": point and frame */
    const char *src_addr, *dst_addr;
    int src_port, dst_port;
    unsigned flags; /* of decode/packet.h */
    int64_t off;    /* bytes since the sender's ISN */
    bool has_ack;
    int64_t ack_off; /* bytes since the receiver's ISN */
    int64_t len;
    int64_t win; /* raw */
    int ttl;     /* told of a SYN and of a RST: it says how far they come, and who sent them */
    bool has_timestamps;
    int64_t tsval, tsecr;
    const char *role; /* what it proves; "": nothing */
};

/* Writes
 *     12:30:05.260068000 host#562 203.0.113.171.8443 > 10.0.0.1.52630: Flags [.], seq 1:697,
 *     ack 453, win 501, options [TS val 7 ecr 5], length 696  <- late segment
 * as one line without its end, safe inside of a fenced block. `where` is filled with spaces up
 * to `where_width` characters. */
void segment_line_write(FILE *out, const struct segment_line *segment, int where_width);

/* "S.", "P.", "R"; "none" without any flag. The result is static, or lies in `text`. */
const char *segment_line_flags(unsigned flags, char text[static 9]);

#endif
