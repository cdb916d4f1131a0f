/* Resets: where a RST lies in its sender's stream, and what it answers. */
#include "track/reset.h"

#include <string.h>

#include "base/memory.h"
#include "track/steps.h"

/* How late an answer may come: the first RTO of RFC 1122 §4.2.3.1, or four round trips. A kernel
 * answers at once; a middlebox that copies the numbers of a flow that was silent for minutes
 * answers nothing. */
static const int64_t ANSWER_NS = 3000000000;

static bool is_in_time(const struct step *step, int64_t ts_ns)
{
    int64_t trips = 4 * step->other->flow->beyond.smoothed;

    return step->segment->ts_ns - ts_ns <= (trips > ANSWER_NS ? trips : ANSWER_NS);
}

/* The newest segment of the other end that it copies or acknowledges. */
static const struct recent *find_recent(const struct step *step, enum reset_match match)
{
    const struct leg_hit *hit = step->segment->hit;
    const struct recent *newest = NULL;

    for (uint32_t i = 0; i < flow_recents(step->other->flow); i++) {
        const struct recent *recent = &step->other->flow->recent[i];
        bool fits = match == RESET_COPIED ? recent->has_ack && recent->ack_off == hit->off
                                          : recent->end == hit->ack_off;

        if (fits && (newest == NULL || recent->id > newest->id))
            newest = recent;
    }
    return newest;
}

/* RFC 9293 §3.10.7.1: a reset of a segment with ACK takes that number for its own sequence number;
 * of one without, it has number 0 and acknowledges that segment. Linux aborts with its own next
 * number and ACK (tcp_send_active_reset). Of several segments with the same number, one that came
 * late is the likeliest to be answered, and else the newest. */
static void find_answered(const struct step *step, struct reset *reset)
{
    struct half *other = step->other;
    bool has_number = step->own->begun && step->tcp->seq != 0;
    const struct recent *recent;

    if (reset->has_ack && has_number) {
        reset->match = RESET_OWN;
        return;
    }
    if (!reset->has_ack && other->flow->late_id != 0 && other->flow->late_ack_off == reset->off &&
        is_in_time(step, other->flow->late_ns)) {
        reset->match = RESET_LATE;
        reset->answers = other->flow->late_id;
        reset->answer_ns = reset->ts_ns - other->flow->late_ns;
        other->flow->late_id = 0; /* one answer each */
        return;
    }
    reset->match = reset->has_ack ? RESET_ACKNOWLEDGED : RESET_COPIED;
    recent = find_recent(step, reset->match);
    if (recent == NULL || !is_in_time(step, recent->ts_ns)) {
        reset->match = RESET_UNMATCHED;
        return;
    }
    reset->answers = recent->id;
    reset->answer_ns = reset->ts_ns - recent->ts_ns;
}

/* What the receiver takes as its own next number, from what passed here: what it acknowledged last,
 * or what it has got since; the right edge of what it has above a hole (Linux,
 * tcp_validate_incoming); one below a FIN that it has got (tcp_reset_check); or, of a connection
 * that is not this one, what it acknowledges of that. */
static bool is_exact(const struct step *step)
{
    const struct half *own = step->own;
    const struct recent *copied = find_recent(step, RESET_COPIED);
    int64_t off = step->segment->hit->off;

    if (off == own->next || off == own->acked)
        return true;
    if (off == own->flow->sacked && own->flow->sacked > own->acked)
        return true;
    if (own->fins > 0 && own->acked == own->next && off == own->acked - 1)
        return true;
    return copied != NULL && (off < 0 || off > own->next);
}

/* RFC 5961 §3.2. Linux takes the window's edge itself for inside (tcp_sequence). */
static void place(const struct step *step, struct reset *reset)
{
    const struct half *own = step->own, *other = step->other;
    int64_t off = reset->off;

    /* A refusal has no number of its own: it counts by what it acknowledges (RFC 9293
     * §3.10.7.3). */
    if (!own->begun) {
        reset->has_distance = reset->has_ack;
        reset->distance = reset->ack_off - other->next;
        reset->place = reset->has_ack && reset->distance == 0 ? RESET_EXACT : RESET_PLACE_UNKNOWN;
        return;
    }
    reset->has_distance = true;
    if (is_exact(step)) {
        reset->place = RESET_EXACT;
        return;
    }
    reset->distance = off - (off > own->next ? own->next : own->acked);
    if (off < own->acked)
        reset->place = RESET_BELOW;
    else if (other->flow->has_edge)
        reset->place = off <= other->flow->edge ? RESET_IN_WINDOW : RESET_ABOVE;
    else
        reset->place = off < own->next ? RESET_IN_WINDOW : RESET_PLACE_UNKNOWN;
}

/* What the packet says of the machine that sent it, against the direction's other segments. Linux
 * gives 0 as IP-ID to an answer that no socket sends: no step. */
static void compare_sender(const struct step *step, struct reset *reset)
{
    const struct half *own = step->own;
    const struct packet *packet = step->segment->packet;

    reset->has_ttl_step = own->has_ttl;
    reset->ttl_step = packet->ttl - own->ttl;
    reset->has_id_step = packet->has_ip_id && packet->ip_id != 0 && ip_ids_count(&own->flow->ids);
    reset->id_step = ip_id_step(packet->ip_id, own->flow->ids.newest);
    reset->has_ts = step->tcp->opt.has_timestamps;
    reset->has_own_tsval = own->has_tsval;
    reset->own_tsval = own->tsval;
    if (reset->has_ts && own->has_tsval && (int32_t)(step->tcp->opt.tsval - own->tsval) > 0)
        reset->own_tsval = step->tcp->opt.tsval;
    reset->has_other_tsval = step->other->has_tsval;
    reset->other_tsval = step->other->tsval;
}

static struct reset *add(struct track *track, const struct reset *reset)
{
    struct resets *resets = track->resets;
    uint32_t count = resets != NULL ? resets->count : 0;

    if (resets == NULL || count == resets->capacity) {
        uint32_t capacity = count == 0 ? 1 : 2 * count;

        resets = memory_resize(resets, sizeof *resets + capacity * sizeof resets->items[0]);
        resets->capacity = capacity;
        track->resets = resets;
    }
    resets->count = count + 1;
    resets->items[count] = *reset;
    return &resets->items[count];
}

/* The one before it in its direction. Those of the other direction are answered by it. */
static const struct reset *note_former(const struct step *step)
{
    struct resets *resets = step->track->resets;
    const struct reset *former = NULL;

    for (uint32_t i = 0; resets != NULL && i < resets->count; i++) {
        if (resets->items[i].dir == step->segment->hit->dir)
            former = &resets->items[i];
        else if (resets->items[i].answer == 0)
            resets->items[i].answer = step->segment->id;
    }
    return former;
}

void step_follow_reset(const struct step *step)
{
    const struct leg_hit *hit = step->segment->hit;
    struct reset reset = {
        .segment_id = step->segment->id,
        .leg_id = step->segment->leg_id,
        .dir = (uint8_t)hit->dir,
        .ts_ns = step->segment->ts_ns,
        .off = hit->off,
        .has_ack = hit->has_ack,
        .ack_off = hit->ack_off,
        .own_next = step->own->next,
        .own_acked = step->own->acked,
        .other_next = step->other->next,
        .len = step->tcp->len,
        .win = step->tcp->win,
        .sender_fin = step->own->fins > 0,
        .receiver_fin = step->other->fins > 0,
    };

    place(step, &reset);
    find_answered(step, &reset);
    compare_sender(step, &reset);
    step_follow_forged(step, &reset, note_former(step));
    add(step->track, &reset);
    step_emit(step, EVENT_RST, true, reset.place, reset.answers != 0, (int64_t)reset.answers);
}

/* Which one to watch no longer: of the direction that has more of them the oldest but the first,
 * which says most. */
static uint32_t least_wanted(const struct resets *resets)
{
    uint32_t counts[DIRS] = {0}, nth = 0, i;
    int dir;

    for (i = 0; i < resets->count; i++)
        counts[resets->items[i].dir]++;
    dir = counts[DIR_SERVER] > counts[DIR_CLIENT] ? DIR_SERVER : DIR_CLIENT;
    for (i = 0; i + 1 < resets->count; i++)
        if (resets->items[i].dir == dir && nth++ == 1)
            break;
    return i;
}

static void conclude(struct reset *reset, enum reset_when when)
{
    const struct {
        enum reset_after after;
        uint64_t id;
    } strongest[] = {
        {RESET_IGNORED,    reset->receiver_after},
        {RESET_CHALLENGED, reset->challenge     },
        {RESET_ANSWERED,   reset->answer        },
        {RESET_AGAIN,      reset->again         },
        {RESET_CONTINUED,  reset->sender_after  },
    };

    reset->after = when == RESET_WHEN_TUPLE_TAKEN ? RESET_REUSED : RESET_NOTHING;
    reset->after_id = 0;
    for (size_t i = 0; i < sizeof strongest / sizeof strongest[0]; i++) {
        if (strongest[i].id == 0)
            continue;
        reset->after = (uint8_t)strongest[i].after;
        reset->after_id = strongest[i].id;
        break;
    }
    if (when == RESET_NOW && reset->after > RESET_CHALLENGED) {
        reset->after = RESET_GIVEN_UP;
        reset->after_id = 0;
    }
}

bool track_take_reset(struct track *track, enum reset_when when, struct reset *reset)
{
    struct resets *resets = track->resets;
    uint32_t at;

    if (resets == NULL || resets->count <= (when == RESET_NOW ? RESETS_MAX : 0))
        return false;
    at = when == RESET_NOW ? least_wanted(resets) : 0;
    *reset = resets->items[at];
    conclude(reset, when);
    resets->count--;
    memmove(&resets->items[at], &resets->items[at + 1],
            (resets->count - at) * sizeof resets->items[0]);
    return true;
}

const char *reset_place_name(enum reset_place place)
{
    static const char *const names[RESET_PLACES] = {
        [RESET_EXACT] = "exact", [RESET_IN_WINDOW] = "in-window",   [RESET_BELOW] = "below",
        [RESET_ABOVE] = "above", [RESET_PLACE_UNKNOWN] = "unknown",
    };

    return names[place];
}

const char *reset_match_name(enum reset_match match)
{
    static const char *const names[RESET_MATCHES] = {
        [RESET_UNMATCHED] = "unmatched",       [RESET_COPIED] = "copied", [RESET_LATE] = "late",
        [RESET_ACKNOWLEDGED] = "acknowledged", [RESET_OWN] = "own",
    };

    return names[match];
}

const char *reset_after_name(enum reset_after after)
{
    static const char *const names[RESET_AFTERS] = {
        [RESET_IGNORED] = "ignored", [RESET_CHALLENGED] = "challenged", [RESET_ANSWERED] = "reset",
        [RESET_AGAIN] = "syn-again", [RESET_CONTINUED] = "continued",   [RESET_REUSED] = "reused",
        [RESET_NOTHING] = "nothing", [RESET_GIVEN_UP] = "given-up",
    };

    return names[after];
}
