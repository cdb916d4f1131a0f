#include "command/interrupt.h"

#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

/* A handler can only reach what is static. Empty: nothing to remove. */
static char doomed[PATH_MAX];

static void on_signal(int number)
{
    if (doomed[0] != '\0')
        unlink(doomed);
    _exit(128 + number);
}

void interrupt_removes(const char *path)
{
    struct sigaction action = {.sa_handler = on_signal};
    sigset_t both, before;

    sigemptyset(&action.sa_mask);
    sigemptyset(&both);
    sigaddset(&both, SIGINT);
    sigaddset(&both, SIGTERM);
    sigprocmask(SIG_BLOCK, &both, &before);
    snprintf(doomed, sizeof doomed, "%s", path ? path : "");
    sigaction(SIGINT, &action, NULL);
    sigaction(SIGTERM, &action, NULL);
    sigprocmask(SIG_SETMASK, &before, NULL);
}
