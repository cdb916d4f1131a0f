/* What conntrack is asked for: kernels and sysctls, as the user names them, and those that every
 * leg is judged by. */
#ifndef CONNTRACK_CONFIG_H
#define CONNTRACK_CONFIG_H

#include "base/error.h"
#include "track/conntrack.h"

enum {
    CONNTRACK_CASES_MAX = 4,
    CONNTRACK_CASE_NAME = 512 /* room for every sysctl with its value */
};

/* Configurations that are asked side by side. The first three are always: 5.10 and 6.1 as they
 * come, and 5.10 with be_liberal. */
struct conntrack_cases {
    struct conntrack_case {
        char name[CONNTRACK_CASE_NAME]; /* "5.10", "6.1", "5.10,be_liberal" */
        struct conntrack_config config;
    } items[CONNTRACK_CASES_MAX];
    int count;
    int chosen; /* whose verdicts become events */
};

/* Reads `KERNEL[,SYSCTL[=VALUE]]…`: a kernel version of two numbers or more, and sysctls without
 * their nf_conntrack_tcp_, such as `be_liberal`, `loose=0`, `timeout_close_wait=30` (seconds).
 * A configuration that is not one of the three becomes the fourth; NULL is 5.10. STATUS_USAGE and
 * `err` if it makes no sense. */
enum status conntrack_cases_read(struct conntrack_cases *cases, const char *text, struct error *err)
    __attribute__((warn_unused_result));

#endif
