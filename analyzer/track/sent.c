#include "track/sent.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    CAPACITY_MIN = 4,
    TAIL_MAX = 32 /* acknowledged ranges that stay */
};

static void drop_lowest(struct sent *sent)
{
    sent->first = (sent->first + 1) & (sent->capacity - 1);
    sent->count--;
    if (sent->acked > 0)
        sent->acked--;
    else
        sent->given_up++;
}

static void grow(struct sent *sent)
{
    uint32_t capacity = sent->capacity > 0 ? 2 * sent->capacity : CAPACITY_MIN;
    struct sent_range *items = memory_alloc(capacity * sizeof *items);

    for (uint32_t i = 0; i < sent->count; i++)
        items[i] = *sent_at(sent, i);
    free(sent->items);
    sent->items = items;
    sent->capacity = capacity;
    sent->first = 0;
}

/* Makes room for one more range. */
static void make_room(struct sent *sent)
{
    uint32_t tail = sent->capacity / 2 < TAIL_MAX ? sent->capacity / 2 : TAIL_MAX;

    if (sent->count < sent->capacity)
        return;
    if (sent->acked > tail || sent->capacity == SENT_MAX)
        drop_lowest(sent);
    else
        grow(sent);
}

void sent_append(struct sent *sent, const struct sent_range *range)
{
    make_room(sent);
    sent->count++;
    *sent_at(sent, sent->count - 1) = *range;
}

uint32_t sent_search(const struct sent *sent, int64_t off)
{
    uint32_t low = 0, high = sent->count;

    /* Nearly always it is the lowest that waits for its ACK, or beyond the highest. */
    if (high == 0 || sent_end(sent_at(sent, high - 1)) <= off)
        return high;
    if (sent->acked < high && sent_end(sent_at(sent, sent->acked)) > off) {
        if (sent->acked == 0 || sent_end(sent_at(sent, sent->acked - 1)) <= off)
            return sent->acked;
        high = sent->acked;
    }
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;

        if (sent_end(sent_at(sent, middle)) > off)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

/* Cuts the range that holds both `off` - 1 and `off`, if there is one. */
static void cut_at(struct sent *sent, int64_t off)
{
    uint32_t at = sent_search(sent, off), dropped;
    struct sent_range *low, *high;

    if (at == sent->count || sent_at(sent, at)->start >= off)
        return;
    dropped = sent->count;
    make_room(sent);
    dropped -= sent->count;
    if (at < dropped)
        return; /* the one that would be cut is the one that had to go */
    at -= dropped;
    sent->count++;
    for (uint32_t i = sent->count - 1; i > at; i--)
        *sent_at(sent, i) = *sent_at(sent, i - 1);
    low = sent_at(sent, at);
    high = sent_at(sent, at + 1);
    high->len = (uint32_t)(sent_end(low) - off);
    high->start = off;
    low->len = (uint32_t)(off - low->start);
    if (at < sent->acked)
        sent->acked++;
}

uint32_t sent_cut(struct sent *sent, int64_t start, int64_t end)
{
    cut_at(sent, start);
    cut_at(sent, end);
    return sent_search(sent, start);
}

/* The range is told to have arrived. */
static void note_delivered(struct sent *sent, const struct sent_range *range)
{
    if (!(range->flags & SENT_UNSEEN) && range->last_ns > sent->delivered_ns)
        sent->delivered_ns = range->last_ns;
}

const struct sent_range *sent_acknowledge(struct sent *sent, int64_t off)
{
    const struct sent_range *newest = NULL;

    while (sent->acked < sent->count) {
        const struct sent_range *range = sent_at(sent, sent->acked);

        if (sent_end(range) > off)
            break;
        if ((range->flags & (SENT_UNSEEN | SENT_SACKED | SENT_AGAIN)) == 0)
            newest = range;
        note_delivered(sent, range);
        sent->acked++;
    }
    return newest;
}

/* A block mostly grows at one end since it was told last: what it had then is passed over. */
int64_t sent_sack(struct sent *sent, int64_t start, int64_t end)
{
    int64_t bytes = 0;
    uint32_t first = sent_search(sent, start), last = sent_search(sent, end - 1);

    if (first == sent->count || last == sent->count)
        return 0;
    if ((sent_at(sent, first)->flags & sent_at(sent, last)->flags & SENT_SACKED) != 0)
        return 0;
    first = sent_cut(sent, start, end);
    last = sent_search(sent, end - 1);
    for (uint32_t i = last + 1; i-- > first && i < sent->count;) {
        struct sent_range *range = sent_at(sent, i);

        if (range->start < start || range->start >= end)
            break;
        if (range->flags & SENT_SACKED) {
            /* From here down it is known, or the block grew downwards. */
            if (sent_at(sent, first)->flags & SENT_SACKED)
                break;
            continue;
        }
        range->flags |= SENT_SACKED;
        note_delivered(sent, range);
        bytes += range->len;
    }
    return bytes;
}

void sent_free(struct sent *sent)
{
    free(sent->items);
    memset(sent, 0, sizeof *sent);
}
