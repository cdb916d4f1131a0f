/* How a connection opens, in all forms: states, what answered the SYN, what is told. */
#include "unit/track_life.h"

#define COOKIE 34, 10, 1, 2, 3, 4, 5, 6, 7, 8

/* SYN, SYN-ACK, ACK: the states after each. */
static void test_open_handshake(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100);
    assert_states("SYN-SENT", "unknown");
    assert_answer("none");
    ADD(9000, SERVER, SYNACK, .seq = 900, .ack = 101);
    assert_states("SYN-SENT", "SYN-RECEIVED");
    assert_opening("none");
    assert_outcome("unanswered");
    ADD(10000, CLIENT, .seq = 101, .ack = 901);
    assert_states("ESTABLISHED", "ESTABLISHED");
    assert_opening("handshake");
    assert_answer("syn-ack");
    assert_outcome("established");
    assert_int_equal(tracking->events_count, 0);
}

/* The last ACK passed here and got lost farther on: the server sends its SYN-ACK again. */
static void test_open_ack_lost(void **state)
{
    struct tracking *tracking = *state;

    ADD(1010000, SERVER, SYNACK, .seq = 900, .ack = 101);
    assert_states("ESTABLISHED", "SYN-RECEIVED");
    assert_outcome("established");
    ADD(1011000, CLIENT, .seq = 101, .ack = 901);
    assert_states("ESTABLISHED", "ESTABLISHED");
    assert_int_equal(tracking_count(tracking, EVENT_CHALLENGE_ACK), 0);
}

/* RFC 9293 §3.5, figure 8: both send a SYN and a SYN-ACK. */
static void test_open_simultaneous(void **state)
{
    struct tracking *tracking = *state;
    uint64_t second;

    ADD(0, CLIENT, SYN, .seq = 100);
    second = ADD(5000, SERVER, SYN, .seq = 900);
    assert_states("SYN-SENT", "SYN-SENT");
    assert_answer("syn");
    ADD(5100, CLIENT, SYNACK, .seq = 100, .ack = 901);
    assert_states("SYN-RECEIVED", "SYN-SENT");
    ADD(10000, SERVER, SYNACK, .seq = 900, .ack = 101);
    assert_only(EVENT_SIMULTANEOUS_OPEN);
    assert_a(EVENT_SIMULTANEOUS_OPEN, second);
    assert_b(EVENT_SIMULTANEOUS_OPEN, 5000000);
    assert_states("ESTABLISHED", "ESTABLISHED");
    assert_opening("simultaneous");
    assert_outcome("established");
}

/* An ACK without SYN, as some send it then: it does not say that the server has the client's SYN.
 */
static void test_open_simultaneous_by_ack(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100);
    ADD(5000, SERVER, SYN, .seq = 900);
    ADD(5100, CLIENT, .seq = 101, .ack = 901);
    assert_states("SYN-RECEIVED", "SYN-SENT");
    assert_opening("none");
}

/* The server answers by an ACK and a SYN, the client by a SYN-ACK. */
static void test_open_split(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100);
    ADD(1000, SERVER, .seq = 900, .ack = 101);
    ADD(2000, SERVER, SYN, .seq = 900);
    assert_answer("syn");
    ADD(3000, CLIENT, SYNACK, .seq = 100, .ack = 901);
    ADD(4000, SERVER, .seq = 901, .ack = 101);
    assert_opening("split");
    assert_states("ESTABLISHED", "ESTABLISHED");
    assert_int_equal(tracking_count(tracking, EVENT_SIMULTANEOUS_OPEN), 0);
    ADD(5000, CLIENT, .seq = 101, .ack = 901, .payload_len = 4);
    assert_quiet();
}

/* Data in the SYN with a cookie; the SYN-ACK takes them, and the server answers at once. */
static void test_open_fast_open(void **state)
{
    struct tracking *tracking = *state;
    uint64_t syn = ADD(0, CLIENT, SYN, .seq = 100, .payload_len = 40, FRAME_OPTIONS(COOKIE));

    assert_quiet();
    ADD(9000, SERVER, SYNACK, .seq = 900, .ack = 141);
    assert_only(EVENT_SYN_DATA);
    assert_a(EVENT_SYN_DATA, 40);
    assert_b(EVENT_SYN_DATA, 40);
    assert_cause(EVENT_SYN_DATA, "cookie", "option");
    assert_int_equal(tracking_last(tracking, EVENT_SYN_DATA)->segment_id, syn);
    ADD(9100, SERVER, .seq = 901, .ack = 141, .payload_len = 100);
    assert_opening("fast-open");
    assert_states("SYN-SENT", "SYN-RECEIVED");
    ADD(10000, CLIENT, .seq = 141, .ack = 1001);
    assert_states("ESTABLISHED", "ESTABLISHED");
}

/* The SYN-ACK acknowledges the SYN alone: the data have to be sent again. */
static void test_open_fast_open_declined(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100, .payload_len = 40, FRAME_OPTIONS(COOKIE));
    ADD(9000, SERVER, SYNACK, .seq = 900, .ack = 101);
    assert_a(EVENT_SYN_DATA, 40);
    assert_b(EVENT_SYN_DATA, 0);
    ADD(10000, CLIENT, .seq = 101, .ack = 901, .payload_len = 40);
    assert_opening("handshake");
}

static void test_open_cookie_request(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100, FRAME_OPTIONS(FRAME_FAST_OPEN));
    ADD(9000, SERVER, SYNACK, .seq = 900, .ack = 101);
    assert_a(EVENT_SYN_DATA, 0);
    assert_b(EVENT_SYN_DATA, 0);
    assert_cause(EVENT_SYN_DATA, "cookie-request", "option");
}

static void keep_last(void *context, const struct event *event)
{
    *(struct event *)context = *event;
}

/* Data in the SYN, without an option, and no answer to any: told when the leg ends, once. */
static void test_open_syn_data_unanswered(void **state)
{
    struct tracking *tracking = *state;
    struct event last = {.leg_id = 0};
    uint64_t syn = ADD(0, CLIENT, SYN, .seq = 100, .payload_len = 40);

    ADD(1000000, CLIENT, SYN, .seq = 100);
    assert_only(EVENT_SYN_RETRANSMISSION);
    life_finish(&tracking->track, 7, keep_last, &last);
    assert_int_equal(last.kind, EVENT_SYN_DATA);
    assert_int_equal(last.segment_id, syn);
    assert_int_equal(last.leg_id, 7);
    assert_int_equal(last.a, 40);
    assert_false(last.has_b);
    assert_string_equal(last.cause, "data");
    last.leg_id = 0;
    life_finish(&tracking->track, 7, keep_last, &last);
    assert_int_equal(last.leg_id, 0);
}

/* Refused, and tried again on the same tuple with the same number: it works. */
static void test_open_refused_at_first(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100);
    ADD(100, SERVER, .flags = FRAME_RST | FRAME_ACK, .seq = 0, .ack = 101);
    assert_states("CLOSED", "CLOSED");
    assert_outcome("refused");
    ADD(500000, CLIENT, SYN, .seq = 100);
    ADD(500100, SERVER, SYNACK, .seq = 900, .ack = 101);
    ADD(500200, CLIENT, .seq = 101, .ack = 901);
    assert_states("ESTABLISHED", "ESTABLISHED");
    assert_answer("rst");
    assert_outcome("established");
}

/* A RST that acknowledges something else is not an answer to this SYN (RFC 9293 §3.10.7.3). */
static void test_open_foreign_rst(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100);
    ADD(100, SERVER, .flags = FRAME_RST | FRAME_ACK, .seq = 0, .ack = 77777);
    assert_states("SYN-SENT", "unknown");
    assert_answer("none");
    assert_outcome("unanswered");
}

/* An ICMP error came first, the SYN-ACK later: what came first stays. */
static void test_open_icmp(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100);
    life_icmp(&tracking->track.life, 11, 0);
    life_icmp(&tracking->track.life, 3, 1);
    ADD(1000000, CLIENT, SYN, .seq = 100);
    ADD(1000100, SERVER, SYNACK, .seq = 900, .ack = 101);
    assert_answer("icmp");
    assert_int_equal(tracking->track.life.icmp_type, 11);
    assert_int_equal(tracking->track.life.icmp_code, 0);
}

/* Only what the client sent was captured. */
static void test_open_client_alone(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100);
    ADD(10000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10);
    assert_answer("unseen");
    assert_opening("handshake");
    assert_states("ESTABLISHED", "ESTABLISHED");
    ADD(20000, CLIENT, .flags = FRAME_FIN | FRAME_ACK, .seq = 111, .ack = 902);
    assert_states("unknown", "unknown"); /* nobody saw whether that was acknowledged */
}

/* Only what the server sent was captured. */
static void test_open_server_alone(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, SERVER, SYNACK, .seq = 900, .ack = 101);
    assert_states("SYN-SENT", "SYN-RECEIVED");
    ADD(10000, SERVER, .seq = 901, .ack = 111, .payload_len = 10);
    assert_opening("handshake");
    assert_states("ESTABLISHED", "ESTABLISHED");
    assert_int_equal(tracking->track.life.syn_id, 0);
    ADD(20000, SERVER, .flags = FRAME_FIN | FRAME_ACK, .seq = 911, .ack = 112);
    assert_states("unknown", "unknown");
}

/* The capture has SYN-ACK and SYN in the wrong order. */
static void test_open_out_of_order(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, SERVER, SYNACK, .seq = 900, .ack = 101);
    ADD(100, CLIENT, SYN, .seq = 100);
    ADD(200, CLIENT, .seq = 101, .ack = 901);
    assert_answer("syn-ack");
    assert_opening("handshake");
}

/* The SYN meets an old connection: its ACK moves no window and acknowledges nothing here, though
 * its number lies above; the RST that answers it resets nothing. */
static void test_open_challenge(void **state)
{
    struct tracking *tracking = *state;
    uint64_t challenge, syn = ADD(0, CLIENT, SYN, .seq = 100);

    challenge = ADD(100, SERVER, .seq = 70000, .ack = 50000);
    assert_only(EVENT_CHALLENGE_ACK);
    assert_a(EVENT_CHALLENGE_ACK, syn);
    assert_b(EVENT_CHALLENGE_ACK, 100000);
    assert_cause(EVENT_CHALLENGE_ACK, "syn", "not-acceptable");
    assert_answer("challenge-ack");
    ADD(200, CLIENT, RST, .seq = 50000);
    assert_b(EVENT_RST, challenge);
    assert_states("SYN-SENT", "unknown");
    assert_outcome("unanswered");
    ADD(8000, CLIENT, SYN, .seq = 100);
    ADD(8100, SERVER, SYNACK, .seq = 900, .ack = 101);
    ADD(8200, CLIENT, .seq = 101, .ack = 901, .payload_len = 20);
    assert_quiet();
    assert_states("ESTABLISHED", "ESTABLISHED");
    assert_answer("challenge-ack");
    assert_outcome("established");
}

/* A client that gives up while its SYN is out. */
static void test_open_abort(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100);
    ADD(100, CLIENT, RST, .seq = 101);
    assert_states("CLOSED", "CLOSED");
    assert_outcome("reset");
    ADD(200, SERVER, SYNACK, .seq = 900, .ack = 101);
    assert_outcome("reset");
}

/* The same where an old connection had answered, with a number that is not from there. */
static void test_open_abort_of_its_own(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, SYN, .seq = 100);
    ADD(100, SERVER, .seq = 70000, .ack = 50000);
    ADD(200, CLIENT, RST, .seq = 101);
    assert_outcome("reset");
}

/* Begins midstream: an end is open when both have shown that they send. */
static void test_open_midstream(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .seq = 101, .ack = 901, .payload_len = 10);
    assert_opening("midstream");
    ADD(100, SERVER, .seq = 901, .ack = 111);
    assert_states("unknown", "unknown");
    ADD(200, SERVER, .seq = 901, .ack = 111, .payload_len = 10);
    assert_states("ESTABLISHED", "ESTABLISHED");
    assert_outcome("midstream");
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        TRACK_TEST(test_open_handshake),
        OPEN_TEST(test_open_ack_lost),
        TRACK_TEST(test_open_simultaneous),
        TRACK_TEST(test_open_simultaneous_by_ack),
        TRACK_TEST(test_open_split),
        TRACK_TEST(test_open_fast_open),
        TRACK_TEST(test_open_fast_open_declined),
        TRACK_TEST(test_open_cookie_request),
        TRACK_TEST(test_open_syn_data_unanswered),
        TRACK_TEST(test_open_refused_at_first),
        TRACK_TEST(test_open_foreign_rst),
        TRACK_TEST(test_open_icmp),
        TRACK_TEST(test_open_client_alone),
        TRACK_TEST(test_open_server_alone),
        TRACK_TEST(test_open_out_of_order),
        TRACK_TEST(test_open_challenge),
        TRACK_TEST(test_open_abort),
        TRACK_TEST(test_open_abort_of_its_own),
        TRACK_TEST(test_open_midstream),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
