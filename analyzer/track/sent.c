#include "track/sent.h"

#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    TAIL_MAX = 256 /* acknowledged ranges that stay */
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

static void free_items(struct sent *sent)
{
    if (sent->items != sent->few)
        free(sent->items);
}

static void grow(struct sent *sent)
{
    bool first = sent->capacity == 0;
    uint32_t capacity = first ? SENT_FEW : 2 * sent->capacity;
    struct sent_range *items =
        first && sent->few != NULL ? sent->few : memory_alloc(capacity * sizeof *items);

    for (uint32_t i = 0; i < sent->count; i++)
        items[i] = *sent_at(sent, i);
    free_items(sent);
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
    /* Its ACK may have come before it. */
    if (sent->acked == sent->count && sent_end(range) <= sent->acked_off)
        sent->acked++;
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
    if (at < sent->acked || (at == sent->acked && off <= sent->acked_off))
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
    bool again = false;

    sent->acked_off = off;
    while (sent->acked < sent->count) {
        const struct sent_range *range = sent_at(sent, sent->acked);

        if (range->start < off)
            note_delivered(sent, range);
        if (sent_end(range) > off)
            break;
        if ((range->flags & (SENT_UNSEEN | SENT_SACKED | SENT_AGAIN)) == 0)
            newest = range;
        again |= (range->flags & SENT_AGAIN) != 0;
        sent->acked++;
    }
    return again ? NULL : newest;
}

/* Marks what was not. Returns how many bytes that were. */
static int64_t mark_sacked(struct sent *sent, int64_t start, int64_t end)
{
    int64_t bytes = 0;

    for (uint32_t i = sent_cut(sent, start, end); i < sent->count; i++) {
        struct sent_range *range = sent_at(sent, i);

        if (range->start >= end)
            break;
        if (range->flags & SENT_SACKED)
            continue;
        range->flags |= SENT_SACKED;
        note_delivered(sent, range);
        bytes += range->len;
    }
    return bytes;
}

/* Joins the block with those that it touches; where there are none, the oldest is forgotten. */
static void note_told(struct sent *sent, int64_t start, int64_t end)
{
    uint32_t at = SENT_TOLD;

    for (uint32_t i = 0; i < SENT_TOLD; i++) {
        struct sent_told *told = &sent->told[i];

        if (told->start >= told->end || told->end < start || end < told->start)
            continue;
        start = told->start < start ? told->start : start;
        end = told->end > end ? told->end : end;
        *told = (struct sent_told){0, 0};
        at = i;
    }
    if (at == SENT_TOLD)
        at = sent->told_at++ % SENT_TOLD;
    sent->told[at] = (struct sent_told){start, end};
}

/* Where the block that was told and holds `at` ends; `at` if there is none. `*next` is where the
 * first one above it begins, if that is below. */
static int64_t told_up_to(const struct sent *sent, int64_t at, int64_t *next)
{
    for (uint32_t i = 0; i < SENT_TOLD; i++) {
        const struct sent_told *told = &sent->told[i];

        if (told->start <= at && at < told->end)
            return told->end;
        if (told->start > at && told->start < *next)
            *next = told->start;
    }
    return at;
}

/* An ACK tells the blocks of the one before again, and one of them has mostly grown: what they had
 * then is passed over. */
int64_t sent_sack(struct sent *sent, int64_t start, int64_t end)
{
    int64_t bytes = 0, at = start;

    if (sent_search(sent, start) == sent->count || sent_search(sent, end - 1) == sent->count)
        return 0;
    while (at < end) {
        int64_t next = end, known = told_up_to(sent, at, &next);

        if (known == at) {
            bytes += mark_sacked(sent, at, next);
            known = next;
        }
        at = known;
    }
    note_told(sent, start, end);
    return bytes;
}

void sent_free(struct sent *sent)
{
    free_items(sent);
    memset(sent, 0, sizeof *sent);
}
