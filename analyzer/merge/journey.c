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

enum side {
    SIDE_BEFORE,
    SIDE_AFTER,
    SIDES
};

/* The way from one stop of a direction to the next, and the segments that were seen on one side of
 * it only. */
struct hop {
    struct waiting waiting[SIDES];
    bool crossed; /* a segment was seen on both sides */
};

/* A stop is a position counted from the end that sends. */
struct journey {
    uint32_t stops;
    bool answered;     /* the client has acknowledged something: the handshake was complete */
    struct hop hops[]; /* of the client's direction, then of the server's; hop i follows stop i */
};

static struct hop *hop_after(struct journey *journey, int dir, uint32_t stop)
{
    return &journey->hops[(uint32_t)dir * (journey->stops - 1) + stop];
}

static uint32_t position_of(const struct journey *journey, int dir, uint32_t stop)
{
    return dir == DIR_CLIENT ? stop : journey->stops - 1 - stop;
}

struct journey *journey_new(uint32_t positions)
{
    struct journey *journey =
        memory_zalloc(sizeof *journey + DIRS * (positions - 1) * sizeof(struct hop));

    journey->stops = positions;
    return journey;
}

void journey_free(struct journey *journey)
{
    if (journey == NULL)
        return;
    for (uint32_t i = 0; i < DIRS * (journey->stops - 1); i++)
        for (int side = 0; side < SIDES; side++)
            waiting_done(&journey->hops[i].waiting[side]);
    free(journey);
}

uint64_t journey_given_up(const struct journey *journey)
{
    uint64_t count = 0;

    for (uint32_t i = 0; i < DIRS * (journey->stops - 1); i++)
        for (int side = 0; side < SIDES; side++)
            count += journey->hops[i].waiting[side].given_up;
    return count;
}

/* Whether a segment that was seen on one side only says anything. Where routes differ by
 * direction, or part, a point may see nothing of a direction that goes well: so something must
 * have been seen on both sides, or the server's answer must have been lost for good. */
static bool is_telling(const struct journey *journey, int dir, const struct hop *hop)
{
    return hop->crossed || (dir == DIR_SERVER && !journey->answered);
}

static void report(const struct journey *journey, int dir, uint32_t stop, enum side side,
                   const struct wait *wait, journey_missing_fn *missing, void *context)
{
    struct missing report = {
        .segment_id = wait->segment_id,
        .position = position_of(journey, dir, stop + (side == SIDE_AFTER)),
        .absent = position_of(journey, dir, stop + (side == SIDE_BEFORE)),
        .injected = side == SIDE_AFTER,
        .bytes = wait->print.end - wait->print.seq,
        .ts_ns = wait->ts_ns,
    };

    missing(context, &report);
}

/* Takes out what was matched, and what has waited long enough. */
static void expire(struct journey *journey, int dir, uint32_t stop, int64_t before_ns,
                   journey_missing_fn *missing, void *context)
{
    struct hop *hop = hop_after(journey, dir, stop);

    for (enum side side = 0; side < SIDES; side++) {
        struct waiting *waiting = &hop->waiting[side];

        while (waiting->count > 0) {
            struct wait *oldest = waiting_at(waiting, 0);

            if (!oldest->done) {
                if (oldest->ts_ns >= before_ns)
                    break;
                if (!oldest->excused && is_telling(journey, dir, hop))
                    report(journey, dir, stop, side, oldest, missing, context);
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

/* How a match is kept. Between neighbours the segment has arrived, and waits no more. Further on it
 * is only excused: the stop between may still come to have seen it. */
enum match_kind {
    MATCH_ARRIVED,
    MATCH_EXCUSED
};

/* Matches one waiting segment with one piece: the bytes that both have leave both. */
static bool match_range(struct waiting *waiting, struct wait *wait, struct pieces *pieces,
                        struct print *piece, enum match_kind kind)
{
    uint32_t seq = seq_before(wait->print.seq, piece->seq) ? piece->seq : wait->print.seq;
    uint32_t end = seq_before(wait->print.end, piece->end) ? wait->print.end : piece->end;
    struct wait more = *wait;
    struct print rest;

    if (!seq_before(seq, end))
        return false;
    if (cut(piece, seq, end, &rest) && pieces->count < PIECES_MAX)
        pieces->items[pieces->count++] = rest;
    if (kind == MATCH_EXCUSED) {
        wait->excused = true;
    } else if (cut(&wait->print, seq, end, &rest)) {
        more.print = rest;
        waiting_add(waiting, &more); /* may move `wait` */
    } else {
        wait->done = wait->print.seq == wait->print.end;
    }
    return true;
}

static void settle(struct wait *wait, enum match_kind kind)
{
    if (kind == MATCH_EXCUSED)
        wait->excused = true;
    else
        wait->done = true;
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

/* An ACK without data, or a RST: nothing but its numbers tells it. */
static uint64_t match_empty(const struct waiting *waiting, struct pieces *pieces,
                            enum match_kind kind)
{
    for (size_t i = 0; i < waiting->count; i++) {
        struct wait *wait = waiting_at(waiting, i);

        if (wait->done || !print_agrees(&wait->print, &pieces->items[0]))
            continue;
        settle(wait, kind);
        pieces->count = 0;
        return wait->segment_id;
    }
    return 0;
}

/* Bytes, with whatever segments carried them on the other side. */
static uint64_t match_bytes(struct waiting *waiting, struct pieces *pieces, enum match_kind kind)
{
    uint64_t found = 0;
    uint32_t first = 0;
    size_t left = 0;

    for (size_t p = 0; p < pieces->count; p++) {
        struct print *piece = &pieces->items[p];

        for (size_t i = 0; i < waiting->count && piece->seq != piece->end; i++) {
            struct wait *wait = waiting_at(waiting, i);
            uint64_t id = wait->segment_id;
            uint32_t seq = wait->print.seq;

            if (wait->done || !print_agrees(&wait->print, piece) ||
                !match_range(waiting, wait, pieces, piece, kind))
                continue;
            if (found == 0 || seq_before(seq, first)) {
                found = id;
                first = seq;
            }
        }
    }
    for (size_t p = 0; p < pieces->count; p++)
        if (pieces->items[p].seq != pieces->items[p].end)
            pieces->items[left++] = pieces->items[p];
    pieces->count = left;
    return found;
}

/* Matches a segment with those that wait on the other side, oldest first. `pieces` is left with
 * what found no match. Returns the id of the sighting of the first byte that found one. */
static uint64_t match(struct waiting *waiting, struct pieces *pieces, enum match_kind kind)
{
    struct wait *same;

    if (pieces->count == 0 || waiting->count == 0)
        return 0;
    same = find_same(waiting, &pieces->items[0]);
    if (same != NULL) {
        settle(same, kind);
        pieces->items[0] = pieces->items[--pieces->count];
        return same->segment_id;
    }
    if (pieces->items[0].seq == pieces->items[0].end)
        return match_empty(waiting, pieces, kind);
    return match_bytes(waiting, pieces, kind);
}

/* A segment as it looks for its sighting along its way. */
struct search {
    struct journey *journey;
    int dir;
    uint32_t stop;
    struct wait whole;
};

/* Looks at one hop; `near`: the one beside the stop. */
static uint64_t look_at(const struct search *search, uint32_t hop_number, enum side side, bool near,
                        struct pieces *pieces)
{
    struct hop *hop = hop_after(search->journey, search->dir, hop_number);
    uint64_t found = match(&hop->waiting[side], pieces, near ? MATCH_ARRIVED : MATCH_EXCUSED);

    if (near && found != 0)
        hop->crossed = true;
    return found;
}

/* Leaves what found no sighting beside the stop to wait for it there. What was found further on
 * is excused. */
static void leave(const struct search *search, uint32_t hop_number, enum side side,
                  const struct pieces *near, const struct pieces *far)
{
    struct waiting *waiting = &hop_after(search->journey, search->dir, hop_number)->waiting[side];
    struct wait wait = search->whole;

    wait.excused = far->count == 0;
    for (size_t p = 0; p < near->count; p++) {
        wait.print = near->items[p];
        waiting_add(waiting, &wait);
    }
}

/* Where the segment came from: the stop before, or one further back if those between did not see
 * it. */
static uint64_t look_back(const struct search *search)
{
    struct pieces near = {.items[0] = search->whole.print, .count = 1}, far;
    uint64_t found = look_at(search, search->stop - 1, SIDE_BEFORE, true, &near);

    far = near;
    for (uint32_t i = search->stop - 1; i-- > 0;) {
        uint64_t here = look_at(search, i, SIDE_BEFORE, false, &far);

        if (found == 0)
            found = here;
    }
    leave(search, search->stop - 1, SIDE_AFTER, &near, &far);
    return found;
}

/* Where it goes to. It was seen there before only if the clocks are wrong by more than its way
 * takes. */
static uint64_t look_ahead(const struct search *search)
{
    struct pieces near = {.items[0] = search->whole.print, .count = 1}, far;
    uint64_t found = look_at(search, search->stop, SIDE_AFTER, true, &near);

    far = near;
    for (uint32_t i = search->stop + 1; i + 1 < search->journey->stops; i++) {
        uint64_t there = look_at(search, i, SIDE_AFTER, false, &far);

        if (found == 0)
            found = there;
    }
    leave(search, search->stop, SIDE_BEFORE, &near, &far);
    return found;
}

uint64_t journey_add(struct journey *journey, uint32_t position, int dir, uint64_t segment_id,
                     int64_t ts_ns, const struct packet *packet, journey_missing_fn *missing,
                     void *context)
{
    struct search search = {
        .journey = journey,
        .dir = dir,
        .stop = position_of(journey, dir, position),
        .whole = {.print = print_of(packet), .segment_id = segment_id, .ts_ns = ts_ns},
    };
    uint64_t back = 0, ahead = 0;

    if (dir == DIR_CLIENT && (packet->tcp.flags & TCP_ACK) && !(packet->tcp.flags & TCP_RST))
        journey->answered = true;
    if (search.stop > 0) {
        expire(journey, dir, search.stop - 1, ts_ns - WAIT_NS, missing, context);
        back = look_back(&search);
    }
    if (search.stop + 1 < journey->stops) {
        expire(journey, dir, search.stop, ts_ns - WAIT_NS, missing, context);
        ahead = look_ahead(&search);
    }
    return back != 0 ? back : ahead;
}

void journey_end(struct journey *journey, journey_missing_fn *missing, void *context)
{
    for (int dir = 0; dir < DIRS; dir++)
        for (uint32_t stop = 0; stop + 1 < journey->stops; stop++)
            expire(journey, dir, stop, INT64_MAX, missing, context);
}
