/* What the tests of conntrack's model share: a connection with the client's ISN 100 and the
 * server's 900, windows of 10,000 bytes, no window scale; and both kernels. */
#ifndef UNIT_CONNTRACK_H
#define UNIT_CONNTRACK_H

#include "track/conntrack.h"
#include "unit/unit.h"

enum {
    CLIENT = 0, /* the original direction */
    SERVER = 1,
};

struct entry_test {
    struct conntrack_entry entry;
    struct conntrack_config config;
    struct conntrack_result result; /* of the last segment */
    int64_t now_ns;
};

static inline struct entry_test begin_test(enum conntrack_kernel kernel)
{
    return (struct entry_test){.config = conntrack_defaults(kernel)};
}

static inline enum conntrack_verdict send_segment(struct entry_test *test, int dir,
                                                  const struct segment *tcp)
{
    conntrack_segment(&test->entry, &test->config, dir, tcp, test->now_ns, &test->result);
    return test->result.verdict;
}

/* The verdict on the next segment. */
#define SEND(dir, ...) send_segment(&test, (dir), &(struct segment){__VA_ARGS__})
#define SYN            .flags = TCP_SYN, .win = 10000
#define SYN_ACK        .flags = TCP_SYN | TCP_ACK, .win = 10000
#define ACK            .flags = TCP_ACK, .win = 10000
#define ACK_OF(n)      .flags = TCP_ACK, .win = (n)
#define FIN_ACK        .flags = TCP_FIN | TCP_ACK, .win = 10000
#define RST            .flags = TCP_RST
#define RST_ACK        .flags = TCP_RST | TCP_ACK
#define SCALE(n)       .opt.has_wscale = true, .opt.wscale = (n)

#define assert_accepted(dir, ...) assert_int_equal(SEND(dir, __VA_ARGS__), CONNTRACK_ACCEPT)
#define assert_ignored(expected, dir, ...)                                                         \
    assert_failed(CONNTRACK_IGNORE, expected, dir, __VA_ARGS__)
#define assert_invalid(expected, dir, ...)                                                         \
    assert_failed(CONNTRACK_INVALID, expected, dir, __VA_ARGS__)
#define assert_failed(expected_verdict, expected_reason, dir, ...)                                 \
    do {                                                                                           \
        assert_int_equal(SEND(dir, __VA_ARGS__), expected_verdict);                                \
        assert_int_equal(test.result.reason, expected_reason);                                     \
    } while (0)
#define assert_state(expected) assert_int_equal(test.entry.state, CONNTRACK_##expected)
#define assert_bound(expected_bound, expected_margin)                                              \
    do {                                                                                           \
        assert_true(test.result.has_bound);                                                        \
        assert_int_equal(test.result.bound, expected_bound);                                       \
        assert_int_equal(test.result.margin, expected_margin);                                     \
    } while (0)

/* Numbers 101 and 901 are next. */
static inline struct entry_test open_test(enum conntrack_kernel kernel)
{
    struct entry_test test = begin_test(kernel);

    assert_accepted(CLIENT, SYN, .seq = 100);
    assert_accepted(SERVER, SYN_ACK, .seq = 900, .ack = 101);
    assert_accepted(CLIENT, ACK, .seq = 101, .ack = 901);
    assert_state(ESTABLISHED);
    assert_true(test.entry.assured);
    return test;
}

#define EACH_KERNEL(kernel)                                                                        \
    for (enum conntrack_kernel kernel = CONNTRACK_5_10; kernel <= CONNTRACK_6_1; kernel++)

#endif
