/* Where an axis begins and ends, and its tics at round numbers. */
#ifndef AXIS_H
#define AXIS_H

#include <stdint.h>
#include <stdio.h>

struct axis {
    int64_t low, high; /* with some room around what is drawn */
    int64_t first;     /* the first tic */
    int64_t step;      /* between two tics: 1, 2 or 5 times a power of ten */
};

/* An axis for values from `low` to `high` with about `tics` tics. */
struct axis axis_for(int64_t low, int64_t high, int tics);

/* "5,600,000", for bytes */
void axis_write_count(FILE *out, int64_t value);

/* "0.765": nanoseconds as seconds, with the decimals that `step` needs */
void axis_write_seconds(FILE *out, int64_t ns, int64_t step);

#endif
