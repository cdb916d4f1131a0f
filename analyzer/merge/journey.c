#include "merge/journey.h"

#include <stdlib.h>

#include "base/memory.h"
#include "decode/sequence.h"
#include "merge/waiting.h"
#include "survey/leg.h"

/* How long a segment waits for its sighting: longer than any queue between two points of one
 * path holds a packet, and than the clocks may be wrong. */
static const int64_t WAIT_NS = 2000000000;

enum {
    PIECES_MAX = 8
}; /* of one segment, left over by matching */

enum {
    NEAR_CLIENT,
    NEAR_SERVER,
    SIDES
};

/* Two neighbouring points, and what waits on each side for the other, in each direction. */
struct hop {
    struct waiting waiting[DIRS][SIDES];
};

struct journey {
    uint32_t positions;
    struct hop hops[]; /* hop i lies between position i and i + 1 */
};

struct journey *journey_new(uint32_t positions)
{
    struct journey *journey = memory_zalloc(sizeof *journey + (positions - 1) * sizeof(struct hop));

    journey->positions = positions;
    return journey;
}

void journey_free(struct journey *journey)
{
    if (journey == NULL)
        return;
    for (uint32_t i = 0; i + 1 < journey->positions; i++)
        for (int dir = 0; dir < DIRS; dir++)
            for (int side = 0; side < SIDES; side++)
                waiting_done(&journey->hops[i].waiting[dir][side]);
    free(journey);
}

uint64_t journey_given_up(const struct journey *journey)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i + 1 < journey->positions; i++)
        for (int dir = 0; dir < DIRS; dir++)
            for (int side = 0; side < SIDES; side++)
                count += journey->hops[i].waiting[dir][side].given_up;
    return count;
}

static void report(uint32_t hop, int dir, int side, const struct wait *wait,
                   journey_missing_fn *missing, void *context)
{
    int origin = dir == DIR_CLIENT ? NEAR_CLIENT : NEAR_SERVER;
    struct missing report = {
        .segment_id = wait->segment_id,
        .position = hop + (side == NEAR_SERVER),
        .absent = hop + (side == NEAR_CLIENT),
        .injected = side != origin,
        .bytes = wait->print.end - wait->print.seq,
        .ts_ns = wait->ts_ns,
    };

    missing(context, &report);
}

/* Takes out what was matched, and what has waited long enough. */
static void expire(struct hop *hop, uint32_t number, int dir, int64_t before_ns,
                   journey_missing_fn *missing, void *context)
{
    for (int side = 0; side < SIDES; side++) {
        struct waiting *waiting = &hop->waiting[dir][side];

        while (waiting->count > 0) {
            struct wait *oldest = waiting_at(waiting, 0);

            if (!oldest->done) {
                if (oldest->ts_ns >= before_ns)
                    break;
                report(number, dir, side, oldest, missing, context);
            }
            waiting_pop(waiting);
        }
    }
}

/* Parts of a segment's range that have found no sighting yet. */
struct pieces {
    struct print items[PIECES_MAX];
    size_t count;
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

/* Matches one waiting segment with one piece: the bytes that both have leave both. */
static bool match_range(struct waiting *waiting, struct wait *wait, struct pieces *pieces,
                        struct print *piece)
{
    uint32_t seq = seq_before(wait->print.seq, piece->seq) ? piece->seq : wait->print.seq;
    uint32_t end = seq_before(wait->print.end, piece->end) ? wait->print.end : piece->end;
    struct wait more = *wait;
    struct print rest;

    if (!seq_before(seq, end))
        return false;
    if (cut(piece, seq, end, &rest) && pieces->count < PIECES_MAX)
        pieces->items[pieces->count++] = rest;
    if (cut(&wait->print, seq, end, &rest)) {
        more.print = rest;
        waiting_add(waiting, &more); /* may move `wait` */
    } else {
        wait->done = wait->print.seq == wait->print.end;
    }
    return true;
}

/* A waiting segment that is the very same packet: nothing cut, and the same IP-ID. */
static struct wait *find_same(const struct waiting *waiting, const struct print *print)
{
    for (size_t i = 0; print->has_ip_id && i < waiting->count; i++) {
        struct wait *wait = waiting_at(waiting, i);

        if (!wait->done && wait->print.seq == print->seq && wait->print.end == print->end &&
            wait->print.has_ip_id && wait->print.ip_id == print->ip_id &&
            print_agrees(&wait->print, print))
            return wait;
    }
    return NULL;
}

/* Matches a segment with those that wait on the other side, oldest first. `pieces` is left with
 * what found no match. Returns the id of the sighting of the first byte that found one. */
static uint64_t match(struct waiting *waiting, struct pieces *pieces)
{
    struct print *whole = &pieces->items[0];
    struct wait *same = find_same(waiting, whole);
    uint64_t found = 0;
    uint32_t first = 0;

    if (same != NULL) {
        same->done = true;
        pieces->count = 0;
        return same->segment_id;
    }
    if (whole->seq == whole->end) {
        for (size_t i = 0; i < waiting->count; i++) {
            struct wait *wait = waiting_at(waiting, i);

            if (wait->done || !print_agrees(&wait->print, whole))
                continue;
            wait->done = true;
            pieces->count = 0;
            return wait->segment_id;
        }
        return 0;
    }
    for (size_t p = 0; p < pieces->count; p++) {
        for (size_t i = 0; i < waiting->count; i++) {
            struct wait *wait = waiting_at(waiting, i);
            struct print *piece = &pieces->items[p];
            uint64_t id = wait->segment_id;
            uint32_t seq = wait->print.seq;

            if (piece->seq == piece->end)
                break;
            if (wait->done || !print_agrees(&wait->print, piece) ||
                !match_range(waiting, wait, pieces, piece))
                continue;
            if (found == 0 || seq_before(seq, first)) {
                found = id;
                first = seq;
            }
        }
    }
    return found;
}

/* One hop of a segment: found on the other side, or left to wait for it there. */
static uint64_t pass_hop(struct hop *hop, int dir, int side, uint64_t segment_id, int64_t ts_ns,
                         const struct print *print)
{
    struct pieces pieces = {.items[0] = *print, .count = 1};
    uint64_t found = match(&hop->waiting[dir][!side], &pieces);

    for (size_t p = 0; p < pieces.count; p++) {
        struct wait wait = {.print = pieces.items[p], .segment_id = segment_id, .ts_ns = ts_ns};
        bool matched = wait.print.seq == wait.print.end && print->seq != print->end;

        if (!matched)
            waiting_add(&hop->waiting[dir][side], &wait);
    }
    return found;
}

uint64_t journey_add(struct journey *journey, uint32_t position, int dir, uint64_t segment_id,
                     int64_t ts_ns, const struct packet *packet, journey_missing_fn *missing,
                     void *context)
{
    struct print print = print_of(packet);
    uint64_t found = 0, also;

    if (position > 0) {
        struct hop *hop = &journey->hops[position - 1];

        expire(hop, position - 1, dir, ts_ns - WAIT_NS, missing, context);
        found = pass_hop(hop, dir, NEAR_SERVER, segment_id, ts_ns, &print);
    }
    if (position + 1 < journey->positions) {
        struct hop *hop = &journey->hops[position];

        expire(hop, position, dir, ts_ns - WAIT_NS, missing, context);
        also = pass_hop(hop, dir, NEAR_CLIENT, segment_id, ts_ns, &print);
        /* Seen on both sides before: only clocks that are wrong do that. The one where it came
         * from is the better name. */
        if (found == 0 || (dir == DIR_SERVER && also != 0))
            found = also;
    }
    return found;
}

void journey_end(struct journey *journey, journey_missing_fn *missing, void *context)
{
    for (uint32_t i = 0; i + 1 < journey->positions; i++)
        for (int dir = 0; dir < DIRS; dir++)
            expire(&journey->hops[i], i, dir, INT64_MAX, missing, context);
}
