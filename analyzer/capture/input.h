/* What the user named on the command line: points and their files. */
#ifndef INPUT_H
#define INPUT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* One `[POINT=]FILE[,FILE]…`. Files of one input share a clock. */
struct input {
    char *name;
    char **paths;
    size_t paths_count, paths_capacity;
};

struct input_set {
    struct input *items;
    size_t count, capacity;
};

/* Adds one argument. A point that is named again gets the files added; a point that takes its
 * name from a file must be the only one of that name. A text before `=` with a slash in it is a
 * path, and a name with a comma in it that exists is one file. STATUS_USAGE and `err` if the
 * argument makes no sense. */
enum status input_set_add(struct input_set *set, const char *argument, struct error *err)
    __attribute__((warn_unused_result));

/* How many bytes its files have in all, as far as they tell: standard input does not. */
uint64_t input_set_bytes(const struct input_set *set);

void input_set_done(struct input_set *set);

#endif
