#include "merge/match.h"

#include "decode/sequence.h"

enum {
    LOOK_MAX = 4096 /* how far to look for bytes, ahead and back */
};

/* Takes [seq, end) out of `*range`; what is left behind it, if it was cut in two, goes to `*rest`.
 * True if something did. */
static bool cut(struct print *range, uint32_t seq, uint32_t end, struct print *rest)
{
    bool before = seq_before(range->seq, seq), after = seq_before(end, range->end);

    *rest = *range;
    rest->seq = end;
    if (before)
        range->end = seq;
    else if (after)
        range->seq = end;
    else
        range->seq = range->end;
    return before && after;
}

static void settle(struct waiting *waiting, struct wait *wait, enum match_kind kind)
{
    if (kind == MATCH_EXCUSED)
        wait->excused = true;
    else
        waiting_settle(waiting, wait);
}

/* Takes the matched bytes out of one that waits. If they were in the middle, what is left behind
 * them waits at the end of the queue. */
static void take_bytes(struct waiting *waiting, struct wait *wait, uint32_t seq, uint32_t end)
{
    struct wait more = *wait;
    struct print rest;

    waiting_narrow(waiting, wait);
    if (cut(&wait->print, seq, end, &rest)) {
        more.print = rest;
        waiting_add(waiting, &more); /* `wait` is void */
    } else if (wait->print.seq == wait->print.end) {
        waiting_settle(waiting, wait);
    }
}

/* Matches one waiting segment with one piece: the bytes that both have leave both. */
static bool match_range(struct waiting *waiting, struct wait *wait, struct pieces *pieces,
                        struct print *piece, enum match_kind kind)
{
    uint32_t seq = seq_before(wait->print.seq, piece->seq) ? piece->seq : wait->print.seq;
    uint32_t end = seq_before(wait->print.end, piece->end) ? wait->print.end : piece->end;
    struct print rest;

    if (!seq_before(seq, end))
        return false;
    if (cut(piece, seq, end, &rest) && pieces->count < PIECES_MAX)
        pieces->items[pieces->count++] = rest;
    if (kind == MATCH_EXCUSED)
        wait->excused = true;
    else
        take_bytes(waiting, wait, seq, end);
    return true;
}

/* The sighting of the first byte of all. */
struct first {
    uint64_t id;
    int64_t ts_ns;
    uint32_t seq;
};

static void try_at(struct waiting *waiting, uint32_t i, struct pieces *pieces, struct print *piece,
                   enum match_kind kind, struct first *first)
{
    struct wait *wait = waiting_at(waiting, i);
    struct first here = {wait->segment_id, wait->ts_ns, wait->print.seq};

    if (wait->done || !print_agrees(&wait->print, piece) ||
        !match_range(waiting, wait, pieces, piece, kind))
        return;
    if (first->id == 0 || seq_before(here.seq, first->seq))
        *first = here;
}

/* Bytes, with whatever segments carried them on the other side. They come in the order in which
 * they were sent, so the search goes on where the last one ended; those that it passed by were
 * overtaken lately, or lost long ago. */
static void match_piece(struct waiting *waiting, struct pieces *pieces, struct print *piece,
                        enum match_kind kind, struct first *first)
{
    uint32_t from = waiting->cursor, stop = from > LOOK_MAX ? from - LOOK_MAX : 0;

    for (uint32_t i = from; i < waiting->count && i < from + LOOK_MAX && piece->seq != piece->end;
         i++)
        try_at(waiting, i, pieces, piece, kind, first);
    for (uint32_t i = from; i > stop && piece->seq != piece->end; i--)
        try_at(waiting, i - 1, pieces, piece, kind, first);
}

static struct match match_bytes(struct waiting *waiting, struct pieces *pieces,
                                enum match_kind kind)
{
    struct first first = {0};
    size_t left = 0;

    for (size_t p = 0; p < pieces->count; p++)
        match_piece(waiting, pieces, &pieces->items[p], kind, &first);
    for (size_t p = 0; p < pieces->count; p++)
        if (pieces->items[p].seq != pieces->items[p].end)
            pieces->items[left++] = pieces->items[p];
    pieces->count = left;
    return (struct match){.segment_id = first.id, .ts_ns = first.ts_ns};
}

static bool contradicts(const struct print *a, const struct print *b)
{
    return a->has_ip_id && b->has_ip_id && a->ip_id != b->ip_id;
}

/* The same numbers. A SYN needs no more proof than that: copies of it are alike. */
static struct match match_whole(struct waiting *waiting, struct wait *wait, struct pieces *pieces,
                                enum match_kind kind)
{
    const struct print *print = &pieces->items[0];
    bool is_syn = (wait->fields.flags & TCP_SYN) != 0;
    struct match match = {.segment_id = wait->segment_id, .ts_ns = wait->ts_ns};

    if (print_is_same(&wait->print, print) || (is_syn && !contradicts(&wait->print, print)))
        match.partner = wait;
    settle(waiting, wait, kind);
    pieces->items[0] = pieces->items[--pieces->count];
    return match;
}

/* As mostly: what is new waits nowhere yet. */
static bool lies_above(const struct pieces *pieces, uint32_t top)
{
    for (size_t p = 0; p < pieces->count; p++)
        if (seq_before(pieces->items[p].seq, top))
            return false;
    return true;
}

struct match match_segment(struct waiting *waiting, struct pieces *pieces, enum match_kind kind)
{
    struct match none = {0};
    struct wait *wait;
    bool is_empty;

    if (pieces->count == 0 || waiting->live == 0)
        return none;
    is_empty = pieces->items[0].seq == pieces->items[0].end;
    if (!is_empty && lies_above(pieces, waiting->top))
        return none;
    wait = waiting_find(waiting, &pieces->items[0]);
    /* With another IP-ID it may be a copy: the bytes decide, in their order. */
    if (wait != NULL && (is_empty || !contradicts(&wait->print, &pieces->items[0])))
        return match_whole(waiting, wait, pieces, kind);
    return is_empty ? none : match_bytes(waiting, pieces, kind);
}
