/* What a measured piece of work took: one line at the end of a file, as tests/bench/bench reads it:
 * seconds on the clock, seconds of CPU, peak memory in kB (0: not measured). */
#ifndef TOOK_H
#define TOOK_H

#include <stdio.h>
#include <time.h>

static inline double took_now(clockid_t clock)
{
    struct timespec time;

    clock_gettime(clock, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

/* 0, or 1 and a message: an exit status. */
static inline int took_note(const char *path, double seconds, double cpu_seconds, long peak_kb)
{
    FILE *file = fopen(path, "a");

    if (file != NULL && fprintf(file, "%.4f %.4f %ld\n", seconds, cpu_seconds, peak_kb) > 0 &&
        fclose(file) == 0)
        return 0;
    perror(path);
    return 1;
}

#endif
