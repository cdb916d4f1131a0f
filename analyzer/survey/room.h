/* The room that crossings leave for a line: which differences of two clocks, growing at which rate,
 * none of them contradicts. */
#ifndef ROOM_H
#define ROOM_H

#include <math.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "survey/feasible.h"

/* Times and values are relative to `origin_ns` and `base_ns`, so that a double holds them. */
struct room {
    struct crossing *items; /* those that can bound a line at all: the two convex hulls */
    size_t count;
    int64_t origin_ns, base_ns;
};

/* The gap between the bounds of both directions for a line of a given slope. */
struct gap {
    bool has_low, has_high;
    double low, high; /* of the line's value at the origin */
};

static inline double gap_width(const struct gap *gap)
{
    return gap->has_low && gap->has_high ? gap->high - gap->low : INFINITY;
}

/* A piece of a line: what it says at two times (raw, at a), relative to base_ns. */
struct room_line {
    int64_t from_ns, to_ns;
    double from, to;
};

/* Of `count` crossings, in any order. `room` must be let go with room_done(). */
void room_init(struct room *room, const struct crossing *items, size_t count, int64_t origin_ns,
               int64_t base_ns);
void room_done(struct room *room);

/* What is left for a line of slope `drift`. */
struct gap room_gap(const struct room *room, double drift);

/* The slope of at most `limit` that leaves the widest gap. */
double room_widest(const struct room *room, double limit);

/* How far any line that fits, give or take `noise` at each crossing, and has a slope of at most
 * `limit` is from `line` at any time of it, less the noise. Where none fits, as much more as it
 * takes is let pass. Only if both directions bound it. */
double room_error(const struct room *room, const struct room_line *line, double limit,
                  double noise);

#endif
