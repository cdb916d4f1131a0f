/* What the survey learns of a leg while it is in the table: for the reading of pass 1. */
#ifndef SURVEY_RECORD_H
#define SURVEY_RECORD_H

#include "survey/found.h"
#include "survey/scale.h"

/* A leg in the table of pass 1. */
struct surveyed_leg {
    struct leg leg; /* first: the table's */
    struct leg_record record;
    struct sketch *sketch; /* NULL: none is taken */
    struct scale_watch scales;
};

/* Brings a leg (a struct surveyed_leg) up to date with one of its segments, the first as well.
 * `ts_ns` is raw. */
void record_segment(struct survey *survey, const struct leg_hit *hit, const struct packet *packet,
                    int64_t ts_ns);

/* Puts away the record of a leg that leaves the table: a leg_retire_fn whose context is the
 * survey. */
void record_end(void *context, struct leg *leg);

#endif
