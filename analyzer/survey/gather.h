/* What connections that were seen by two inputs say of their clocks. */
#ifndef GATHER_H
#define GATHER_H

#include "survey/feasible.h"
#include "survey/survey.h"

/* All pairs of inputs: of [a * inputs + b] with a < b, what bounds b's clock less a's, added to
 * `pairs`. */
void gather_crossings(const struct survey *survey, struct crossings *pairs);

#endif
