/* What connections that were seen by two inputs say of their clocks. */
#ifndef GATHER_H
#define GATHER_H

#include "survey/feasible.h"
#include "survey/found.h"

/* All pairs of inputs: of [a * inputs + b] with a < b, what bounds b's clock less a's, added to
 * `pairs`. */
void gather_crossings(const struct survey *survey, struct crossings *pairs);

/* Which of two legs of one connection the client's segments pass first, by the times of what both
 * saw, whatever their clocks say: -1 for `a`, 1 for `b`, 0 if it can't be told. */
int gather_nearer(const struct survey *survey, const struct leg_record *a,
                  const struct leg_record *b);

#endif
