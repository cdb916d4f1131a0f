/* Which segments tell a finding, and at which points. */
#ifndef LADDER_CHOOSE_H
#define LADDER_CHOOSE_H

#include "report/ladder_told.h"

/* Fills the lanes, the roles and what is chosen of `told`, which has its finding set. No roles if
 * the finding has no evidence on one connection, or if there are more points than lanes. */
enum status ladder_choose(struct ladder_told *told, const struct report *report, struct error *err)
    __attribute__((warn_unused_result));

#endif
