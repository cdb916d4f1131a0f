/* conntrack on a leg: kernels side by side, the RSTs of the machine itself, and what the user may
 * ask for. */
#include "track/conntrack_leg.h"
#include "unit/conntrack.h"

struct leg_test {
    struct conntrack_cases cases;
    struct conntrack_result results[CONNTRACK_CASES_MAX];
    union {
        struct conntrack_leg leg;
        char room[sizeof(struct conntrack_leg) +
                  CONNTRACK_CASES_MAX * sizeof(struct conntrack_entry)];
    };
};

enum {
    CASE_5_10,
    CASE_6_1,
    CASE_LIBERAL
};

static struct leg_test begin_leg(const char *text)
{
    struct leg_test test = {0};
    struct error err;

    assert_int_equal(conntrack_cases_read(&test.cases, text, &err), STATUS_OK);
    return test;
}

static bool add(struct leg_test *test, int dir, uint8_t ttl, const struct segment *tcp)
{
    struct packet packet = {.kind = PACKET_SEGMENT, .ttl = ttl, .tcp = *tcp};

    return conntrack_leg_segment(&test->leg, &test->cases, dir, &packet, 0, test->results);
}

/* From the client, which is one hop away, with TTL 63; from the server with 50; from the machine
 * itself with 64. */
#define FROM_CLIENT(...) add(&test, CLIENT, 63, &(struct segment){__VA_ARGS__})
#define FROM_SERVER(...) add(&test, SERVER, 50, &(struct segment){__VA_ARGS__})
#define FROM_SELF(...)   add(&test, CLIENT, 64, &(struct segment){__VA_ARGS__})

/* 20,000 bytes were sent and acknowledged, then the first thousand come again. */
static struct leg_test late_leg(const char *text)
{
    struct leg_test test = begin_leg(text);

    assert_true(FROM_CLIENT(SYN, .seq = 100));
    assert_true(FROM_SERVER(SYN_ACK, .seq = 900, .ack = 101));
    assert_true(FROM_CLIENT(ACK, .seq = 101, .ack = 901));
    for (uint32_t sent = 0; sent < 20000; sent += 5000) {
        assert_true(FROM_SERVER(ACK, .seq = 901 + sent, .ack = 101, .len = 5000));
        assert_true(FROM_CLIENT(ACK, .seq = 101, .ack = 5901 + sent));
    }
    assert_false(FROM_SERVER(ACK, .seq = 901, .ack = 101, .len = 1000));
    return test;
}

#define assert_verdict(which, expected) assert_int_equal(test.results[which].verdict, expected)
#define assert_reason(which, expected)  assert_int_equal(test.results[which].reason, expected)

static void test_conntrack_leg_side_by_side(void **state)
{
    struct leg_test test = late_leg(NULL);

    (void)state;
    assert_int_equal(test.cases.count, 3);
    assert_int_equal(test.cases.chosen, CASE_5_10);
    assert_verdict(CASE_5_10, CONNTRACK_INVALID);
    assert_verdict(CASE_6_1, CONNTRACK_IGNORE);
    assert_verdict(CASE_LIBERAL, CONNTRACK_ACCEPT);
    for (int i = 0; i < 3; i++) {
        assert_reason(i, CONNTRACK_SEQ_UNDER);
        assert_int_equal(test.results[i].bound, 10901);
        assert_int_equal(test.results[i].margin, 9000);
    }
}

/* The machine answers the late segment: INVALID, and the connection lives on in every kernel. */
static void test_conntrack_leg_own_reset(void **state)
{
    struct leg_test test = late_leg(NULL);

    (void)state;
    assert_false(FROM_SELF(RST, .seq = 101));
    for (int i = 0; i < 3; i++) {
        assert_verdict(i, CONNTRACK_INVALID);
        assert_reason(i, CONNTRACK_NO_ENTRY);
        assert_int_equal(test.leg.entries[i].state, CONNTRACK_ESTABLISHED);
    }
    assert_true(FROM_SERVER(ACK, .seq = 20901, .ack = 101, .len = 1000));
}

/* One answer each: the second RST is somebody else's. */
static void test_conntrack_leg_own_reset_once(void **state)
{
    struct leg_test test = late_leg(NULL);

    (void)state;
    assert_false(FROM_SELF(RST, .seq = 101));
    assert_true(FROM_SELF(RST, .seq = 101));
    assert_int_equal(test.leg.entries[CASE_5_10].state, CONNTRACK_CLOSE);
}

/* What the client sends itself closes the entry: by its TTL, its ACK flag, or its number. */
static void test_conntrack_leg_reset_of_client(void **state)
{
    struct leg_test test = late_leg(NULL);

    (void)state;
    assert_true(FROM_CLIENT(RST, .seq = 101));
    assert_int_equal(test.leg.entries[CASE_5_10].state, CONNTRACK_CLOSE);

    test = late_leg(NULL);
    assert_true(FROM_SELF(RST_ACK, .seq = 101, .ack = 20901));
    assert_int_equal(test.leg.entries[CASE_5_10].state, CONNTRACK_CLOSE);

    test = late_leg(NULL);
    assert_true(FROM_SELF(RST, .seq = 102));
    assert_verdict(CASE_5_10, CONNTRACK_ACCEPT);
}

/* A RST that is INVALID is answered by nobody. */
static void test_conntrack_leg_reset_of_reset(void **state)
{
    struct leg_test test = late_leg(NULL);

    (void)state;
    assert_false(FROM_SELF(RST, .seq = 101));
    assert_false(FROM_SERVER(RST_ACK, .seq = 901, .ack = 101));
    assert_reason(CASE_5_10, CONNTRACK_RST_BELOW);
    assert_true(FROM_SELF(RST, .seq = 101));
    assert_int_equal(test.leg.entries[CASE_5_10].state, CONNTRACK_CLOSE);
}

/* --- what may be asked for ------------------------------------------------------------------- */

static void test_conntrack_cases_kernels(void **state)
{
    static const struct {
        const char *text;
        int chosen;
    } kernels[] = {
        {"5.10",                 CASE_5_10   },
        {"5.10.0-32-amd64",      CASE_5_10   },
        {"4.19",                 CASE_5_10   },
        {"6.0",                  CASE_5_10   },
        {"6.1",                  CASE_6_1    },
        {"6.18.44",              CASE_6_1    },
        {"7.0",                  CASE_6_1    },
        {"5.15,be_liberal",      CASE_LIBERAL},
        {"5.10,be_liberal=1",    CASE_LIBERAL},
        {"5.10,be_liberal=0",    CASE_5_10   },
        {"6.1,timeout_close=10", CASE_6_1    },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(kernels); i++) {
        struct leg_test test = begin_leg(kernels[i].text);

        assert_int_equal(test.cases.chosen, kernels[i].chosen);
        assert_int_equal(test.cases.count, 3);
    }
}

static void test_conntrack_cases_sysctls(void **state)
{
    const char *text = "6.1,ignore_invalid_rst,loose=0,max_retrans=5,timeout_close_wait=30";
    struct leg_test test = begin_leg(text);
    const struct conntrack_case *item = &test.cases.items[3];

    (void)state;
    assert_int_equal(test.cases.count, 4);
    assert_int_equal(test.cases.chosen, 3);
    assert_string_equal(item->name, text);
    assert_int_equal(item->config.kernel, CONNTRACK_6_1);
    assert_true(item->config.ignore_invalid_rst);
    assert_false(item->config.loose);
    assert_false(item->config.be_liberal);
    assert_int_equal(item->config.max_retrans, 5);
    assert_int_equal(item->config.timeout_s[CONNTRACK_CLOSE_WAIT], 30);
    assert_int_equal(item->config.timeout_s[CONNTRACK_ESTABLISHED], 432000);
}

/* As `sysctl -a` has them on a machine where all were set. */
static void test_conntrack_cases_all_sysctls(void **state)
{
    const char *text =
        "5.10,be_liberal=1,ignore_invalid_rst=1,loose=0,max_retrans=4294967295,"
        "timeout_close=4294967295,timeout_close_wait=4294967295,timeout_established=4294967295,"
        "timeout_fin_wait=4294967295,timeout_last_ack=4294967295,timeout_max_retrans=4294967295,"
        "timeout_syn_recv=4294967295,timeout_syn_sent=4294967295,timeout_time_wait=4294967295,"
        "timeout_unacknowledged=4294967294";
    struct leg_test test = begin_leg(text);

    (void)state;
    assert_string_equal(test.cases.items[3].name, text);
    assert_int_equal(test.cases.items[3].config.timeout_unacknowledged_s, 4294967294);
}

static void test_conntrack_cases_refused(void **state)
{
    static const char *const texts[] = {
        "",
        ",",
        "six",
        "6",
        "6.1x",
        "be_liberal",
        "5.10,liberal",
        "5.10,loose=2",
        "5.10,loose=",
        "5.10,max_retrans",
        "5.10,timeout_close=-1",
        "5.10,timeout_close=1s",
        "5.10,timeout_close=4294967296",
        "5.10,timeout_close=99999999999999999999",
    };

    (void)state;
    for (size_t i = 0; i < COUNT(texts); i++) {
        struct conntrack_cases cases;
        struct error err;

        assert_int_equal(conntrack_cases_read(&cases, texts[i], &err), STATUS_USAGE);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_conntrack_leg_side_by_side),
        cmocka_unit_test(test_conntrack_leg_own_reset),
        cmocka_unit_test(test_conntrack_leg_own_reset_once),
        cmocka_unit_test(test_conntrack_leg_reset_of_client),
        cmocka_unit_test(test_conntrack_leg_reset_of_reset),
        cmocka_unit_test(test_conntrack_cases_kernels),
        cmocka_unit_test(test_conntrack_cases_sysctls),
        cmocka_unit_test(test_conntrack_cases_all_sysctls),
        cmocka_unit_test(test_conntrack_cases_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
