#include "base/scrap.h"

#include <ftw.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    HANDLES = 8 /* for folders in folders */
};

static struct {
    pthread_mutex_t lock;
    char **paths; /* NULL: a free place */
    size_t count;
} scrap = {.lock = PTHREAD_MUTEX_INITIALIZER};

void scrap_add(const char *path)
{
    size_t at = 0;

    pthread_mutex_lock(&scrap.lock);
    while (at < scrap.count && scrap.paths[at] != NULL)
        at++;
    if (at == scrap.count)
        scrap.paths = memory_resize(scrap.paths, ++scrap.count * sizeof *scrap.paths);
    scrap.paths[at] = memory_copy_text(path);
    pthread_mutex_unlock(&scrap.lock);
}

void scrap_forget(const char *path)
{
    pthread_mutex_lock(&scrap.lock);
    for (size_t i = 0; i < scrap.count; i++) {
        if (scrap.paths[i] == NULL || strcmp(scrap.paths[i], path) != 0)
            continue;
        free(scrap.paths[i]);
        scrap.paths[i] = NULL;
        break;
    }
    pthread_mutex_unlock(&scrap.lock);
}

static int remove_one(const char *path, const struct stat *info, int kind, struct FTW *place)
{
    (void)info, (void)kind, (void)place;
    remove(path);
    return 0;
}

void scrap_remove_all(void)
{
    pthread_mutex_lock(&scrap.lock); /* for good */
    for (size_t i = 0; i < scrap.count; i++)
        if (scrap.paths[i] != NULL)
            nftw(scrap.paths[i], remove_one, HANDLES, FTW_DEPTH | FTW_PHYS);
}
