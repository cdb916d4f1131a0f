/* What the commands have in common in reading their arguments. */
#ifndef ARGUMENTS_H
#define ARGUMENTS_H

#include <getopt.h>
#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"

/* The options of a command. `-h` and `--help` are among them, as 'h'. */
struct arguments {
    const char *command;         /* as it is typed behind `tcpmortem` */
    const char *letters;         /* short options, as getopt_long() takes them */
    const struct option *longer; /* long ones, likewise */
    /* Takes one of them into the command's request; its value is in `optarg`. */
    enum status (*take)(void *request, int option, struct error *err);
};

/* Values of long options that have no letter begin here. */
enum {
    OPTION_FIRST = 256
};

/* Hands the options to `take`, in their order. Arguments that are none begin at argv[optind] then.
 * `*help`: help was asked for, and what follows it was not looked at. STATUS_USAGE if an option is
 * unknown or without its value, which getopt_long() has said on stderr, and what `take` says. */
enum status arguments_read(const struct arguments *arguments, int argc, char **argv, void *request,
                           bool *help, struct error *err) __attribute__((warn_unused_result));

/* After that: the case database, the only argument that is no option. STATUS_USAGE if there is
 * none, or more. `*path` is borrowed. */
enum status arguments_case(const struct arguments *arguments, int argc, char **argv,
                           const char **path, struct error *err)
    __attribute__((warn_unused_result));

/* Reads the decimal number that `option` was given. STATUS_USAGE and `err` if it is none, or not
 * within [least, most]. */
enum status argument_number(const char *option, const char *text, int64_t least, int64_t most,
                            int64_t *value, struct error *err) __attribute__((warn_unused_result));

/* The command line as it can be typed into a shell again: `tcpmortem` and the arguments, quoted
 * where they need it. Caller frees with free(). */
char *arguments_print(int argc, char **argv);

#endif
