/* Runs a command and says what it took.
 *
 * usage: measure FILE COMMAND [ARGUMENT…]
 *
 * Appends a line to FILE, see took.h. Exits as the command did. */
#include <stdio.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "bench/took.h"

static double seconds(struct timeval time)
{
    return (double)time.tv_sec + (double)time.tv_usec / 1e6;
}

/* Linux counts kB, macOS bytes. */
static long peak_kb(const struct rusage *usage)
{
#ifdef __APPLE__
    return usage->ru_maxrss / 1024;
#else
    return usage->ru_maxrss;
#endif
}

int main(int argc, char **argv)
{
    double begin = took_now(CLOCK_MONOTONIC), end;
    struct rusage usage;
    int status;
    pid_t child;

    if (argc < 3) {
        fprintf(stderr, "usage: measure FILE COMMAND [ARGUMENT...]\n");
        return 2;
    }
    child = fork();
    if (child == 0) {
        execvp(argv[2], argv + 2);
        perror(argv[2]);
        _exit(127);
    }
    if (child < 0 || wait4(child, &status, 0, &usage) != child) {
        perror("measure");
        return 1;
    }
    end = took_now(CLOCK_MONOTONIC);
    if (took_note(argv[1], end - begin, seconds(usage.ru_utime) + seconds(usage.ru_stime),
                  peak_kb(&usage)) != 0)
        return 1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : 1;
}
