#include "merge/journey.h"

#include <stdlib.h>

#include "base/memory.h"
#include "merge/match.h"
#include "merge/waiting.h"
#include "survey/leg.h"

/* How long a segment waits for its sighting: longer than any queue between two points of one
 * path holds a packet, and than the clocks may be wrong. */
static const int64_t WAIT_NS = 2000000000;

/* How long a further sighting excuses what is like it: copies come together, and a repetition by
 * the sender 200 ms later at least (Linux's TCP_RTO_MIN). */
static const int64_t COPY_NS = 200000000;

enum side {
    SIDE_BEFORE,
    SIDE_AFTER,
    SIDES
};

/* The way from one stop of a direction to the next, and the segments that were seen on one side of
 * it only. */
struct hop {
    struct waiting waiting[SIDES];
    struct waiting *copies;  /* of both sides: further sightings, in case the other side tells
                                them apart; NULL: none */
    bool crossed;            /* a segment was seen on both sides */
    bool surely;             /* one was, and not a copy of it */
    int64_t first_ns[SIDES]; /* when the first of these was, on either side */
    bool once;               /* so far one went between them that can be told */
    int64_t way_ns, vary_ns; /* how long it is between them, and how far from that */
    uint32_t rewritten; /* bits of the fields that are told to be others at the stop behind it */
};

/* A stop is a position counted from the end that sends. */
struct journey {
    struct journey_listener listener;
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

struct journey *journey_new(uint32_t positions, const struct journey_listener *listener)
{
    struct journey *journey =
        memory_zalloc(sizeof *journey + DIRS * (positions - 1) * sizeof(struct hop));

    journey->listener = *listener;
    journey->stops = positions;
    return journey;
}

static void drop_all_copies(struct hop *hop)
{
    for (int side = 0; side < SIDES && hop->copies != NULL; side++)
        waiting_done(&hop->copies[side]);
    free(hop->copies);
    hop->copies = NULL;
}

void journey_free(struct journey *journey)
{
    if (journey == NULL)
        return;
    for (uint32_t i = 0; i < DIRS * (journey->stops - 1); i++) {
        for (int side = 0; side < SIDES; side++)
            waiting_done(&journey->hops[i].waiting[side]);
        drop_all_copies(&journey->hops[i]);
    }
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

static void tell_missing(struct journey *journey, int dir, uint32_t stop, enum side side,
                         const struct wait *wait)
{
    const struct hop *hop = hop_after(journey, dir, stop);
    struct missing missing = {
        .segment_id = wait->segment_id,
        .dir = dir,
        .position = position_of(journey, dir, stop + (side == SIDE_AFTER)),
        .absent = position_of(journey, dir, stop + (side == SIDE_BEFORE)),
        .injected = side == SIDE_AFTER,
        .bytes = wait->print.end - wait->print.seq,
        .is_rst = wait->print.is_rst,
        .ts_ns = wait->ts_ns,
        .way_ns = hop->way_ns + 4 * hop->vary_ns,
        .follows = hop->crossed && wait->ts_ns > hop->first_ns[side],
    };

    journey->listener.missing(journey->listener.context, &missing);
}

/* Takes out what was matched, and what has waited long enough. */
static void expire(struct journey *journey, int dir, uint32_t stop, int64_t before_ns)
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
                    tell_missing(journey, dir, stop, side, oldest);
            }
            waiting_pop(waiting);
        }
    }
}

/* A segment as it looks for its sighting along its way. */
struct search {
    struct journey *journey;
    int dir;
    uint32_t stop;
    struct wait whole;
};

/* What tell_field() is given. */
struct telling {
    const struct journey_listener *listener;
    struct rewritten rewritten;
};

static void tell_field(void *context, const struct rewrite *rewrite)
{
    struct telling *telling = context;

    telling->rewritten.rewrite = *rewrite;
    telling->listener->rewritten(telling->listener->context, &telling->rewritten);
}

/* The same packet was seen at two stops, of which hop `hop_number` ends at the later. */
static void compare(const struct search *search, uint32_t hop_number, enum side side,
                    const struct wait *partner)
{
    const struct journey *journey = search->journey;
    const struct wait *before = side == SIDE_BEFORE ? partner : &search->whole;
    const struct wait *after = side == SIDE_BEFORE ? &search->whole : partner;
    struct telling telling = {
        .listener = &journey->listener,
        .rewritten = {.segment_id = after->segment_id,
                      .position = position_of(journey, search->dir, hop_number + 1)},
    };

    rewrite_compare(&before->fields, &after->fields,
                    &hop_after(search->journey, search->dir, hop_number)->rewritten, tell_field,
                    &telling);
}

/* Smoothed like a round trip (RFC 6298 §2): what someone held back for seconds is soon forgotten.
 * The first one may have waited for an ARP reply or for a tunnel to come up, and then says nothing
 * of the others. */
static void note_crossed(struct hop *hop, int64_t way_ns, bool surely)
{
    bool first = !hop->crossed || (surely && !hop->surely);
    bool shorter = hop->once && way_ns < hop->way_ns;

    hop->crossed = true;
    if (hop->surely && !surely && !shorter)
        return;
    hop->surely |= surely;
    hop->once = first;
    if (first || shorter) {
        hop->way_ns = way_ns;
        hop->vary_ns = way_ns / 2;
        return;
    }
    hop->vary_ns += (llabs(way_ns - hop->way_ns) - hop->vary_ns) / 4;
    hop->way_ns += (way_ns - hop->way_ns) / 8;
}

/* Looks at one hop; `near`: the one beside the stop. */
static uint64_t look_at(const struct search *search, uint32_t hop_number, enum side side, bool near,
                        struct pieces *pieces)
{
    struct hop *hop = hop_after(search->journey, search->dir, hop_number);
    struct match match =
        match_segment(&hop->waiting[side], pieces, near ? MATCH_ARRIVED : MATCH_EXCUSED);

    if (near && match.segment_id != 0 && !hop->crossed) {
        hop->first_ns[side] = match.ts_ns;
        hop->first_ns[!side] = search->whole.ts_ns;
    }
    if (near && match.segment_id != 0)
        note_crossed(hop, llabs(search->whole.ts_ns - match.ts_ns), match.partner != NULL);
    if (near && match.partner != NULL)
        compare(search, hop_number, side, match.partner);
    return match.segment_id;
}

/* Forgets those that excuse nothing any more; returns the others. */
static struct waiting *recent_copies(const struct hop *hop, enum side side, int64_t now_ns)
{
    struct waiting *copies = &hop->copies[side];

    while (copies->count > 0 && waiting_at(copies, 0)->ts_ns < now_ns - COPY_NS)
        waiting_pop(copies);
    return copies;
}

/* Further sightings beside the stop, in the last resort. */
static void look_at_copies(const struct search *search, uint32_t hop_number, enum side side,
                           struct pieces *pieces)
{
    const struct hop *hop = hop_after(search->journey, search->dir, hop_number);

    if (hop->copies != NULL)
        match_segment(recent_copies(hop, side, search->whole.ts_ns), pieces, MATCH_ARRIVED);
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
    look_at_copies(search, search->stop - 1, SIDE_BEFORE, &far);
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
    look_at_copies(search, search->stop, SIDE_AFTER, &far);
    leave(search, search->stop, SIDE_BEFORE, &near, &far);
    return found;
}

static struct search begin_search(struct journey *journey, uint32_t position, int dir,
                                  uint64_t segment_id, int64_t ts_ns, const struct packet *packet)
{
    struct search search = {
        .journey = journey,
        .dir = dir,
        .stop = position_of(journey, dir, position),
        .whole = {.print = print_of(packet),
                  .fields = fields_of(packet),
                  .segment_id = segment_id,
                  .ts_ns = ts_ns},
    };

    return search;
}

uint64_t journey_add(struct journey *journey, uint32_t position, int dir, uint64_t segment_id,
                     int64_t ts_ns, const struct packet *packet)
{
    struct search search = begin_search(journey, position, dir, segment_id, ts_ns, packet);
    uint64_t back = 0, ahead = 0;

    if (dir == DIR_CLIENT && (packet->tcp.flags & TCP_ACK) && !(packet->tcp.flags & TCP_RST))
        journey->answered = true;
    if (search.stop > 0) {
        expire(journey, dir, search.stop - 1, ts_ns - WAIT_NS);
        back = look_back(&search);
    }
    if (search.stop + 1 < journey->stops) {
        expire(journey, dir, search.stop, ts_ns - WAIT_NS);
        ahead = look_ahead(&search);
    }
    return back != 0 ? back : ahead;
}

void journey_quiet(struct journey *journey, int64_t ts_ns)
{
    for (int dir = 0; dir < DIRS; dir++)
        for (uint32_t stop = 0; stop + 1 < journey->stops; stop++) {
            struct hop *hop = hop_after(journey, dir, stop);

            expire(journey, dir, stop, ts_ns - WAIT_NS);
            for (int side = 0; side < SIDES; side++)
                waiting_rest(&hop->waiting[side]);
            drop_all_copies(hop);
        }
}

/* Excuses what waits on the other side of a hop, or is yet to come there. */
static void add_copy(const struct search *search, uint32_t hop_number, enum side side)
{
    struct hop *hop = hop_after(search->journey, search->dir, hop_number);
    struct pieces pieces = {.items[0] = search->whole.print, .count = 1};
    struct wait wait = search->whole;

    if (hop->copies == NULL)
        hop->copies = memory_zalloc(SIDES * sizeof *hop->copies);
    match_segment(&hop->waiting[!side], &pieces, MATCH_EXCUSED);
    for (size_t p = 0; p < pieces.count; p++) {
        wait.print = pieces.items[p];
        waiting_add(recent_copies(hop, side, wait.ts_ns), &wait);
    }
}

void journey_add_copy(struct journey *journey, uint32_t position, int dir, int64_t ts_ns,
                      const struct packet *packet)
{
    struct search search = begin_search(journey, position, dir, 0, ts_ns, packet);

    if (search.stop > 0)
        add_copy(&search, search.stop - 1, SIDE_AFTER);
    if (search.stop + 1 < journey->stops)
        add_copy(&search, search.stop, SIDE_BEFORE);
}

void journey_end(struct journey *journey)
{
    for (int dir = 0; dir < DIRS; dir++)
        for (uint32_t stop = 0; stop + 1 < journey->stops; stop++)
            expire(journey, dir, stop, INT64_MAX);
}
