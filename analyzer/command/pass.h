/* Pass 2: every frame once more, in one order of time, through decode, merge, track and store. */
#ifndef PASS_H
#define PASS_H

#include "base/error.h"
#include "command/pass_conntrack.h"
#include "store/store.h"
#include "survey/found.h"

/* Writes all rows but those of store_survey().
 * STATUS_USAGE and `err` if a request names no point. */
enum status pass_run(struct survey *survey, const struct conntrack_requests *requests,
                     struct store *store, struct error *err) __attribute__((warn_unused_result));

#endif
