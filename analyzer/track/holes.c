#include "track/holes.h"

#include <string.h>

static void remove_at(struct holes *holes, uint32_t i)
{
    holes->count--;
    memmove(&holes->items[i], &holes->items[i + 1], (holes->count - i) * sizeof holes->items[0]);
}

static void insert_at(struct holes *holes, uint32_t i, const struct hole *hole)
{
    if (holes->count == HOLES_MAX) {
        remove_at(holes, 0);
        holes->given_up++;
        if (i > 0)
            i--;
    }
    memmove(&holes->items[i + 1], &holes->items[i], (holes->count - i) * sizeof holes->items[0]);
    holes->items[i] = *hole;
    holes->count++;
}

void holes_open(struct holes *holes, const struct hole *hole)
{
    uint32_t i = 0;

    while (i < holes->count && holes->items[i].start < hole->start)
        i++;
    insert_at(holes, i, hole);
}

int64_t holes_fill(struct holes *holes, int64_t start, int64_t end, struct hole *first)
{
    int64_t filled = 0;

    for (uint32_t i = 0; holes != NULL && i < holes->count;) {
        struct hole *hole = &holes->items[i], rest = *hole;
        int64_t from = hole->start > start ? hole->start : start;
        int64_t to = hole->end < end ? hole->end : end;

        if (from >= to) {
            i++;
            continue;
        }
        if (filled == 0)
            *first = *hole;
        filled += to - from;
        rest.start = to;
        if (hole->start < from) {
            hole->end = from;
            i++;
            if (to < rest.end)
                insert_at(holes, i, &rest);
            continue;
        }
        if (to < hole->end) {
            hole->start = to;
            i++;
        } else {
            remove_at(holes, i);
        }
    }
    return filled;
}

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
