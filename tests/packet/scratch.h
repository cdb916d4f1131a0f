/* A file for a test to write and the analyzer to read, gone when it is done with. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stddef.h>
#include <stdio.h>

struct scratch {
    FILE *file; /* open for writing and reading; flush it before others read */
    char path[64];
};

/* Stops the program if it can't be made. */
void scratch_open(struct scratch *scratch);

/* Makes these bytes the content, whatever it was. */
void scratch_fill(struct scratch *scratch, const void *bytes, size_t size);

void scratch_close(struct scratch *scratch);

#endif
