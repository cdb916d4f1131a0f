/* What is known of a RST: each column of table `reset`, and each mark of a forged one. */
#include "unit/track.h"

#define RST           .flags = FRAME_RST
#define RST_ACK       .flags = FRAME_RST | FRAME_ACK
#define ID(value)     .ip_id = (value)
#define SECONDS(n)    ((int64_t)(n)*1000000)
#define ECHO(val, of) FRAME_OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_TIMESTAMPS(val, of))

/* The next RST of the leg, once it is over. */
static struct reset taken_when(struct tracking *tracking, enum reset_when when)
{
    struct reset reset;

    assert_true(track_take_reset(&tracking->track, when, &reset));
    return reset;
}

static struct reset taken(struct tracking *tracking)
{
    return taken_when(tracking, RESET_WHEN_ENDED);
}

/* --- where it lies ----------------------------------------------------------------------------
 */

static void test_reset_distance(void **state)
{
    static const struct {
        uint32_t seq;
        enum reset_place place;
        int64_t distance;
    } cases[] = {
        {151,   RESET_EXACT,     0   }, /* next to come */
        {121,   RESET_EXACT,     0   }, /* what is acknowledged */
        {131,   RESET_IN_WINDOW, 10  },
        {161,   RESET_IN_WINDOW, 10  },
        {10121, RESET_IN_WINDOW, 9970}, /* the window's edge */
        {10122, RESET_ABOVE,     9971},
        {120,   RESET_BELOW,     -1  },
        {21,    RESET_BELOW,     -100},
    };
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 50);
    ADD(21000, SERVER, .seq = 901, .ack = 121);
    for (size_t i = 0; i < COUNT(cases); i++)
        ADD(30000 + (int64_t)i, CLIENT, RST_ACK, .seq = cases[i].seq, .ack = 901);
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct reset reset = taken(tracking);

        assert_int_equal(reset.place, cases[i].place);
        assert_true(reset.has_distance);
        assert_int_equal(reset.distance, cases[i].distance);
    }
}

/* 111 to 150 were received above a hole: Linux takes a RST at 151 although it waits for 101. */
static void test_reset_at_the_edge_of_sack(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 111, .ack = 901, .payload_len = 40);
    ADD(20010, CLIENT, .seq = 151, .ack = 901, .payload_len = 40);
    ADD(21000, SERVER, .seq = 901, .ack = 101,
        FRAME_OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_SACK1(111, 151)));
    ADD(30000, CLIENT, RST_ACK, .seq = 151, .ack = 901);
    ADD(30001, CLIENT, RST_ACK, .seq = 150, .ack = 901);
    assert_int_equal(taken(tracking).place, RESET_EXACT);
    assert_int_equal(taken(tracking).place, RESET_IN_WINDOW);
}

/* One below a FIN that was acknowledged; without a FIN it is below. */
static void test_reset_below_a_fin(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    ADD(21000, SERVER, .seq = 901, .ack = 102);
    ADD(30000, CLIENT, RST_ACK, .seq = 101, .ack = 901);
    ADD(31000, SERVER, RST_ACK, .seq = 900, .ack = 102);
    assert_int_equal(taken(tracking).place, RESET_EXACT);
    assert_int_equal(taken(tracking).place, RESET_BELOW);
}

/* The server holds an older connection, and acknowledges that; the client's RST has that number. */
static void test_reset_of_another_connection(void **state)
{
    struct tracking *tracking = *state;
    uint64_t ack;
    struct reset reset;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ack = ADD(9000, SERVER, .seq = 900, .ack = 777000);
    ADD(9100, CLIENT, RST, .seq = 777000);
    ADD(1000000, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(1009000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 5000, .ack = 101);
    ADD(1010000, CLIENT, .seq = 101, .ack = 5001, .payload_len = 10);
    reset = taken(tracking);
    assert_int_equal(reset.place, RESET_EXACT);
    assert_int_equal(reset.answers, ack);
    assert_int_equal(reset.after, RESET_AGAIN);
    assert_int_equal(reset.after_id, 4);
    assert_int_equal(reset.sender_after, 0);
}

/* --- what it answers --------------------------------------------------------------------------
 */

static void test_reset_copies(void **state)
{
    struct tracking *tracking = *state;
    uint64_t data;
    struct reset reset;

    ADD(20000, CLIENT, FIN, .seq = 101, .ack = 901);
    data = ADD(21000, SERVER, .seq = 901, .ack = 102, .payload_len = 10);
    ADD(21250, CLIENT, RST, .seq = 102);
    reset = taken(tracking);
    assert_int_equal(reset.match, RESET_COPIED);
    assert_int_equal(reset.answers, data);
    assert_int_equal(reset.answer_ns, 250000);
    assert_true(reset.sender_fin);
    assert_false(reset.receiver_fin);
    assert_false(reset.has_ack);
}

/* Minutes later nobody answers it: a device that remembers the numbers. */
static void test_reset_copies_too_late(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, SERVER, .seq = 901, .ack = 101, .payload_len = 10);
    ADD(20000 + SECONDS(3), CLIENT, RST, .seq = 101);
    ADD(20001 + SECONDS(3), CLIENT, RST, .seq = 101);
    assert_int_equal(taken(tracking).match, RESET_COPIED);
    assert_int_equal(taken(tracking).match, RESET_UNMATCHED);
}

static void test_reset_copies_a_late_segment(void **state)
{
    struct tracking *tracking = *state;
    uint64_t late;
    struct reset reset;

    ADD(20000, SERVER, .seq = 901, .ack = 101, .payload_len = 200, STAMP(1000));
    ADD(230000, SERVER, .seq = 901, .ack = 101, .payload_len = 200, STAMP(1210));
    ADD(231000, CLIENT, .seq = 101, .ack = 1101, .payload_len = 30);
    late = ADD(900000, SERVER, .seq = 901, .ack = 101, .payload_len = 200, STAMP(1000));
    ADD(900005, SERVER, .seq = 1101, .ack = 101, .payload_len = 200, STAMP(1900));
    ADD(900100, CLIENT, RST, .seq = 101);
    reset = taken(tracking);
    assert_int_equal(reset.match, RESET_LATE);
    assert_int_equal(reset.answers, late);
    assert_int_equal(reset.answer_ns, 100000);
}

/* A closed port: number 0, and it acknowledges the SYN. */
static void test_reset_acknowledges(void **state)
{
    struct tracking *tracking = *state;
    uint64_t syn = ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    struct reset reset;

    ADD(300, SERVER, RST_ACK, .seq = 0, .ack = 101);
    reset = taken(tracking);
    assert_int_equal(reset.match, RESET_ACKNOWLEDGED);
    assert_int_equal(reset.answers, syn);
    assert_int_equal(reset.answer_ns, 300000);
    assert_int_equal(reset.place, RESET_EXACT);
    assert_true(reset.has_distance);
    assert_int_equal(reset.distance, 0);
    assert_false(reset.has_ttl_step); /* nothing else of it was seen */
}

/* An abort has ACK and its own next number: it answers nothing by number. */
static void test_reset_aborts(void **state)
{
    struct tracking *tracking = *state;
    struct reset reset;

    ADD(20000, SERVER, .seq = 901, .ack = 101, .payload_len = 10, STAMP(7));
    ADD(20100, CLIENT, .seq = 101, .ack = 911, STAMP(8));
    ADD(20200, .sport = 40000, .dport = 80, RST_ACK, .seq = 101, .ack = 911, .payload_len = 5,
        .window = FRAME_FORCE(77), STAMP(9));
    reset = taken(tracking);
    assert_int_equal(reset.match, RESET_OWN);
    assert_int_equal(reset.answers, 0);
    assert_true(reset.has_ack);
    assert_true(reset.has_ts);
    assert_true(reset.has_own_tsval);
    assert_int_equal(reset.len, 5);
    assert_int_equal(reset.win, 77);
    assert_int_equal(reset.weaver, 0);
    assert_int_equal(reset.after, RESET_NOTHING);
}

/* --- who sent it ------------------------------------------------------------------------------
 */

static void test_reset_ttl_and_timestamps(void **state)
{
    struct tracking *tracking = *state;
    struct reset reset;

    ADD(20000, SERVER, .seq = 901, .ack = 101, .ttl = FRAME_FORCE(58), STAMP(7));
    ADD(20100, SERVER, RST, .seq = 901, .ttl = FRAME_FORCE(61));
    ADD(20200, SERVER, RST, .seq = 901, .ttl = FRAME_FORCE(50), STAMP(8));
    reset = taken(tracking);
    assert_true(reset.has_ttl_step);
    assert_int_equal(reset.ttl_step, 3);
    assert_true(reset.has_own_tsval);
    assert_false(reset.has_ts);
    reset = taken(tracking);
    assert_int_equal(reset.ttl_step, -8);
    assert_true(reset.has_ts);
}

/* IP-IDs that count, over the end of 16 bits; of the RSTs one continues them, one has another's,
 * one has none. */
static void test_reset_ip_id(void **state)
{
    struct tracking *tracking = *state;
    struct reset reset;

    for (int i = 0; i < 8; i++)
        ADD(20000 + i, SERVER, .seq = 901, .ack = 101, ID((uint16_t)(65530 + i)));
    ADD(20100, SERVER, RST, .seq = 901, ID(3));
    ADD(20200, SERVER, RST, .seq = 901, ID(20001));
    ADD(20300, SERVER, RST, .seq = 901, ID(0));
    reset = taken(tracking);
    assert_true(reset.has_id_step);
    assert_int_equal(reset.id_step, 2);
    assert_int_equal(taken(tracking).id_step, 20000);
    assert_false(taken(tracking).has_id_step);
}

static void test_reset_ip_id_means_nothing(void **state)
{
    struct tracking *tracking = *state;
    static const uint16_t ids[] = {7, 50011, 3222, 41999, 12, 30000, 9000, 60000};

    for (size_t i = 0; i < COUNT(ids); i++)
        ADD(20000 + (int64_t)i, SERVER, .seq = 901, .ack = 101, ID(ids[i]));
    ADD(20100, SERVER, RST, .seq = 901, ID(60001));
    assert_false(taken(tracking).has_id_step);
}

/* --- marks of forged ones ---------------------------------------------------------------------
 */

/* Two in succession, the second aimed above. */
static void test_reset_seq_change(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, RST, .seq = 101);
    ADD(20001, CLIENT, RST, .seq = 1561);
    assert_int_equal(taken(tracking).weaver, 0);
    assert_int_equal(taken(tracking).weaver, WEAVER_RST_SEQ_CHANGE);
}

/* Not: 2 s later; by two bytes; after something else of its sender; after a FIN or a RST of the
 * other end; a closed socket that answers what still comes. */
static void test_reset_seq_change_not(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, RST, .seq = 101);
    ADD(20000 + SECONDS(2), CLIENT, RST, .seq = 1561);
    ADD(20010 + SECONDS(2), CLIENT, RST, .seq = 1563);
    ADD(20020 + SECONDS(2), CLIENT, .seq = 101, .ack = 901);
    ADD(20030 + SECONDS(2), CLIENT, RST, .seq = 3000);
    ADD(20040 + SECONDS(2), SERVER, FIN, .seq = 901, .ack = 101);
    ADD(20050 + SECONDS(2), CLIENT, RST, .seq = 5000);
    for (int i = 0; i < 5; i++)
        assert_int_equal(taken(tracking).weaver & WEAVER_RST_SEQ_CHANGE, 0);
}

static void test_reset_answers_are_no_seq_change(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 2000);
    ADD(21000, SERVER, .seq = 901, .ack = 1101);
    ADD(21001, SERVER, .seq = 901, .ack = 2101);
    ADD(21100, CLIENT, RST, .seq = 1101);
    ADD(21101, CLIENT, RST, .seq = 2101);
    taken(tracking);
    assert_int_equal(taken(tracking).weaver, 0);
}

/* A RST that lost the race against data of the one in whose name it comes. */
static void test_reset_seq_data(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 100);
    ADD(21000, SERVER, .seq = 901, .ack = 201);
    ADD(22000, CLIENT, .seq = 201, .ack = 901, .payload_len = 100);
    ADD(22100, CLIENT, RST_ACK, .seq = 151, .ack = 901);
    assert_int_equal(taken(tracking).weaver, WEAVER_RST_SEQ_DATA);
}

static void test_reset_seq_data_not(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, .payload_len = 100);
    ADD(21000, SERVER, .seq = 901, .ack = 201);
    ADD(20000 + SECONDS(3), CLIENT, RST_ACK, .seq = 151, .ack = 901); /* no race */
    ADD(20001 + SECONDS(3), SERVER, RST, .seq = 901);
    ADD(20002 + SECONDS(3), CLIENT, .seq = 201, .ack = 901, .payload_len = 100);
    ADD(20003 + SECONDS(3), CLIENT, RST_ACK, .seq = 151, .ack = 901); /* RSTs before it */
    assert_int_equal(taken(tracking).weaver & WEAVER_RST_SEQ_DATA, 0);
    taken(tracking);
    assert_int_equal(taken(tracking).weaver & WEAVER_RST_SEQ_DATA, 0);
}

static void test_reset_ack_change(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, RST_ACK, .seq = 101, .ack = 901);
    ADD(20001, CLIENT, RST_ACK, .seq = 101, .ack = 901);
    ADD(20002, CLIENT, RST_ACK, .seq = 101, .ack = 2361);
    taken(tracking);
    assert_int_equal(taken(tracking).weaver, 0);
    assert_int_equal(taken(tracking).weaver, WEAVER_RST_ACK_CHANGE);
}

/* Closed ports acknowledge each what they answer. */
static void test_reset_refusals_are_no_ack_change(void **state)
{
    struct tracking *tracking = *state;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(300, SERVER, RST_ACK, .seq = 0, .ack = 101);
    ADD(400, SERVER, RST_ACK, .seq = 0, .ack = 111);
    assert_int_equal(taken(tracking).weaver, 0);
    assert_int_equal(taken(tracking).weaver, 0);
}

/* --- what came after it -----------------------------------------------------------------------
 */

static void test_reset_sender_goes_on(void **state)
{
    struct tracking *tracking = *state;
    uint64_t rst = ADD(20000, CLIENT, RST, .seq = 101), data;
    struct reset reset;

    data = ADD(24000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10);
    assert_only(EVENT_DATA_AFTER_RST);
    assert_a(EVENT_DATA_AFTER_RST, 10);
    assert_b(EVENT_DATA_AFTER_RST, rst);
    ADD(25000, CLIENT, .seq = 111, .ack = 901, .payload_len = 10);
    assert_quiet(); /* told once */
    reset = taken(tracking);
    assert_int_equal(reset.sender_after, data);
    assert_int_equal(reset.weaver, WEAVER_DATA_SEQ_RST);
    assert_int_equal(reset.after, RESET_CONTINUED);
    assert_int_equal(reset.after_id, data);
}

/* An ACK at the number of the RST is going on, and no data. */
static void test_reset_sender_acks(void **state)
{
    struct tracking *tracking = *state;
    struct reset reset;

    ADD(20000, CLIENT, RST, .seq = 101);
    ADD(24000, CLIENT, .seq = 101, .ack = 901);
    assert_only(EVENT_DATA_AFTER_RST);
    reset = taken(tracking);
    assert_int_equal(reset.weaver, 0);
    assert_int_equal(reset.after, RESET_CONTINUED);
}

/* What the RST overtook is older by its timestamp, or by its time. */
static void test_reset_overtakes(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, STAMP(50));
    ADD(20100, CLIENT, RST_ACK, .seq = 201, .ack = 901, STAMP(51));
    ADD(20200, CLIENT, .seq = 101, .ack = 901, .payload_len = 100, STAMP(50));
    ADD(90000, CLIENT, .seq = 201, .ack = 901, .payload_len = 100, STAMP(50));
    ADD(20300, CLIENT, .seq = 201, .ack = 901, .payload_len = 100);
    assert_int_equal(tracking_count(tracking, EVENT_DATA_AFTER_RST), 0);
    assert_int_equal(taken(tracking).sender_after, 0);
}

/* A forged refusal, and then the SYN-ACK: whose name it bears went on, and so did the client. */
static void test_reset_before_a_synack(void **state)
{
    struct tracking *tracking = *state;
    uint64_t synack, ack;
    struct reset reset;

    ADD(0, CLIENT, .flags = FRAME_SYN, .seq = 100);
    ADD(5000, SERVER, RST_ACK, .seq = 901, .ack = 100);
    synack = ADD(9000, SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101);
    assert_non_null(tracking_last(tracking, EVENT_DATA_AFTER_RST));
    ack = ADD(10000, CLIENT, .seq = 101, .ack = 901);
    assert_non_null(tracking_last(tracking, EVENT_RST_IGNORED));
    reset = taken(tracking);
    assert_int_equal(reset.place, RESET_PLACE_UNKNOWN);
    assert_int_equal(reset.sender_after, synack);
    assert_int_equal(reset.after, RESET_IGNORED);
    assert_int_equal(reset.after_id, ack);
}

/* The receiver acknowledges what passed here after the RST. */
static void test_reset_ignored_by_ack(void **state)
{
    struct tracking *tracking = *state;
    uint64_t rst = ADD(20000, CLIENT, RST, .seq = 101), ack;
    struct reset reset;

    ADD(20100, SERVER, .seq = 901, .ack = 101, .payload_len = 10);
    assert_quiet(); /* under way when the RST passed */
    ADD(24000, CLIENT, .seq = 101, .ack = 901, .payload_len = 10);
    ack = ADD(25000, SERVER, .seq = 911, .ack = 111);
    assert_only(EVENT_RST_IGNORED);
    assert_a(EVENT_RST_IGNORED, 5000000);
    assert_b(EVENT_RST_IGNORED, rst);
    reset = taken(tracking);
    assert_int_equal(reset.after, RESET_IGNORED);
    assert_int_equal(reset.after_id, ack);
    assert_int_equal(reset.receiver_after, ack);
    assert_string_equal(reset.proof, "ack");
}

/* It echoes a timestamp that was sent after the RST, though it acknowledges nothing new. */
static void test_reset_ignored_by_echo(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, .seq = 101, .ack = 901, ECHO(500, 1));
    ADD(20100, CLIENT, RST, .seq = 101);
    ADD(20200, CLIENT, .seq = 101, .ack = 901, ECHO(501, 1));
    ADD(20300, SERVER, .seq = 901, .ack = 101, ECHO(9, 500), .payload_len = 10);
    assert_quiet();
    ADD(21000, SERVER, .seq = 911, .ack = 101, ECHO(9, 501), .payload_len = 10);
    assert_only(EVENT_RST_IGNORED);
    assert_string_equal(taken(tracking).proof, "echo");
}

/* Nothing of the sender came after it: then only time tells, a second here. */
static void test_reset_ignored_by_time(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, RST, .seq = 101);
    ADD(19999 + SECONDS(1), SERVER, .seq = 901, .ack = 101, .payload_len = 10);
    assert_quiet();
    ADD(20000 + SECONDS(1), SERVER, .seq = 911, .ack = 101, .payload_len = 10);
    assert_only(EVENT_RST_IGNORED);
    assert_string_equal(taken(tracking).proof, "time");
}

/* Neither a segment that the network held back nor a repetition shows that. */
static void test_reset_time_of_old_segments(void **state)
{
    struct tracking *tracking = *state;

    ADD(15000, SERVER, .seq = 901, .ack = 101, .payload_len = 10, STAMP(70));
    ADD(16000, SERVER, .seq = 911, .ack = 101, .payload_len = 10, STAMP(71));
    ADD(20000, CLIENT, RST, .seq = 101);
    ADD(20000 + SECONDS(2), SERVER, .seq = 901, .ack = 101, .payload_len = 10, STAMP(70));
    ADD(20000 + SECONDS(3), SERVER, .seq = 911, .ack = 101, .payload_len = 10);
    assert_int_equal(tracking_count(tracking, EVENT_RST_IGNORED), 0);
    assert_int_equal(taken(tracking).after, RESET_NOTHING);
}

/* RFC 5961 §3.2: in the window, and not exact. */
static void test_reset_challenged(void **state)
{
    struct tracking *tracking = *state;
    uint64_t challenge;
    struct reset reset;

    ADD(20000, CLIENT, RST, .seq = 131);
    challenge = ADD(25000, SERVER, .seq = 901, .ack = 101);
    reset = taken(tracking);
    assert_int_equal(reset.after, RESET_CHALLENGED);
    assert_int_equal(reset.after_id, challenge);

    ADD(30000, CLIENT, RST, .seq = 101); /* exact: nobody asks */
    ADD(35000, SERVER, .seq = 901, .ack = 101);
    assert_int_equal(taken(tracking).after, RESET_NOTHING);
}

/* The other end was gone before: it answers a later segment by a RST. */
static void test_reset_is_answered(void **state)
{
    struct tracking *tracking = *state;
    uint64_t answer;
    struct reset reset;

    ADD(20000, CLIENT, RST, .seq = 101);
    answer = ADD(25000, SERVER, RST, .seq = 901);
    reset = taken(tracking);
    assert_int_equal(reset.after, RESET_ANSWERED);
    assert_int_equal(reset.after_id, answer);
    assert_int_equal(taken(tracking).after, RESET_NOTHING);
}

static void test_reset_tuple_is_taken(void **state)
{
    struct tracking *tracking = *state;

    ADD(20000, CLIENT, RST, .seq = 101);
    assert_int_equal(taken_when(tracking, RESET_WHEN_TUPLE_TAKEN).after, RESET_REUSED);
}

/* --- many -------------------------------------------------------------------------------------
 */

/* A flood: so many are kept, the first of them is. */
static void test_reset_flood(void **state)
{
    struct tracking *tracking = *state;
    struct reset reset;
    uint64_t first = tracking->last_id + 1;

    assert_false(track_take_reset(&tracking->track, RESET_WHEN_ENDED, &reset));
    for (int i = 0; i < RESETS_MAX; i++) {
        ADD(20000 + i, CLIENT, RST, .seq = 101);
        assert_false(track_take_reset(&tracking->track, RESET_NOW, &reset));
    }
    for (uint64_t i = 1; i <= 100; i++) {
        ADD(30000 + (int64_t)i, CLIENT, RST, .seq = 101);
        assert_true(track_take_reset(&tracking->track, RESET_NOW, &reset));
        assert_int_equal(reset.segment_id, first + i);
        assert_int_equal(reset.after, RESET_GIVEN_UP);
        assert_int_equal(tracking->track.resets->count, RESETS_MAX);
        assert_in_range(tracking->track.resets->capacity, RESETS_MAX, 2 * RESETS_MAX);
    }
    assert_int_equal(taken(tracking).segment_id, first);
    assert_int_equal(taken(tracking).segment_id, first + 101);
}

/* Names are what rules ask for. */
static void test_reset_names(void **state)
{
    (void)state;
    assert_string_equal(reset_place_name(RESET_IN_WINDOW), "in-window");
    assert_string_equal(reset_match_name(RESET_ACKNOWLEDGED), "acknowledged");
    assert_string_equal(reset_after_name(RESET_GIVEN_UP), "given-up");
    for (int i = 0; i < RESET_PLACES; i++)
        assert_non_null(reset_place_name((enum reset_place)i));
    for (int i = 0; i < RESET_MATCHES; i++)
        assert_non_null(reset_match_name((enum reset_match)i));
    for (int i = 0; i < RESET_AFTERS; i++)
        assert_non_null(reset_after_name((enum reset_after)i));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        OPEN_TEST(test_reset_distance),
        OPEN_TEST(test_reset_at_the_edge_of_sack),
        OPEN_TEST(test_reset_below_a_fin),
        TRACK_TEST(test_reset_of_another_connection),
        OPEN_TEST(test_reset_copies),
        OPEN_TEST(test_reset_copies_too_late),
        OPEN_TEST(test_reset_copies_a_late_segment),
        TRACK_TEST(test_reset_acknowledges),
        OPEN_TEST(test_reset_aborts),
        OPEN_TEST(test_reset_ttl_and_timestamps),
        OPEN_TEST(test_reset_ip_id),
        OPEN_TEST(test_reset_ip_id_means_nothing),
        OPEN_TEST(test_reset_seq_change),
        OPEN_TEST(test_reset_seq_change_not),
        OPEN_TEST(test_reset_answers_are_no_seq_change),
        OPEN_TEST(test_reset_seq_data),
        OPEN_TEST(test_reset_seq_data_not),
        OPEN_TEST(test_reset_ack_change),
        TRACK_TEST(test_reset_refusals_are_no_ack_change),
        OPEN_TEST(test_reset_sender_goes_on),
        OPEN_TEST(test_reset_sender_acks),
        OPEN_TEST(test_reset_overtakes),
        TRACK_TEST(test_reset_before_a_synack),
        OPEN_TEST(test_reset_ignored_by_ack),
        OPEN_TEST(test_reset_ignored_by_echo),
        OPEN_TEST(test_reset_ignored_by_time),
        OPEN_TEST(test_reset_time_of_old_segments),
        OPEN_TEST(test_reset_challenged),
        OPEN_TEST(test_reset_is_answered),
        OPEN_TEST(test_reset_tuple_is_taken),
        OPEN_TEST(test_reset_flood),
        cmocka_unit_test(test_reset_names),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
