/* IPv4 and IPv6 headers: where the segment begins, how long it is, and what the header says. */
#include "packet/decoding.h"
#include "unit/unit.h"

#include <string.h>

/* IPv4 from 192.0.2.1 to 198.51.100.255: TTL 3, ID 0xabcd, don't fragment. */
static void test_decode_frame_ipv4_fields(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){.src = "192.0.2.1",
                                                        .dst = "198.51.100.255",
                                                        .ttl = FRAME_FORCE(3),
                                                        .ip_id = 0xabcd,
                                                        .dont_fragment = true});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.version, 4);
    assert_int_equal(packet.ttl, 3);
    assert_true(packet.has_ip_id);
    assert_int_equal(packet.ip_id, 0xabcd);
    assert_true(packet.df);
    assert_int_equal(packet.fragments, 0);
    assert_address(packet.tcp.src.addr, 192, 0, 2, 1);
    assert_address(packet.tcp.dst.addr, 198, 51, 100, 255);
}

/* IPv4 that routers may fragment; ID 0, as Linux sends it with some sockets. */
static void test_decode_frame_ipv4_may_fragment(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){.dont_fragment = false});

    (void)state;
    assert_is_segment(packet);
    assert_false(packet.df);
    assert_true(packet.has_ip_id);
    assert_int_equal(packet.ip_id, 0);
}

/* IPv6 from 2001:db8::1 to ff02::abcd, hop limit 255. There is no ID, and no router fragments. */
static void test_decode_frame_ipv6_fields(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){
        .version = 6, .src = "2001:db8::1", .dst = "ff02::abcd", .ttl = FRAME_FORCE(255)});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.version, 6);
    assert_int_equal(packet.ttl, 255);
    assert_false(packet.has_ip_id);
    assert_true(packet.df);
    assert_address(packet.tcp.src.addr, 0x20, 0x01, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1);
    assert_address(packet.tcp.dst.addr, 0xff, 0x02, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xab, 0xcd);
}

/* IPv4 with every length of options, from none to 40 bytes (no-operation). */
static void test_decode_frame_ipv4_options(void **state)
{
    uint8_t options[40];

    (void)state;
    memset(options, 1, sizeof(options));
    for (uint8_t len = 0; len <= 40; len = (uint8_t)(len + 4)) {
        struct packet packet = decoded(&(struct frame_spec){
            .ip_options = options, .ip_options_len = len, .seq = 7, .payload_len = 5});

        assert_is_segment(packet);
        assert_int_equal(packet.tcp.seq, 7);
        assert_int_equal(packet.tcp.len, 5);
    }
}

/* An Ethernet frame is padded to 60 bytes: the padding is no data. */
static void test_decode_frame_ethernet_padding(void **state)
{
    (void)state;
    for (uint32_t len = 0; len <= 6; len++) {
        struct packet packet = decoded(&(struct frame_spec){.pad = true, .payload_len = len});

        assert_is_segment(packet);
        assert_int_equal(packet.tcp.len, len);
    }
}

/* Captured before the network card cut it up: 64 kB in one packet, total length 0 (IPv4). */
static void test_decode_frame_ipv4_length_zero(void **state)
{
    struct packet packet =
        decoded(&(struct frame_spec){.ip_len = FRAME_FORCE(0), .payload_len = 60000});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.tcp.len, 60000);
}

/* BIG TCP: payload length 0 and a hop-by-hop header with the jumbo option (RFC 2675). */
static void test_decode_frame_ipv6_jumbo(void **state)
{
    const uint8_t jumbo[6] = {0xc2, 4, FRAME_BE32(8 + 20 + 66000)};
    const struct frame_extension extension = {.type = 0, .data = jumbo};
    struct packet packet = decoded(&(struct frame_spec){.version = 6,
                                                        .ip_len = FRAME_FORCE(0),
                                                        .extensions = &extension,
                                                        .extensions_count = 1,
                                                        .payload_len = 66000});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.tcp.len, 66000);
}

/* BIG TCP on the same kernel without the jumbo header, as newer ones leave it out. */
static void test_decode_frame_ipv6_length_zero(void **state)
{
    struct packet packet =
        decoded(&(struct frame_spec){.version = 6, .ip_len = FRAME_FORCE(0), .payload_len = 60000});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.tcp.len, 60000);
}

/* A snaplen of 96: the header tells the length that was sent, not the one captured. */
static void test_decode_frame_cut_by_snaplen(void **state)
{
    static struct built_frame frame;

    (void)state;
    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        frame_build(&(struct frame_spec){.version = version, .payload_len = 1400}, &frame);
        struct packet packet = decoded_bytes(NULL, 1, frame.bytes, 96, frame.len);

        assert_is_segment(packet);
        assert_int_equal(packet.tcp.len, 1400);
    }
}

/* IPv4 header lengths that cannot be: below 20 bytes, or above what was sent. */
static void test_decode_frame_ipv4_header_length_wrong(void **state)
{
    (void)state;
    for (uint32_t words = 0; words < 5; words++)
        assert_skipped(decoded(&(struct frame_spec){.header_words = FRAME_FORCE(words)}),
                       SKIP_MALFORMED);
    assert_skipped(decoded(&(struct frame_spec){.header_words = FRAME_FORCE(11)}), SKIP_MALFORMED);
}

/* IPv4 total lengths that cannot be: shorter than the header, or than header and TCP header. */
static void test_decode_frame_ipv4_total_length_too_small(void **state)
{
    (void)state;
    for (uint32_t len = 1; len < 40; len++)
        assert_skipped(decoded(&(struct frame_spec){.ip_len = FRAME_FORCE(len)}), SKIP_MALFORMED);
}

/* IPv6 payload lengths shorter than the TCP header. */
static void test_decode_frame_ipv6_payload_length_too_small(void **state)
{
    (void)state;
    for (uint32_t len = 1; len < 20; len++)
        assert_skipped(decoded(&(struct frame_spec){.version = 6, .ip_len = FRAME_FORCE(len)}),
                       SKIP_MALFORMED);
}

/* A header that claims 1400 bytes in a frame that had 10 on the wire: 10 are counted. */
static void test_decode_frame_total_length_above_frame(void **state)
{
    struct packet packet =
        decoded(&(struct frame_spec){.ip_len = FRAME_FORCE(1440), .payload_len = 10});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.tcp.len, 10);
}

/* Neither 4 nor 6. */
static void test_decode_frame_ip_version_unknown(void **state)
{
    static const uint32_t versions[] = {0, 1, 5, 7, 15};

    (void)state;
    for (size_t i = 0; i < COUNT(versions); i++)
        assert_skipped(decoded(&(struct frame_spec){.link = FRAME_RAW,
                                                    .ip_version = FRAME_FORCE(versions[i])}),
                       SKIP_MALFORMED);
}

/* UDP, GRE, SCTP; and ESP, which may hide TCP. In both versions. */
static void test_decode_frame_other_protocols(void **state)
{
    static const uint32_t others[] = {17, 47, 132};

    (void)state;
    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        for (size_t i = 0; i < COUNT(others); i++)
            assert_skipped(decoded(&(struct frame_spec){.version = version,
                                                        .protocol = FRAME_FORCE(others[i])}),
                           SKIP_NOT_TCP);
        assert_skipped(
            decoded(&(struct frame_spec){.version = version, .protocol = FRAME_FORCE(50)}),
            SKIP_ENCRYPTED);
    }
}

/* Each IPv6 extension header alone, short and long. */
static void test_decode_frame_ipv6_extension(void **state)
{
    static const struct frame_extension extensions[] = {
        {.type = 0 },
        {.type = 43},
        {.type = 43, .len = 2},
        {.type = 51,          .len = 4},
        {.type = 60},
        {.type = 60, .len = 20},
        {.type = 135},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(extensions); i++) {
        struct packet packet = decoded(&(struct frame_spec){.version = 6,
                                                            .extensions = &extensions[i],
                                                            .extensions_count = 1,
                                                            .seq = 7,
                                                            .payload_len = 5});

        assert_is_segment(packet);
        assert_int_equal(packet.tcp.seq, 7);
        assert_int_equal(packet.tcp.len, 5);
        assert_int_equal(packet.fragments, 0);
    }
}

/* All of them, in the order that RFC 8200 §4.1 recommends. */
static void test_decode_frame_ipv6_extension_chain(void **state)
{
    static const struct frame_extension chain[] = {
        {.type = 0 },
        {.type = 60, .len = 1},
        {.type = 43         },
        {.type = 51, .len = 4},
        {.type = 60 },
    };
    struct packet packet = decoded(&(struct frame_spec){.version = 6,
                                                        .extensions = chain,
                                                        .extensions_count = COUNT(chain),
                                                        .seq = 7,
                                                        .payload_len = 5});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.tcp.seq, 7);
    assert_int_equal(packet.tcp.len, 5);
}

/* A hundred destination options: no sender does that, and no loop follows it. */
static void test_decode_frame_ipv6_extension_chain_endless(void **state)
{
    struct frame_extension chain[100];

    (void)state;
    for (size_t i = 0; i < COUNT(chain); i++)
        chain[i] = (struct frame_extension){.type = 60};
    assert_int_equal(decoded(&(struct frame_spec){.version = 6,
                                                  .extensions = chain,
                                                  .extensions_count = COUNT(chain)})
                         .kind,
                     PACKET_SKIPPED);
}

/* An extension header that claims 2 kB in a packet of 100 bytes. */
static void test_decode_frame_ipv6_extension_too_long(void **state)
{
    static struct built_frame frame;
    const struct frame_extension extension = {.type = 60};

    (void)state;
    frame_build(&(struct frame_spec){.version = 6, .extensions = &extension, .extensions_count = 1},
                &frame);
    frame.bytes[14 + 40 + 1] = 255;
    assert_skipped(decoded_frame(NULL, 1, &frame), SKIP_MALFORMED);
}

/* "No next header" (59): nothing follows. */
static void test_decode_frame_ipv6_no_next_header(void **state)
{
    const struct frame_extension extension = {.type = 60, .next = FRAME_FORCE(59)};

    (void)state;
    assert_skipped(decoded(&(struct frame_spec){
                       .version = 6, .extensions = &extension, .extensions_count = 1}),
                   SKIP_NOT_TCP);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_frame_ipv4_fields),
        cmocka_unit_test(test_decode_frame_ipv4_may_fragment),
        cmocka_unit_test(test_decode_frame_ipv6_fields),
        cmocka_unit_test(test_decode_frame_ipv4_options),
        cmocka_unit_test(test_decode_frame_ethernet_padding),
        cmocka_unit_test(test_decode_frame_ipv4_length_zero),
        cmocka_unit_test(test_decode_frame_ipv6_jumbo),
        cmocka_unit_test(test_decode_frame_ipv6_length_zero),
        cmocka_unit_test(test_decode_frame_cut_by_snaplen),
        cmocka_unit_test(test_decode_frame_ipv4_header_length_wrong),
        cmocka_unit_test(test_decode_frame_ipv4_total_length_too_small),
        cmocka_unit_test(test_decode_frame_ipv6_payload_length_too_small),
        cmocka_unit_test(test_decode_frame_total_length_above_frame),
        cmocka_unit_test(test_decode_frame_ip_version_unknown),
        cmocka_unit_test(test_decode_frame_other_protocols),
        cmocka_unit_test(test_decode_frame_ipv6_extension),
        cmocka_unit_test(test_decode_frame_ipv6_extension_chain),
        cmocka_unit_test(test_decode_frame_ipv6_extension_chain_endless),
        cmocka_unit_test(test_decode_frame_ipv6_extension_too_long),
        cmocka_unit_test(test_decode_frame_ipv6_no_next_header),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
