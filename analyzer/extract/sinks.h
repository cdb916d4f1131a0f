/* What an extract is written into: a capture for each point and link type, and the list of what is
 * in them. All of it appears, or nothing. */
#ifndef SINKS_H
#define SINKS_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "capture/reader.h"

struct sinks;

/* `path` is FILE.pcap: with one point that is the capture, with several it is FILE-POINT.pcap; the
 * list is FILE.txt. STATUS_OUTPUT if the list cannot be begun. Caller ends with sinks_free(). */
enum status sinks_open(const char *path, size_t points, struct sinks **out, struct error *err)
    __attribute__((warn_unused_result));

/* A frame, and what the list says of it. */
struct sink_row {
    const struct frame *frame;
    const uint8_t *bytes; /* what is written of it, `keep` of them */
    uint32_t keep;
    int64_t point_id;
    const char *point;    /* its name */
    const char *capture;  /* the name of the original file */
    int64_t frame_number; /* in it */
    int64_t segment_id;   /* 0: none */
    const char *role;
};
enum status sinks_write(struct sinks *sinks, const struct sink_row *row, struct error *err)
    __attribute__((warn_unused_result));

/* Gives all files their names, and says on `out` what they are called. */
enum status sinks_commit(struct sinks *sinks, FILE *out, struct error *err)
    __attribute__((warn_unused_result));

/* Removes what was not committed. Accepts NULL. */
void sinks_free(struct sinks *sinks);

#endif
