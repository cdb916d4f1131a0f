/* Results of `regress` in the XML form that CI systems read. */
#ifndef JUNIT_H
#define JUNIT_H

#include <stdio.h>

#include "command/sample.h"

struct junit_case {
    char *name;
    enum sample_result result;
    char *message;  /* NULL: none */
    double seconds; /* that it took */
};

/* Writes one test suite. Names and messages are escaped. */
void junit_write(FILE *out, const struct junit_case *cases, size_t count);

#endif
