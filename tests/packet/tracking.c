#include "packet/tracking.h"

#include <assert.h>
#include <stdlib.h>

#include "packet/decoding.h"

static const int64_t begin_ns = 1700000000LL * 1000000000LL;

struct tracking *tracking_new(void)
{
    struct tracking *tracking = calloc(1, sizeof(*tracking));

    assert(tracking);
    tracking->legs = leg_table_new(sizeof(struct leg), NULL, NULL);
    return tracking;
}

void tracking_free(struct tracking *tracking)
{
    track_done(&tracking->track);
    leg_table_free(tracking->legs);
    free(tracking);
}

static void keep_event(void *context, const struct event *event)
{
    struct tracking *tracking = context;

    assert(tracking->events_count < TRACKING_EVENTS);
    tracking->events[tracking->events_count++] = *event;
}

uint64_t tracking_add(struct tracking *tracking, int64_t at_us, const struct frame_spec *spec)
{
    struct packet packet = decoded(spec);
    int64_t ts_ns = begin_ns + at_us * 1000;
    struct leg_hit hit;
    struct tracked_segment segment;

    assert(packet.kind == PACKET_SEGMENT);
    hit = leg_table_add(tracking->legs, 0, &packet, ts_ns);
    assert(hit.is_new == (tracking->last_id == 0) && "one connection");
    tracking->leg = hit.leg;
    segment = (struct tracked_segment){
        .packet = &packet,
        .hit = &hit,
        .id = ++tracking->last_id,
        .leg_id = 1,
        .ts_ns = ts_ns,
    };
    tracking->events_before = tracking->events_count;
    tracking->marks = track_segment(&tracking->track, &segment, keep_event, tracking);
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
