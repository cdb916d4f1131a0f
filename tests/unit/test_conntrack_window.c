/* conntrack's windows: the four tests, their bounds and margins, and what moves them.
 * Kernels differ in what they call a segment that fails, and in the order in which they ask. */
#include "unit/conntrack.h"

/* The server has sent 20,000 bytes, all of them acknowledged. */
static struct entry_test busy_test(enum conntrack_kernel kernel)
{
    struct entry_test test = open_test(kernel);

    for (uint32_t sent = 0; sent < 20000; sent += 5000) {
        assert_accepted(SERVER, ACK, .seq = 901 + sent, .ack = 101, .len = 5000);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 5901 + sent);
    }
    return test;
}

/* Old data, which ends one window below what its sender has sent: 20,901 - 10,000. A byte less, and
 * 5.10 calls it INVALID, 6.1 ignores it. */
static void test_conntrack_seq_under(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = busy_test(kernel);

        assert_accepted(SERVER, ACK, .seq = 10801, .ack = 101, .len = 100);
        assert_failed(kernel == CONNTRACK_5_10 ? CONNTRACK_INVALID : CONNTRACK_IGNORE,
                      CONNTRACK_SEQ_UNDER, SERVER, ACK, .seq = 10801, .ack = 101, .len = 99);
        assert_bound(10901, 1);
        assert_failed(kernel == CONNTRACK_5_10 ? CONNTRACK_INVALID : CONNTRACK_IGNORE,
                      CONNTRACK_SEQ_UNDER, SERVER, ACK, .seq = 901, .ack = 101, .len = 1000);
        assert_bound(10901, 9000);
    }
}

/* Data may begin at the edge of the window. Above it: one byte more is INVALID in 5.10; 6.1 lets
 * pass what is above by less than a window. */
static void test_conntrack_seq_over(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = busy_test(kernel);

        assert_accepted(SERVER, ACK, .seq = 30901, .ack = 101, .len = 0);
        if (kernel == CONNTRACK_5_10) {
            assert_invalid(CONNTRACK_SEQ_OVER, SERVER, ACK, .seq = 30902, .ack = 101, .len = 10);
            assert_bound(30901, 1);
        } else {
            assert_ignored(CONNTRACK_OVERSHOT, SERVER, ACK, .seq = 30902, .ack = 101, .len = 10);
            assert_bound(30901, 11);
            assert_accepted(CLIENT, ACK, .seq = 101, .ack = 30912);
            assert_invalid(CONNTRACK_SEQ_OVER, SERVER, ACK, .seq = 80000, .ack = 101);
        }
    }
}

/* Bytes are acknowledged that were never seen. */
static void test_conntrack_ack_over(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = busy_test(kernel);

        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 20901);
        assert_invalid(CONNTRACK_ACK_OVER, CLIENT, ACK, .seq = 101, .ack = 20951);
        assert_bound(20901, 50);
    }
}

/* An ACK may be 66,000 bytes old at least. */
static void test_conntrack_ack_under(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = busy_test(kernel);
        enum conntrack_verdict verdict =
            kernel == CONNTRACK_5_10 ? CONNTRACK_INVALID : CONNTRACK_IGNORE;

        for (uint32_t sent = 20000; sent < 90000; sent += 5000) {
            assert_accepted(SERVER, ACK, .seq = 901 + sent, .ack = 101, .len = 5000);
            assert_accepted(CLIENT, ACK, .seq = 101, .ack = 5901 + sent);
        }
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 90901 - 66000);
        assert_failed(verdict, CONNTRACK_ACK_UNDER, CLIENT, ACK, .seq = 101,
                      .ack = 90901 - 66000 - 7);
        assert_bound(24901, 7);
    }
}

/* A segment that fails two tests: 5.10 asks for old data before it asks for the ACK. */
static void test_conntrack_order_of_tests(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = busy_test(kernel);

        assert_invalid(kernel == CONNTRACK_5_10 ? CONNTRACK_SEQ_UNDER : CONNTRACK_ACK_OVER, SERVER,
                       ACK, .seq = 901, .ack = 5000, .len = 100);
    }
}

/* With be_liberal they pass, and the reason is kept; but they move nothing. */
static void test_conntrack_be_liberal(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = busy_test(kernel);

        test.config.be_liberal = true;
        assert_failed(CONNTRACK_ACCEPT, CONNTRACK_SEQ_UNDER, SERVER, ACK, .seq = 901, .ack = 101,
                      .len = 1000);
        assert_failed(CONNTRACK_ACCEPT, CONNTRACK_ACK_OVER, CLIENT, ACK, .seq = 101, .ack = 50000);
        assert_int_equal(test.entry.sides[SERVER].end, 20901);
        assert_int_equal(test.entry.sides[CLIENT].max_ack, 20901);
    }
}

/* INVALID segments teach the entry nothing. */
static void test_conntrack_invalid_changes_nothing(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = busy_test(kernel);
        struct conntrack_entry before = test.entry;

        assert_invalid(CONNTRACK_ACK_OVER, CLIENT, FIN_ACK, .seq = 101, .ack = 50000);
        assert_int_equal(test.entry.state, before.state);
        assert_memory_equal(test.entry.sides, before.sides, sizeof before.sides);
        assert_int_equal(test.entry.expires_ns, before.expires_ns);
    }
}

/* Windows are scaled only if both SYNs say so; those of the SYNs themselves never are. */
static void test_conntrack_scale(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, SYN, .seq = 100, SCALE(3));
        assert_accepted(SERVER, SYN_ACK, .seq = 900, .ack = 101, SCALE(20)); /* 14 at most */
        assert_int_equal(test.entry.sides[SERVER].scale, 14);
        assert_int_equal(test.entry.sides[SERVER].max_win, 10000);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 901);
        assert_int_equal(test.entry.sides[CLIENT].max_win, 80000);
        assert_int_equal(test.entry.sides[SERVER].max_end, 80901);

        test = begin_test(kernel);
        assert_accepted(CLIENT, SYN, .seq = 100, SCALE(3));
        assert_accepted(SERVER, SYN_ACK, .seq = 900, .ack = 101);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 901);
        assert_int_equal(test.entry.sides[CLIENT].max_win, 10000);
    }
}

/* SACK blocks count as ACKs, and widen the window by what they are ahead: that is why it may be
 * up to twice what was ever advertised. They count only if the other end permitted them. */
static void test_conntrack_sack(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        test.entry.sides[SERVER].sack_permitted = true;
        assert_accepted(SERVER, ACK, .seq = 901, .ack = 101, .len = 3000);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 1901, .opt.sack_blocks = 2,
                        .opt.sack = {
                            {2901, 3401},
                            {3501, 3901}
        });
        assert_int_equal(test.entry.sides[CLIENT].max_win, 12000);
        assert_int_equal(test.entry.sides[SERVER].max_end, 13901);
        assert_invalid(CONNTRACK_ACK_OVER, CLIENT, ACK, .seq = 101, .ack = 1901,
                       .opt.sack_blocks = 1,
                       .opt.sack = {
                           {2901, 3911}
        });

        test.entry.sides[SERVER].sack_permitted = false;
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 1901, .opt.sack_blocks = 1,
                        .opt.sack = {
                            {2901, 3911}
        });
    }
}

/* A segment may reach beyond the window as long as it begins in it: then the window was larger
 * than it seemed. */
static void test_conntrack_window_grows(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = open_test(kernel);

        assert_accepted(SERVER, ACK, .seq = 10900, .ack = 101, .len = 1000);
        assert_int_equal(test.entry.sides[CLIENT].max_win, 10000 + 999);
    }
}

/* A closed window leaves room for the byte that probes it. */
static void test_conntrack_closed_window(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = busy_test(kernel);

        assert_accepted(SERVER, ACK, .seq = 20901, .ack = 101, .len = 10000);
        assert_accepted(CLIENT, ACK_OF(0), .seq = 101, .ack = 30901);
        assert_accepted(SERVER, ACK, .seq = 30901, .ack = 101, .len = 1);
        assert_accepted(SERVER, ACK, .seq = 30902, .ack = 101);
    }
}

/* The client tries again with a new ISN before anybody answered. 6.1 reads its options anew and
 * drops the scales of both if the answer has none. */
static void test_conntrack_syn_again(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, SYN, .seq = 100, SCALE(3));
        assert_accepted(CLIENT, SYN, .seq = 700, SCALE(5));
        assert_int_equal(test.entry.sides[CLIENT].end, 701);
        assert_int_equal(test.entry.sides[CLIENT].scale, 5);
        assert_accepted(SERVER, SYN_ACK, .seq = 900, .ack = 701, SCALE(7));
        assert_int_equal(test.entry.sides[SERVER].scale, 7);
        assert_accepted(CLIENT, ACK, .seq = 701, .ack = 901);
    }
}

/* What 5.10 takes for a new beginning from the server while the handshake is not over need not be
 * a SYN: its data before the client's ACK moves the window, and its scale is forgotten. */
static void test_conntrack_data_before_ack(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, SYN, .seq = 100, SCALE(3));
        assert_accepted(SERVER, SYN_ACK, .seq = 900, .ack = 101, SCALE(7));
        assert_accepted(SERVER, ACK, .seq = 901, .ack = 101, .len = 500);
        assert_int_equal(test.entry.sides[SERVER].scale, kernel == CONNTRACK_5_10 ? 0 : 7);
    }
}

/* Sequence numbers are modulo 2^32. */
static void test_conntrack_wrap(void **state)
{
    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = begin_test(kernel);

        assert_accepted(CLIENT, SYN, .seq = 100);
        assert_accepted(SERVER, SYN_ACK, .seq = 0xfffffff0, .ack = 101);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 0xfffffff1);
        assert_accepted(SERVER, ACK, .seq = 0xfffffff1, .ack = 101, .len = 9000);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 8985);
        assert_accepted(SERVER, ACK, .seq = 8985, .ack = 101, .len = 9000);
        assert_failed(kernel == CONNTRACK_5_10 ? CONNTRACK_INVALID : CONNTRACK_IGNORE,
                      CONNTRACK_SEQ_UNDER, SERVER, ACK, .seq = 0xfffffff1, .ack = 101, .len = 10);
        assert_bound(7985, 7990);
    }
}

/* --- connections that are older than the capture --------------------------------------------- */

static struct entry_test older_test(enum conntrack_kernel kernel, const struct segment *first)
{
    static const uint8_t scale[2] = {1, 14};
    struct entry_test test = begin_test(kernel);

    conntrack_assume(&test.entry, &test.config, CLIENT, scale, first, test.now_ns);
    return test;
}

/* What was in flight when the capture began was sent before: its ACKs are believed. */
static void test_conntrack_assume_in_flight(void **state)
{
    const struct segment first = {ACK, .seq = 5000, .ack = 90000};

    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = older_test(kernel, &first);

        assert_accepted(CLIENT, ACK, .seq = 5000, .ack = 90000);
        assert_accepted(CLIENT, ACK, .seq = 5000, .ack = 95000);
        assert_accepted(SERVER, ACK, .seq = 91000, .ack = 5000, .len = 1000); /* sent again */
        assert_accepted(CLIENT, ACK, .seq = 5000, .ack = 99000);
        assert_accepted(SERVER, ACK, .seq = 105000, .ack = 5000, .len = 1000);
        assert_accepted(CLIENT, ACK, .seq = 5000, .ack = 106000);
        assert_invalid(CONNTRACK_ACK_OVER, CLIENT, ACK, .seq = 5000, .ack = 126001);
        assert_bound(106000, 20001);
    }
}

/* Late data is still told from the rest, with the scale that it was given. */
static void test_conntrack_assume_seq_under(void **state)
{
    const struct segment first = {ACK, .seq = 90000, .ack = 5000, .len = 30000};

    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = older_test(kernel, &first);

        assert_accepted(SERVER, ACK, .seq = 90000, .ack = 5000, .len = 30000);
        assert_accepted(CLIENT, ACK, .seq = 5000, .ack = 120000);
        assert_accepted(SERVER, ACK, .seq = 99000, .ack = 5000, .len = 1000);
        assert_failed(kernel == CONNTRACK_5_10 ? CONNTRACK_INVALID : CONNTRACK_IGNORE,
                      CONNTRACK_SEQ_UNDER, SERVER, ACK, .seq = 98000, .ack = 5000, .len = 1000);
        assert_bound(100000, 1000);
    }
}

/* The capture began between SYN and SYN-ACK. */
static void test_conntrack_assume_synack(void **state)
{
    const struct segment first = {SYN_ACK, .seq = 900, .ack = 101, SCALE(7)};

    (void)state;
    EACH_KERNEL(kernel)
    {
        struct entry_test test = older_test(kernel, &first);

        assert_accepted(SERVER, SYN_ACK, .seq = 900, .ack = 101, SCALE(7));
        assert_state(SYN_RECV);
        assert_accepted(CLIENT, ACK, .seq = 101, .ack = 901);
        assert_state(ESTABLISHED);
        assert_int_equal(test.entry.sides[SERVER].scale, 7);
        assert_int_equal(test.entry.sides[SERVER].max_end, 20901);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conntrack_seq_under),
        cmocka_unit_test(test_conntrack_seq_over),
        cmocka_unit_test(test_conntrack_ack_over),
        cmocka_unit_test(test_conntrack_ack_under),
        cmocka_unit_test(test_conntrack_order_of_tests),
        cmocka_unit_test(test_conntrack_be_liberal),
        cmocka_unit_test(test_conntrack_invalid_changes_nothing),
        cmocka_unit_test(test_conntrack_scale),
        cmocka_unit_test(test_conntrack_sack),
        cmocka_unit_test(test_conntrack_window_grows),
        cmocka_unit_test(test_conntrack_closed_window),
        cmocka_unit_test(test_conntrack_syn_again),
        cmocka_unit_test(test_conntrack_data_before_ack),
        cmocka_unit_test(test_conntrack_wrap),
        cmocka_unit_test(test_conntrack_assume_in_flight),
        cmocka_unit_test(test_conntrack_assume_seq_under),
        cmocka_unit_test(test_conntrack_assume_synack),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
