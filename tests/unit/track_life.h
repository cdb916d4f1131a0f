/* What the tests of a life share. */
#ifndef UNIT_TRACK_LIFE_H
#define UNIT_TRACK_LIFE_H

#include "unit/track.h"

#define SYN    .flags = FRAME_SYN
#define SYNACK .flags = FRAME_SYN | FRAME_ACK
#define RST    .flags = FRAME_RST

/* The states after the last segment, as they would be if the leg ended with it. */
#define assert_states(client_state, server_state)                                                  \
    do {                                                                                           \
        const struct life *life_ = &tracking->track.life;                                          \
        assert_string_equal(tcp_state_name(life_state(life_, DIR_CLIENT)), (client_state));        \
        assert_string_equal(tcp_state_name(life_state(life_, DIR_SERVER)), (server_state));        \
    } while (0)

#define assert_opening(expected)                                                                   \
    assert_string_equal(opening_name(tracking->track.life.opening), (expected))
#define assert_answer(expected)                                                                    \
    assert_string_equal(syn_answer_name(tracking->track.life.syn_answer), (expected))
#define assert_outcome(expected)                                                                   \
    assert_string_equal(outcome_name(track_outcome(&tracking->track)), (expected))

#endif
