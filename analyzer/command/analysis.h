/* The way of a packet, from the files to a case with its findings. */
#ifndef ANALYSIS_H
#define ANALYSIS_H

#include <stdbool.h>

#include "base/error.h"
#include "capture/input.h"
#include "command/anonymous.h"
#include "command/pass_conntrack.h"
#include "rules/rules.h"
#include "survey/survey.h"

struct analysis_options {
    const struct input_set *inputs; /* borrowed */
    const char *command_line;       /* for `meta`; borrowed */
    struct survey_options survey;
    struct conntrack_requests conntrack;
    struct rules_options rules;
    struct anonymous_option anonymous;
};

struct analysis_result {
    bool incomplete; /* a capture was cut or damaged */
};

/* Surveys the inputs, stores every segment, runs the rules, and publishes the case at
 * `case_path`. On any other status than STATUS_OK and STATUS_RULE there is no file there, and
 * none left over. */
enum status analysis_run(const char *case_path, const struct analysis_options *options,
                         struct analysis_result *result, struct error *err)
    __attribute__((warn_unused_result));

#endif
