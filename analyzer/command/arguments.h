/* Pieces that the commands' options have in common. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <stdint.h>

#include "base/error.h"

/* Reads the decimal number that `option` was given. STATUS_USAGE and `err` if it is none, or not
 * within [least, most]. */
enum status argument_number(const char *option, const char *text, int64_t least, int64_t most,
                            int64_t *value, struct error *err) __attribute__((warn_unused_result));

/* The command line as it can be typed into a shell again: `tcpmortem` and the arguments, quoted
 * where they need it. Caller frees with free(). */
char *arguments_print(int argc, char **argv);

#endif
