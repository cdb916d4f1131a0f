/* Samples side by side, each in a process of its own; told in their order. */
#ifndef JOBS_H
#define JOBS_H

#include <stddef.h>

#include "base/error.h"
#include "command/junit.h"
#include "command/sample.h"

struct job {
    char *dir;                /* of the sample */
    struct junit_case result; /* with the name */
};

struct jobs_options {
    const struct rules_options *rules; /* borrowed, as all here */
    size_t parallel;                   /* so many at one time; 1: in this process */
    bool update;
};

/* Runs all jobs and fills their results. What a sample prints comes out as if they ran one after
 * the other, and `tell` is called after it. STATUS_OUTPUT if there can be no processes. */
enum status jobs_run(struct job *jobs, size_t count, const struct jobs_options *options,
                     void (*tell)(void *context, const struct job *job), void *context,
                     struct error *err) __attribute__((warn_unused_result));

/* How many processors there are: at least 1. */
size_t jobs_processors(void);

#endif
