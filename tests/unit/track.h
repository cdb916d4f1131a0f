/* What the tests of track/ share: a connection with the client's ISN 100 and the server's 900, a
 * handshake of 10 ms, windows of 10,000 bytes, no window scale. */
#ifndef UNIT_TRACK_H
#define UNIT_TRACK_H

#include "packet/tracking.h"
#include "unit/unit.h"

#define WINDOW       .window = FRAME_FORCE(10000)
#define CLIENT       .sport = 40000, .dport = 80, WINDOW
#define SERVER       .src = "10.0.0.2", .dst = "10.0.0.1", .sport = 80, .dport = 40000, WINDOW
#define FIN          .flags = FRAME_FIN | FRAME_ACK
#define STAMP(value) FRAME_OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_TIMESTAMPS(value, 1))

/* A segment of the connection, at a time in microseconds. */
#define ADD(at_us, ...) tracking_add(tracking, (at_us), &(struct frame_spec){__VA_ARGS__})

/* The last segment caused no event at all. */
#define assert_quiet() assert_int_equal(tracking->events_count, tracking->events_before)

/* The last segment caused one event of that kind, and no others of any. */
#define assert_only(expected_kind)                                                                 \
    do {                                                                                           \
        assert_non_null(tracking_last(tracking, (expected_kind)));                                 \
        assert_int_equal(tracking->events_count, tracking->events_before + 1);                     \
    } while (0)

/* What the event of that kind says; it has to be the last segment's. */
#define assert_a(expected_kind, value)                                                             \
    do {                                                                                           \
        const struct event *event_ = tracking_last(tracking, (expected_kind));                     \
        assert_non_null(event_);                                                                   \
        assert_true(event_->has_a);                                                                \
        assert_int_equal(event_->a, (value));                                                      \
    } while (0)

#define assert_b(expected_kind, value)                                                             \
    do {                                                                                           \
        const struct event *event_ = tracking_last(tracking, (expected_kind));                     \
        assert_non_null(event_);                                                                   \
        assert_true(event_->has_b);                                                                \
        assert_int_equal(event_->b, (value));                                                      \
    } while (0)

#define assert_no_b(expected_kind)                                                                 \
    do {                                                                                           \
        const struct event *event_ = tracking_last(tracking, (expected_kind));                     \
        assert_non_null(event_);                                                                   \
        assert_false(event_->has_b);                                                               \
    } while (0)

#define assert_cause(expected_kind, expected_cause, observation)                                   \
    do {                                                                                           \
        const struct event *event_ = tracking_last(tracking, (expected_kind));                     \
        assert_non_null(event_);                                                                   \
        assert_non_null(event_->cause);                                                            \
        assert_string_equal(event_->cause, (expected_cause));                                      \
        assert_string_equal(event_->decided_by, (observation));                                    \
        assert_in_range(event_->confidence, 1, 100);                                               \
    } while (0)

static inline int set_up(void **state)
{
    *state = tracking_new();
    return 0;
}

/* The handshake as well: ids 1, 2, 3. */
static inline int set_up_open(void **state)
{
    struct tracking *tracking = tracking_new();

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    ADD(10000, CLIENT, .seq = 101, .ack = 901);
    assert_int_equal(tracking->events_count, 0);
    *state = tracking;
    return 0;
}

static inline int tear_down(void **state)
{
    tracking_free(*state);
    return 0;
}

#define TRACK_TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
#define OPEN_TEST(name)  cmocka_unit_test_setup_teardown(name, set_up_open, tear_down)

#endif
