/* Many captures as one: their frames in one order of time. */
#ifndef ORDER_H
#define ORDER_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "capture/reader.h"

/* From a capture's own time to the common one. */
struct clock_map {
    int64_t origin_ns; /* raw */
    int64_t offset_ns; /* raw time less common time, at the origin */
    int64_t drift_ppb; /* how much that grows */
};

static inline int64_t clock_common(const struct clock_map *map, int64_t raw_ns)
{
    int64_t since = raw_ns - map->origin_ns, drift = 0;

    if (map->drift_ppb != 0) /* split, so that years times a rate do not overflow */
        drift =
            since / 1000000000 * map->drift_ppb + since % 1000000000 * map->drift_ppb / 1000000000;
    return raw_ns - map->offset_ns - drift;
}

/* One capture, as order_new() is told about it. */
struct order_file {
    const char *path; /* borrowed */
    bool has_frames;
    int64_t first_ns; /* time of the first frame, as the file says */
    struct clock_map clock;
};

/* Fills `has_frames` and `first_ns` by reading the first frame. STATUS_INPUT and `err` if
 * the file can't be read at all. */
enum status order_probe(struct order_file *file, struct error *err)
    __attribute__((warn_unused_result));

struct order;

/* `files` is borrowed and its order breaks ties. With `hash`, the SHA-256 of each file is made.
 * A file is open only from its first frame's time to its end, so that rotated captures take one
 * handle. Caller frees with order_free(). */
struct order *order_new(const struct order_file *files, size_t count, bool hash);

enum order_result {
    ORDER_FRAME,  /* one more frame of `*file` */
    ORDER_ENDED,  /* `*file` is at its end, for order_end() to look at */
    ORDER_DONE,   /* all are */
    ORDER_FAILED, /* `*file` can't be opened again; `err` says why */
};

/* Gives the next frame, least common time first. Frames of one file keep their order, also
 * where its clock goes back: a frame is due no earlier than the one before it. `frame->bytes` is
 * borrowed until the next call; frame->ts_ns is on the common time. */
enum order_result order_next(struct order *order, size_t *file, struct frame *frame,
                             struct error *err);

/* The reader of the file that order_next() named last, with ORDER_FRAME or ORDER_ENDED: for its
 * interfaces. Borrowed until the next call. */
const struct reader *order_reader(const struct order *order);

/* How the file ended that the last ORDER_ENDED named. */
struct order_end {
    enum read_result result; /* READ_END, READ_TRUNCATED, READ_DAMAGED */
    const char *message;     /* borrowed until the next call */
    const char *format;      /* static */
    const char *linktype;    /* borrowed until the next call */
    uint32_t snaplen;
    char sha256[SHA256_TEXT]; /* empty without `hash` */
};
void order_end(struct order *order, struct order_end *end);

void order_free(struct order *order); /* accepts NULL */

#endif
