#include "track/resent.h"

#include <stddef.h>

void resent_add(struct resent *resent, int64_t start, int64_t end, uint64_t id)
{
    uint32_t at = resent->at++ % RESENT_MAX;

    resent->items[at].start = start;
    resent->items[at].end = end;
    resent->items[at].id = id;
}

uint64_t resent_find(const struct resent *resent, int64_t off)
{
    uint64_t newest = 0;

    for (uint32_t i = 0; resent != NULL && i < RESENT_MAX; i++)
        if (resent->items[i].id > newest && resent->items[i].start <= off &&
            off < resent->items[i].end)
            newest = resent->items[i].id;
    return newest;
}
