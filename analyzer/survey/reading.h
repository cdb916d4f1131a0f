/* Pass 1 over the captures of one input: for survey_run(). */
#ifndef READING_H
#define READING_H

#include "survey/found.h"

/* What is at hand while the captures of one input are read. */
struct reading {
    struct survey *survey;
    struct capture *captures;  /* of this input */
    struct leg_table *legs;    /* reading_input()'s own, as are: */
    struct decoder **decoders; /* of the files; NULL: not begun, or over */
};

/* Reads the captures of one input in their common order: into the records of legs, into the
 * captures, and into the input's `clock`, when it recorded. STATUS_INPUT and `err` if a file can't
 * be opened again, STATUS_OUTPUT if the records find no room. */
enum status reading_input(struct reading *reading, const struct order_file *files, size_t count,
                          struct clock *clock, struct error *err)
    __attribute__((warn_unused_result));

#endif
