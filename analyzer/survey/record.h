/* What the survey keeps of each leg: for the reading of pass 1. */
#ifndef RECORD_H
#define RECORD_H

#include "survey/survey.h"

/* Brings the record of a leg up to date with one of its segments, or begins it. `ts_ns` is raw. */
void record_segment(struct survey *survey, struct point *point, const struct leg_hit *hit,
                    const struct packet *packet, int64_t ts_ns);

#endif
