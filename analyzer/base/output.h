/* A file that appears whole or not at all: it is written under another name and renamed. */
#ifndef OUTPUT_H
#define OUTPUT_H

#include <stdio.h>

#include "base/error.h"

struct output {
    FILE *file;      /* to write to; errors are found when the output is committed */
    char *path;      /* what it will be called */
    char *temporary; /* what it is called until then */
};

/* Makes the folder `dir` if it is missing. STATUS_OUTPUT if there is something else, or no right
 * to make it. */
enum status output_make_folder(const char *dir, struct error *err)
    __attribute__((warn_unused_result));

/* Starts the file `name` in the folder `dir`. STATUS_OUTPUT if that cannot be. The caller ends
 * with output_commit() or output_abandon(). */
enum status output_open(struct output *output, const char *dir, const char *name, struct error *err)
    __attribute__((warn_unused_result));

/* Gives the file its name. STATUS_OUTPUT, and no file, if any of it could not be written. */
enum status output_commit(struct output *output, struct error *err)
    __attribute__((warn_unused_result));

/* Removes what was written. Nothing happens to an output that was committed or never opened. */
void output_abandon(struct output *output);

#endif
