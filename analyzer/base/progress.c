#include "base/progress.h"

#include <stdbool.h>
#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* Often enough to be seen moving. */
static const double EVERY_S = 0.2;

static struct {
    const char *what; /* NULL: none */
    uint64_t total, done;
    double begun_s, told_s;
    bool shown;
} progress;

static double now_s(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

/* A terminal that can take a line back. */
static bool is_terminal(void)
{
    static int known = -1;

    if (known < 0)
        known = isatty(STDERR_FILENO);
    return known > 0;
}

static void print_size(double bytes)
{
    static const char *const units[] = {"B", "kB", "MB", "GB", "TB"};
    size_t unit = 0;

    while (bytes >= 1000 && unit + 1 < sizeof units / sizeof *units) {
        bytes /= 1000;
        unit++;
    }
    fprintf(stderr, bytes < 10 && unit > 0 ? "%.1f %s" : "%.0f %s", bytes, units[unit]);
}

static void show(double now)
{
    double seconds = now - progress.begun_s, rate = 0;

    if (seconds > 0)
        rate = (double)progress.done / seconds;
    fprintf(stderr, "\r%s", progress.what);
    if (progress.total > 0) {
        double part = (double)progress.done / (double)progress.total;

        fprintf(stderr, " %3.0f %%, ", part < 1 ? 100 * part : 100);
        print_size((double)progress.done);
        fputs(" of ", stderr);
        print_size((double)progress.total);
    } else if (progress.done > 0) {
        fputs(" ", stderr);
        print_size((double)progress.done);
    }
    if (rate > 0) {
        fputs(", ", stderr);
        print_size(rate);
        fputs("/s", stderr);
    }
    if (rate > 0 && progress.total > progress.done)
        fprintf(stderr, ", %.0f s left", (double)(progress.total - progress.done) / rate);
    fputs("\033[K", stderr); /* nothing of a longer line stays */
    fflush(stderr);
    progress.shown = true;
    progress.told_s = now;
}

void progress_begin(const char *what, uint64_t total)
{
    if (!is_terminal())
        return;
    progress.what = what;
    progress.total = total;
    progress.done = 0;
    progress.begun_s = progress.told_s = now_s();
}

void progress_add(uint64_t bytes)
{
    double now;

    if (progress.what == NULL)
        return;
    progress.done += bytes;
    now = now_s();
    if (now - progress.told_s >= EVERY_S)
        show(now);
}

void progress_clear(void)
{
    if (!progress.shown)
        return;
    fputs("\r\033[K", stderr);
    progress.shown = false;
}

void progress_end(void)
{
    progress_clear();
    progress.what = NULL;
}
