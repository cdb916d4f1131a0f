/* conntrack's states: what begins an entry, what may come when, and what a RST needs. */
#include "unit/conntrack.h"

/* --- sanity and the first segment ------------------------------------------------------------ */

/* A FIN without ACK, all flags at once, none at all: nobody sends that. PSH, ECE and CWR do not
 * count. */
static void test_conntrack_flags(void **state)
{
    static const uint8_t bad[] = {0, TCP_FIN, TCP_PSH, TCP_SYN | TCP_FIN, TCP_SYN | TCP_RST, 0xff};

    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        for (size_t i = 0; i < COUNT(bad); i++)
            assert_invalid(CONNTRACK_BAD_FLAGS, CLIENT, .flags = bad[i], .seq = 101);
        assert_accepted(CLIENT, .flags = TCP_ACK | TCP_PSH | TCP_URG | 0xc0, .seq = 101,
                        .ack = 901);
    }
}

/* Only a SYN or an ACK begins an entry, and an ACK only with nf_conntrack_tcp_loose. */
static void test_conntrack_first_segment(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_invalid(CONNTRACK_NO_ENTRY, SERVER, SYN_ACK, .seq = 900, .ack = 101);
        assert_invalid(CONNTRACK_NO_ENTRY, CLIENT, FIN_ACK, .seq = 101, .ack = 901);
        assert_invalid(CONNTRACK_NO_ENTRY, CLIENT, RST, .seq = 101);
        test.config.loose = false;
        assert_invalid(CONNTRACK_NO_ENTRY, CLIENT, ACK, .seq = 101, .ack = 901);
        test.config.loose = true;
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 901);
        assert_state(ESTABLISHED);
    }
}

/* A connection that is picked up has no known scale, so no window is tested from then on. */
static void test_conntrack_pick_up_is_liberal(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 901);
        assert_accepted(SERVER, ACK, .seq = 901, .ack = 101, .len = 60000);
        assert_accepted(SERVER, ACK, .seq = 0xf0000000, .ack = 101, .len = 100);
        assert_int_equal(test.result.reason, CONNTRACK_SEQ_UNDER);
    }
}

/* --- the life of an entry -------------------------------------------------------------------- */

static void test_conntrack_close(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_accepted(CLIENT, FIN_ACK, .seq = 101, .ack = 901);
        assert_state(FIN_WAIT);
        assert_accepted(SERVER, ACK, .seq = 901, .ack = 102);
        assert_state(CLOSE_WAIT);
        assert_accepted(SERVER, FIN_ACK, .seq = 901, .ack = 102);
        assert_state(LAST_ACK);
        assert_accepted(CLIENT, ACK, .seq = 102, .ack = 902);
        assert_state(TIME_WAIT);
        /* The same tuple again: an end was seen, so it is another connection. */
        assert_accepted(CLIENT, SYN, .seq = 5000);
        assert_state(SYN_SENT);
        assert_false(test.entry.seen_reply);
    }
}

/* A refusal leaves nothing behind. */
static void test_conntrack_refused(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, SYN, .seq = 100);
        assert_accepted(SERVER, RST_ACK, .seq = 0, .ack = 101);
        assert_int_equal(test.result.state, CONNTRACK_NONE);
        assert_invalid(CONNTRACK_NO_ENTRY, SERVER, RST_ACK, .seq = 0, .ack = 101);
    }
}

/* SYNs from both sides, and SYN-ACKs that repeat them. */
static void test_conntrack_simultaneous_open(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, SYN, .seq = 100);
        assert_accepted(SERVER, SYN, .seq = 900);
        assert_state(SYN_SENT2);
        assert_accepted(CLIENT, SYN_ACK, .seq = 100, .ack = 901);
        assert_state(SYN_RECV);
        assert_accepted(SERVER, ACK, .seq = 901, .ack = 101);
        assert_state(ESTABLISHED);
    }
}

/* The server of a connection may not send a SYN, its client no SYN-ACK. */
static void test_conntrack_wrong_side(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_invalid(CONNTRACK_BAD_STATE, SERVER, SYN, .seq = 5000);
        assert_invalid(CONNTRACK_BAD_STATE, CLIENT, SYN_ACK, .seq = 100, .ack = 901);
        assert_state(ESTABLISHED);
    }
}

/* An ACK before the SYN-ACK. */
static void test_conntrack_ack_before_answer(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, SYN, .seq = 100);
        assert_invalid(CONNTRACK_BAD_STATE, CLIENT, ACK, .seq = 101, .ack = 901);
    }
}

/* --- SYNs where a connection is open --------------------------------------------------------- */

/* The entry is of an old connection that one end forgot. The SYN is let through, and its SYN-ACK
 * shows that both ends agree: the entry follows them. */
static void test_conntrack_resynchronise(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_ignored(CONNTRACK_SYN_OPEN, CLIENT, SYN, .seq = 50000, SCALE(2));
        assert_state(ESTABLISHED);
        assert_accepted(SERVER, SYN_ACK, .seq = 90000, .ack = 50001, SCALE(7));
        assert_state(SYN_RECV);
        assert_int_equal(test.entry.sides[CLIENT].scale, 2);
        assert_int_equal(test.entry.sides[SERVER].scale, 7);
        assert_accepted(CLIENT, ACK, .seq = 50001, .ack = 90001);
        assert_state(ESTABLISHED);
        assert_accepted(SERVER, ACK, .seq = 90001, .ack = 50001, .len = 1000);
    }
}

/* A SYN-ACK that does not answer it changes nothing. */
static void test_conntrack_old_synack(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_ignored(CONNTRACK_SYN_OPEN, CLIENT, SYN, .seq = 50000);
        assert_ignored(CONNTRACK_SYN_OPEN, SERVER, SYN_ACK, .seq = 900, .ack = 101);
        assert_state(ESTABLISHED);
    }
}

/* A SYN in LAST_ACK is answered by a challenge ACK (RFC 5961), which is not the last ACK. */
static void test_conntrack_challenge_ack(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_accepted(CLIENT, FIN_ACK, .seq = 101, .ack = 901);
        assert_accepted(SERVER, FIN_ACK, .seq = 901, .ack = 102);
        assert_state(LAST_ACK);
        assert_ignored(CONNTRACK_SYN_OPEN, CLIENT, SYN, .seq = 50000);
        assert_ignored(CONNTRACK_CHALLENGE, SERVER, ACK, .seq = 902, .ack = 102);
        assert_state(LAST_ACK);
        assert_accepted(CLIENT, ACK, .seq = 102, .ack = 902);
        assert_state(TIME_WAIT);
    }
}

/* The server still has the old connection: a bare ACK answers the SYN, and a RST the ACK. 6.1 knows
 * such a RST by its number, and no other; 5.10 takes any segment of the client with a higher number
 * for a new beginning. */
static void test_conntrack_challenge_in_syn_sent(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, SYN, .seq = 100);
        assert_ignored(CONNTRACK_SYN_OPEN, SERVER, ACK, .seq = 70901, .ack = 500000);
        if (kernel == CONNTRACK_6_1)
            assert_invalid(CONNTRACK_SEQ_OVER, CLIENT, RST, .seq = 500001);
        assert_accepted(CLIENT, RST, .seq = 500000);
        assert_state(CLOSE);
        assert_accepted(CLIENT, SYN, .seq = 100); /* after its own RST: another connection */
        assert_state(SYN_SENT);
    }
}

/* --- RSTs ------------------------------------------------------------------------------------ */

/* Below what the client has acknowledged, as a server sends it that answers old ACKs: INVALID even
 * if be_liberal is set, unless ignore_invalid_rst is. */
static void test_conntrack_rst_below(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_accepted(SERVER, ACK, .seq = 901, .ack = 101, .len = 1000);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 1901);
        test.config.be_liberal = true;
        assert_invalid(CONNTRACK_RST_BELOW, SERVER, RST, .seq = 1401);
        assert_bound(1901, 500);
        assert_state(ESTABLISHED);
        test.config.ignore_invalid_rst = true;
        assert_accepted(SERVER, RST, .seq = 1401);
        assert_state(ESTABLISHED); /* inexact */
    }
}

/* At exactly what was acknowledged, or behind the last segment of its sender. */
static void test_conntrack_rst_exact(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_accepted(SERVER, RST, .seq = 901);
        assert_state(CLOSE);

        test = open_test(kernel);
        assert_accepted(SERVER, ACK, .seq = 901, .ack = 101, .len = 1000);
        assert_accepted(SERVER, RST_ACK, .seq = 1901, .ack = 101);
        assert_state(CLOSE);
    }
}

/* In the window, but nowhere in particular: a challenge ACK may follow, so the entry stays, but
 * only for ten seconds. */
static void test_conntrack_rst_inexact(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_accepted(SERVER, RST, .seq = 1500);
        assert_state(ESTABLISHED);
        assert_int_equal(test.entry.expires_ns, 10 * INT64_C(1000000000));
    }
}

/* A RST after FIN: 6.1 takes any number. */
static void test_conntrack_rst_closing(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_accepted(SERVER, ACK, .seq = 901, .ack = 101, .len = 1000);
        assert_accepted(CLIENT, FIN_ACK, .seq = 101, .ack = 1901);
        assert_state(FIN_WAIT);
        if (kernel == CONNTRACK_5_10) {
            assert_invalid(CONNTRACK_RST_BELOW, SERVER, RST, .seq = 901);
            assert_state(FIN_WAIT);
        } else {
            assert_accepted(SERVER, RST, .seq = 901);
            assert_state(CLOSE);
        }
    }
}

/* The server refuses a SYN that was let through: the entry is over, whatever the RST's number. */
static void test_conntrack_rst_answers_syn(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        test.entry.sides[CLIENT].has_max_ack = false; /* 5.10 would ask for the number first */
        assert_ignored(CONNTRACK_SYN_OPEN, CLIENT, SYN, .seq = 50000);
        assert_accepted(SERVER, RST_ACK, .seq = 0, .ack = 50001);
        assert_state(CLOSE);
    }
}

/* --- time ------------------------------------------------------------------------------------ */

/* 60 s in CLOSE_WAIT, and the entry is gone: what comes then is picked up, or not. */
static void test_conntrack_expiry(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_accepted(SERVER, FIN_ACK, .seq = 901, .ack = 101);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 902);
        assert_state(CLOSE_WAIT);
        test.now_ns = 60 * INT64_C(1000000000) - 1;
        assert_accepted(SERVER, ACK, .seq = 902, .ack = 101); /* begins another 60 s */
        test.now_ns += 60 * INT64_C(1000000000);
        assert_invalid(CONNTRACK_NO_ENTRY, CLIENT, FIN_ACK, .seq = 101, .ack = 902);
    }
}

/* Five days, but five minutes while something is not acknowledged, while the window is closed, or
 * after three copies of one segment. */
static void test_conntrack_timeouts(void **state)
{
    const int64_t second = 1000000000;

    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_int_equal(test.entry.expires_ns, 432000 * second);
        assert_accepted(SERVER, ACK, .seq = 901, .ack = 101, .len = 1000);
        assert_int_equal(test.entry.expires_ns, 300 * second);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 1901);
        assert_int_equal(test.entry.expires_ns, 432000 * second);
        assert_accepted(CLIENT, ACK_OF(0), .seq = 101, .ack = 1901);
        assert_int_equal(test.entry.expires_ns, 300 * second);
        for (int i = 0; i < 4; i++)
            assert_accepted(CLIENT, ACK_OF(9000), .seq = 101, .ack = 1901);
        assert_int_equal(test.entry.retrans, 3);
        assert_int_equal(test.entry.expires_ns, 300 * second);
        test.config.timeout_max_retrans_s = 30;
        assert_accepted(CLIENT, ACK_OF(9000), .seq = 101, .ack = 1901);
        assert_int_equal(test.entry.expires_ns, 30 * second);
    }
}

/* A SYN that is sent again does not keep its entry. */
static void test_conntrack_syn_copies_expire(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, SYN, .seq = 100);
        test.now_ns = 63 * INT64_C(1000000000);
        assert_accepted(CLIENT, SYN, .seq = 100);
        assert_int_equal(test.entry.expires_ns, 120 * INT64_C(1000000000));
    }
}

/* 6.1: where both ends try to close and conntrack believes neither, the entry goes sooner. */
static void test_conntrack_refused_ends(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_invalid(CONNTRACK_SEQ_OVER, CLIENT, FIN_ACK, .seq = 500000, .ack = 901);
        assert_invalid(CONNTRACK_SEQ_OVER, SERVER, FIN_ACK, .seq = 500000, .ack = 101);
        assert_int_equal(test.entry.expires_ns,
                         (kernel == CONNTRACK_6_1 ? 300 : 432000) * INT64_C(1000000000));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conntrack_flags),
        cmocka_unit_test(test_conntrack_first_segment),
        cmocka_unit_test(test_conntrack_pick_up_is_liberal),
        cmocka_unit_test(test_conntrack_close),
        cmocka_unit_test(test_conntrack_refused),
        cmocka_unit_test(test_conntrack_simultaneous_open),
        cmocka_unit_test(test_conntrack_wrong_side),
        cmocka_unit_test(test_conntrack_ack_before_answer),
        cmocka_unit_test(test_conntrack_resynchronise),
        cmocka_unit_test(test_conntrack_old_synack),
        cmocka_unit_test(test_conntrack_challenge_ack),
        cmocka_unit_test(test_conntrack_challenge_in_syn_sent),
        cmocka_unit_test(test_conntrack_rst_below),
        cmocka_unit_test(test_conntrack_rst_exact),
        cmocka_unit_test(test_conntrack_rst_inexact),
        cmocka_unit_test(test_conntrack_rst_closing),
        cmocka_unit_test(test_conntrack_rst_answers_syn),
        cmocka_unit_test(test_conntrack_expiry),
        cmocka_unit_test(test_conntrack_timeouts),
        cmocka_unit_test(test_conntrack_syn_copies_expire),
        cmocka_unit_test(test_conntrack_refused_ends),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
