/* A clock that was set: no line holds for all crossings, but two do, one after the other. */
#ifndef STEP_H
#define STEP_H

#include "survey/feasible.h"

/* The lines before and after. */
struct step {
    size_t before, after; /* crossings [0, before) and [after, count); those between, if any, were
                           * on their way when it happened */
    size_t count;         /* of crossings that are not loose: others may lie across the step */
    double width;         /* of the narrower of the two gaps */
    double drift[2];
    double value[2]; /* at origin_ns, relative to base_ns */
    int64_t origin_ns, base_ns;
};

/* Finds two constants that fit, else two lines of a slope of at most `limit`: those with the most
 * room on both sides, where edges may cross by `slack`. By the clock that was set, time may have
 * gone back: the crossings are brought into the order of either clock, loose ones last, and left in
 * that in which the step was found. */
bool step_find(struct crossings *crossings, int64_t origin_ns, int64_t base_ns, double limit,
               double slack, struct step *step);

#endif
