#include "command/interrupt.h"

#include <pthread.h>
#include <semaphore.h>
#include <signal.h>
#include <stddef.h>
#include <unistd.h>

#include "base/scrap.h"

/* Those of the two that the program may react to: a shell lets what it runs in the background
 * ignore SIGINT. */
static sigset_t watched;

/* The thread holds no lock any more that its beginning took, such as one of malloc(): a process
 * that is forked earlier would wait for it for ever. */
static sem_t begun;

/* A thread may do what a signal's handler may not: look into folders. */
static void *wait_for_signal(void *unused)
{
    int number;

    sem_post(&begun);
    while (sigwait(&watched, &number) != 0)
        continue;
    scrap_remove_all();
    _exit(128 + number);
    return unused;
}

static void watch(int number)
{
    struct sigaction action;

    if (sigaction(number, NULL, &action) != 0 || action.sa_handler != SIG_IGN)
        sigaddset(&watched, number);
}

void interrupt_begin(void)
{
    pthread_t thread;

    sem_init(&begun, 0, 0);
    sigemptyset(&watched);
    watch(SIGINT);
    watch(SIGTERM);
    pthread_sigmask(SIG_BLOCK, &watched, NULL);
    if (pthread_create(&thread, NULL, wait_for_signal, NULL) != 0) {
        pthread_sigmask(SIG_UNBLOCK, &watched, NULL);
        return;
    }
    pthread_detach(thread);
    while (sem_wait(&begun) != 0) /* EINTR */
        continue;
}
