#include "packet/tracking.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "packet/decoding.h"

static const int64_t begin_ns = 1700000000LL * 1000000000LL;

static void keep_former(void *context, struct leg *leg)
{
    struct tracking *tracking = context;

    tracking->former = reuse_former(&tracking->track, leg, leg->number + 1);
}

static void keep_event(void *context, const struct event *event)
{
    struct tracking *tracking = context;

    assert(tracking->events_count < TRACKING_EVENTS);
    tracking->events[tracking->events_count++] = *event;
}

struct tracking *tracking_new(void)
{
    struct tracking *tracking = calloc(1, sizeof(*tracking));

    assert(tracking);
    tracker_init(&tracking->tracker, keep_event, tracking);
    tracking->legs = leg_table_new(sizeof(struct leg), keep_former, tracking);
    return tracking;
}

void tracking_free(struct tracking *tracking)
{
    leg_table_free(tracking->legs);
    track_done(&tracking->tracker, &tracking->track);
    tracker_done(&tracking->tracker);
    free(tracking);
}

/* A connection begins, and perhaps uses the tuple of another. */
static void begin_leg(struct tracking *tracking, const struct tracked_segment *segment)
{
    const struct leg *leg = segment->hit->leg;
    struct event event;

    track_done(&tracking->tracker, &tracking->track);
    memset(&tracking->track, 0, sizeof tracking->track);
    if (!leg->has_former)
        return;
    event = reuse_begin(&tracking->track, &tracking->former, leg, segment);
    event.leg_id = segment->leg_id;
    keep_event(tracking, &event);
}

uint64_t tracking_add(struct tracking *tracking, int64_t at_us, const struct frame_spec *spec)
{
    struct packet packet = decoded_up_to(spec, tracking->captured);
    int64_t ts_ns = begin_ns + at_us * 1000;
    struct leg_hit hit;
    struct tracked_segment segment;

    assert(packet.kind == PACKET_SEGMENT);
    hit = leg_table_add(tracking->legs, 0, &packet, ts_ns);
    tracking->leg = hit.leg;
    segment = (struct tracked_segment){
        .packet = &packet,
        .hit = &hit,
        .id = ++tracking->last_id,
        .leg_id = hit.leg->number + 1,
        .ts_ns = ts_ns,
    };
    tracking->events_before = tracking->events_count;
    if (hit.is_new)
        begin_leg(tracking, &segment);
    tracking->marks = track_segment(&tracking->tracker, &tracking->track, &segment);
    return segment.id;
}

size_t tracking_count(const struct tracking *tracking, enum event_kind kind)
{
    size_t count = 0;

    for (size_t i = 0; i < tracking->events_count; i++)
        count += tracking->events[i].kind == kind;
    return count;
}

const struct event *tracking_last(const struct tracking *tracking, enum event_kind kind)
{
    const struct event *found = NULL;

    for (size_t i = tracking->events_before; i < tracking->events_count; i++) {
        if (tracking->events[i].kind != kind)
            continue;
        if (found)
            return NULL;
        found = &tracking->events[i];
    }
    return found;
}
