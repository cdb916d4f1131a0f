/* What every unit test includes: cmocka, which wants these headers before it, and a few
 * assertions in the words of the analyzer. */
#ifndef UNIT_H
#define UNIT_H

/* The order is cmocka's. */
/* clang-format off */
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <setjmp.h>
#include <cmocka.h>
/* clang-format on */

/* For a `struct packet`: why it is neither a segment nor an ICMP error, or that it is one. */
#define assert_skipped(value, why) assert_packet((value), PACKET_SKIPPED, (why))
#define assert_is_segment(value)   assert_packet((value), PACKET_SEGMENT, SKIP_NONE)
#define assert_is_icmp(value)      assert_packet((value), PACKET_ICMP, SKIP_NONE)

#define assert_packet(value, expected_kind, expected_reason)                                       \
    do {                                                                                           \
        const struct packet packet_ = (value);                                                     \
        assert_int_equal(packet_.kind, expected_kind);                                             \
        assert_int_equal(packet_.reason, expected_reason);                                         \
    } while (0)

/* `address` holds the IPv4 address or the first bytes given, and zeros after them. */
#define assert_address(address, ...)                                                               \
    do {                                                                                           \
        const uint8_t expected_[16] = {__VA_ARGS__};                                               \
        assert_memory_equal((address).bytes, expected_, sizeof(expected_));                        \
    } while (0)

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#endif
