#include "decode/fragment.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    DATAGRAMS = 64,   /* under way at one time */
    HEAD_BYTES = 512, /* of a datagram's payload kept: tunnel headers, IP, and TCP's up to 60 */
    RANGES = 16,      /* holes at one time, out-of-order arrival included */
};

struct range {
    uint32_t start, end;
};

struct datagram {
    struct datagram_key key;
    uint64_t used;  /* when it was last added to; 0: free */
    uint32_t total; /* known from the last fragment; 0: not yet */
    uint32_t ranges_count;
    struct range ranges[RANGES];      /* received, in order, apart from each other */
    struct range head_ranges[RANGES]; /* captured, of the first HEAD_BYTES */
    uint32_t head_ranges_count;
    uint32_t pieces;
    uint8_t head[HEAD_BYTES];
};

struct fragment_table {
    uint64_t clock; /* counts calls: the age of a datagram */
    struct datagram datagrams[DATAGRAMS];
    uint8_t whole[HEAD_BYTES]; /* the head of the last datagram that became whole */
};

struct fragment_table *fragment_table_new(void)
{
    return memory_zalloc(sizeof(struct fragment_table));
}

void fragment_table_free(struct fragment_table *table)
{
    free(table);
}

static bool same_key(const struct datagram_key *a, const struct datagram_key *b)
{
    return a->id == b->id && a->ifindex == b->ifindex && a->version == b->version &&
           a->protocol == b->protocol && a->tunnels == b->tunnels && a->tunnel == b->tunnel &&
           memcmp(&a->src, &b->src, sizeof a->src) == 0 &&
           memcmp(&a->dst, &b->dst, sizeof a->dst) == 0;
}

static struct datagram *find_datagram(struct fragment_table *table, const struct datagram_key *key)
{
    struct datagram *oldest = &table->datagrams[0];

    for (size_t i = 0; i < DATAGRAMS; i++) {
        struct datagram *d = &table->datagrams[i];

        if (d->used && same_key(&d->key, key))
            return d;
        if (d->used < oldest->used)
            oldest = d;
    }
    memset(oldest, 0, sizeof *oldest);
    oldest->key = *key;
    return oldest;
}

/* Adds [start, end) to a list of disjoint ordered ranges. A list that is full drops the new
 * range: the datagram then never becomes whole and is forgotten with time. */
static void range_add(struct range *ranges, uint32_t *count, uint32_t start, uint32_t end)
{
    uint32_t first = 0, last;

    while (first < *count && ranges[first].end < start)
        first++;
    last = first;
    while (last < *count && ranges[last].start <= end) {
        if (ranges[last].start < start)
            start = ranges[last].start;
        if (ranges[last].end > end)
            end = ranges[last].end;
        last++;
    }
    if (last == first) {
        if (*count == RANGES)
            return;
        memmove(&ranges[first + 1], &ranges[first], (*count - first) * sizeof *ranges);
        ++*count;
    } else {
        memmove(&ranges[first + 1], &ranges[last], (*count - last) * sizeof *ranges);
        *count -= last - first - 1;
    }
    ranges[first] = (struct range){start, end};
}

static void keep_head(struct datagram *d, uint32_t offset, const struct view *view)
{
    uint32_t size = view->captured;

    if (offset >= HEAD_BYTES || size == 0)
        return;
    if (size > HEAD_BYTES - offset)
        size = HEAD_BYTES - offset;
    memcpy(d->head + offset, view->at, size);
    range_add(d->head_ranges, &d->head_ranges_count, offset, offset + size);
}

bool fragment_add(struct fragment_table *table, const struct datagram_key *key,
                  const struct fragment *fragment, struct view *view, uint8_t *pieces)
{
    struct datagram *d = find_datagram(table, key);

    d->used = ++table->clock;
    d->pieces++;
    keep_head(d, fragment->offset, view);
    range_add(d->ranges, &d->ranges_count, fragment->offset, fragment->offset + view->sent);
    if (!fragment->more)
        d->total = fragment->offset + view->sent;
    if (d->total == 0 || d->ranges_count != 1 || d->ranges[0].start != 0 ||
        d->ranges[0].end < d->total)
        return false;

    /* Not handed out where it is: a piece of an inner datagram, for which the next call may take
     * this place, is read from it. */
    memcpy(table->whole, d->head, HEAD_BYTES);
    view->at = table->whole;
    view->sent = d->total;
    view->captured = 0;
    if (d->head_ranges_count && d->head_ranges[0].start == 0)
        view->captured = d->head_ranges[0].end;
    view_limit(view, d->total);
    *pieces = (uint8_t)(d->pieces > 255 ? 255 : d->pieces);
    d->used = 0; /* free */
    return true;
}
