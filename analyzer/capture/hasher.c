#include "capture/hasher.h"

#include <nettle/sha2.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    JOBS = 8,        /* a power of two; how far the reader may run ahead */
    WAKE = JOBS / 2, /* as many to do, or places for them, wake the thread that waits */
    JOB_SIZE = 256 * 1024,
    SMALL = 64 * 1024 /* not worth the way to another thread */
};

struct hash {
    struct sha256_ctx sha256;
    uint64_t last_job; /* the number of its newest; 0: none */
};

struct job {
    struct hash *hash;
    size_t size;
    uint8_t *bytes;
};

/* One for the program: files are many, and read by turns. Jobs are done in their order. */
static struct {
    pthread_once_t once;
    bool has_thread;
    pthread_mutex_t lock;
    pthread_cond_t changed;
    struct job jobs[JOBS];
    uint64_t given, done; /* jobs count from 1 */
} hasher = {
    .once = PTHREAD_ONCE_INIT,
    .lock = PTHREAD_MUTEX_INITIALIZER,
    .changed = PTHREAD_COND_INITIALIZER,
};

static void *work(void *unused)
{
    pthread_mutex_lock(&hasher.lock);
    for (;;) {
        const struct job *job = &hasher.jobs[(hasher.done + 1) % JOBS];

        while (hasher.done == hasher.given)
            pthread_cond_wait(&hasher.changed, &hasher.lock);
        pthread_mutex_unlock(&hasher.lock);
        sha256_update(&job->hash->sha256, job->size, job->bytes);
        pthread_mutex_lock(&hasher.lock);
        hasher.done++;
        if (hasher.given - hasher.done <= WAKE)
            pthread_cond_broadcast(&hasher.changed);
    }
    return unused;
}

/* The thread lives as long as the program. Signals are for the others. */
static void start(void)
{
    pthread_t thread;
    sigset_t all, before;

    sigfillset(&all);
    pthread_sigmask(SIG_SETMASK, &all, &before);
    hasher.has_thread = pthread_create(&thread, NULL, work, NULL) == 0;
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    if (!hasher.has_thread)
        return;
    pthread_detach(thread);
    for (size_t i = 0; i < JOBS; i++)
        hasher.jobs[i].bytes = memory_alloc(JOB_SIZE);
}

static void wait_for(uint64_t job)
{
    pthread_mutex_lock(&hasher.lock);
    pthread_cond_broadcast(&hasher.changed); /* there may be too few to have woken it */
    while (hasher.done < job)
        pthread_cond_wait(&hasher.changed, &hasher.lock);
    pthread_mutex_unlock(&hasher.lock);
}

static void give(struct hash *hash, const uint8_t *bytes, size_t size)
{
    struct job *job;

    pthread_mutex_lock(&hasher.lock);
    while (hasher.given - hasher.done >= JOBS - 1)
        pthread_cond_wait(&hasher.changed, &hasher.lock);
    job = &hasher.jobs[(hasher.given + 1) % JOBS];
    pthread_mutex_unlock(&hasher.lock);
    job->hash = hash;
    job->size = size;
    memcpy(job->bytes, bytes, size);
    pthread_mutex_lock(&hasher.lock);
    hash->last_job = ++hasher.given;
    if (hasher.given - hasher.done >= WAKE)
        pthread_cond_broadcast(&hasher.changed);
    pthread_mutex_unlock(&hasher.lock);
}

struct hash *hash_new(void)
{
    struct hash *hash = memory_zalloc(sizeof *hash);

    sha256_init(&hash->sha256);
    return hash;
}

void hash_free(struct hash *hash)
{
    if (hash != NULL && hash->last_job > 0)
        wait_for(hash->last_job);
    free(hash);
}

void hash_add(struct hash *hash, const uint8_t *bytes, size_t size)
{
    if (size >= SMALL)
        pthread_once(&hasher.once, start);
    if (hash->last_job == 0 && (size < SMALL || !hasher.has_thread)) {
        sha256_update(&hash->sha256, size, bytes);
        return;
    }
    for (size_t at = 0; at < size; at += JOB_SIZE)
        give(hash, bytes + at, size - at < JOB_SIZE ? size - at : JOB_SIZE);
}

void hash_write(struct hash *hash, char text[SHA256_TEXT])
{
    uint8_t digest[SHA256_DIGEST_SIZE];

    wait_for(hash->last_job);
    sha256_digest(&hash->sha256, sizeof digest, digest);
    for (size_t i = 0; i < sizeof digest; i++)
        snprintf(text + 2 * i, 3, "%02x", digest[i]);
}
