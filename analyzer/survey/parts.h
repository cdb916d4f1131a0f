/* What survey_run() does once all captures are read, in this order. */
#ifndef SURVEY_PARTS_H
#define SURVEY_PARTS_H

#include "base/error.h"
#include "survey/found.h"

/* Which legs are one connection: link.c. */
void survey_link(struct survey *survey);

/* Which end of them is the client, where that was guessed: roles.c. */
void survey_roles(struct survey *survey);

/* All clocks on the first input's: clock.c. */
void survey_clocks(struct survey *survey);

/* In which order each connection passes its points: path.c. */
void survey_paths(struct survey *survey);

/* Whether each name in options->path is a point's: path.c. STATUS_USAGE and `err` if not. */
enum status survey_check_path(const struct survey *survey, struct error *err)
    __attribute__((warn_unused_result));

#endif
