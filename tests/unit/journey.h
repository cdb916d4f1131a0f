/* What the tests of merge/journey share: a connection past points, and what its journey told. */
#ifndef UNIT_JOURNEY_H
#define UNIT_JOURNEY_H

#include <stdlib.h>

#include "merge/journey.h"
#include "packet/decoding.h"
#include "survey/leg.h"
#include "unit/unit.h"

enum {
    MISSING_ROOM = 1024,
    REWRITTEN_ROOM = 16,
    MS = 1000000
};

struct fixture {
    struct journey *journey;
    uint64_t last_id;
    int64_t now_ns;
    struct missing missing[MISSING_ROOM];
    size_t missing_count;
    struct rewritten rewritten[REWRITTEN_ROOM];
    size_t rewritten_count;
};

static inline void keep_missing(void *context, const struct missing *missing)
{
    struct fixture *fixture = context;

    assert_in_range(fixture->missing_count, 0, MISSING_ROOM - 1);
    fixture->missing[fixture->missing_count++] = *missing;
}

static inline void keep_rewritten(void *context, const struct rewritten *rewritten)
{
    struct fixture *fixture = context;

    assert_in_range(fixture->rewritten_count, 0, REWRITTEN_ROOM - 1);
    fixture->rewritten[fixture->rewritten_count++] = *rewritten;
}

/* The segment is seen at `position`, one millisecond after the one before; returns its sighting.
 * Segments have the ids 1, 2, 3, … */
static inline uint64_t see(struct fixture *fixture, uint32_t position, int dir,
                           const struct frame_spec *spec)
{
    struct packet packet = decoded(spec);

    assert_is_segment(packet);
    fixture->now_ns += MS;
    return journey_add(fixture->journey, position, dir, ++fixture->last_id, fixture->now_ns,
                       &packet);
}

/* A connection past so many points, of which nothing was seen. */
static inline void begin(struct fixture *fixture, uint32_t positions)
{
    const struct journey_listener listener = {keep_missing, keep_rewritten, fixture};

    journey_free(fixture->journey);
    fixture->journey = journey_new(positions, &listener);
    fixture->last_id = 0;
}

/* The same after its handshake went well: so what is missing at a point is no matter of a route
 * that passes it by. Its ids are 1 to 2 * positions. */
static inline void begin_open(struct fixture *fixture, uint32_t positions)
{
    const struct frame_spec syn = {.flags = FRAME_SYN, .seq = 50};
    const struct frame_spec synack = {.flags = FRAME_SYN | FRAME_ACK, .seq = 850, .ack = 51};

    begin(fixture, positions);
    for (uint32_t position = 0; position < positions; position++)
        see(fixture, position, DIR_CLIENT, &syn);
    for (uint32_t position = positions; position-- > 0;)
        see(fixture, position, DIR_SERVER, &synack);
    assert_int_equal(fixture->missing_count, 0);
}

static inline int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof(*fixture));

    assert_non_null(fixture);
    fixture->now_ns = 1000LL * 1000 * MS;
    begin_open(fixture, 2);
    *state = fixture;
    return 0;
}

static inline int tear_down(void **state)
{
    struct fixture *fixture = *state;

    journey_free(fixture->journey);
    free(fixture);
    return 0;
}

#define SEE(position, dir, ...) see(fixture, (position), (dir), &(struct frame_spec){__VA_ARGS__})

static inline void end(struct fixture *fixture)
{
    journey_end(fixture->journey);
}

#endif
