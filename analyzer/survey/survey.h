/* Pass 1: reads all captures once and finds what found.h lists. */
#ifndef SURVEY_H
#define SURVEY_H

#include "base/error.h"
#include "survey/found.h"

/* Reads all captures, links the legs and fits the clocks. `inputs` and `options` are borrowed until
 * survey_done(). STATUS_INPUT and `err` if an input can't be read at all; then all others that
 * can't were named on stderr. STATUS_OUTPUT if what is kept of the legs finds no room on the disk.
 */
enum status survey_run(struct survey *survey, const struct input_set *inputs,
                       const struct survey_options *options, struct error *err)
    __attribute__((warn_unused_result));

void survey_done(struct survey *survey);

#endif
