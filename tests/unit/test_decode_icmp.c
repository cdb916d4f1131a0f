/* ICMP and ICMPv6 errors: what they say, and which segment they quote. */
#include "packet/decoding.h"
#include "unit/unit.h"

static const struct frame_spec quoted_v4 = {
    .src = "192.0.2.1",
    .dst = "198.51.100.2",
    .sport = 1234,
    .dport = 443,
    .seq = 0xfeedface,
    .ttl = FRAME_FORCE(1),
    .payload_len = 1000,
};

static const struct frame_spec quoted_v6 = {
    .version = 6,
    .src = "2001:db8::1",
    .dst = "2001:db8::2",
    .sport = 1234,
    .dport = 443,
    .seq = 0xfeedface,
    .ttl = FRAME_FORCE(2),
    .payload_len = 1000,
};

static struct packet icmp_of(uint8_t version, const struct frame_icmp *icmp)
{
    return decoded(&(struct frame_spec){.version = version, .icmp = icmp});
}

/* A router (203.0.113.9) tells that the TTL ran out: 28 bytes of the packet are quoted. */
static void test_decode_frame_time_exceeded(void **state)
{
    const struct frame_icmp icmp = {.type = 11, .quote = &quoted_v4};
    struct packet packet =
        decoded(&(struct frame_spec){.src = "203.0.113.9", .ttl = FRAME_FORCE(250), .icmp = &icmp});

    (void)state;
    assert_is_icmp(packet);
    assert_int_equal(packet.version, 4);
    assert_int_equal(packet.ttl, 250);
    assert_int_equal(packet.icmp.type, 11);
    assert_int_equal(packet.icmp.code, 0);
    assert_int_equal(packet.icmp.mtu, 0);
    assert_address(packet.icmp.src, 203, 0, 113, 9);
    assert_true(packet.icmp.quotes_tcp);
    assert_address(packet.icmp.quoted_src.addr, 192, 0, 2, 1);
    assert_address(packet.icmp.quoted_dst.addr, 198, 51, 100, 2);
    assert_int_equal(packet.icmp.quoted_src.port, 1234);
    assert_int_equal(packet.icmp.quoted_dst.port, 443);
    assert_int_equal(packet.icmp.quoted_ttl, 1);
    assert_true(packet.icmp.has_quoted_seq);
    assert_int_equal(packet.icmp.quoted_seq, 0xfeedface);
}

/* The same in IPv6. */
static void test_decode_frame_time_exceeded_v6(void **state)
{
    const struct frame_icmp icmp = {.type = 3, .quote = &quoted_v6};
    struct packet packet = icmp_of(6, &icmp);

    (void)state;
    assert_is_icmp(packet);
    assert_int_equal(packet.version, 6);
    assert_int_equal(packet.icmp.type, 3);
    assert_true(packet.icmp.quotes_tcp);
    assert_address(packet.icmp.quoted_src.addr, 0x20, 1, 0x0d, 0xb8, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                   0, 1);
    assert_int_equal(packet.icmp.quoted_dst.port, 443);
    assert_int_equal(packet.icmp.quoted_ttl, 2);
    assert_int_equal(packet.icmp.quoted_seq, 0xfeedface);
}

/* "Fragmentation needed" with the MTU of the next hop, and from a router that gives none. */
static void test_decode_frame_fragmentation_needed(void **state)
{
    struct frame_icmp icmp = {.type = 3, .code = 4, .rest = 1400, .quote = &quoted_v4};

    (void)state;
    assert_int_equal(icmp_of(4, &icmp).icmp.mtu, 1400);
    icmp.rest = 0;
    assert_int_equal(icmp_of(4, &icmp).icmp.mtu, 0);
}

/* The same field means nothing in the other codes: "port unreachable", "host unreachable". */
static void test_decode_frame_unreachable_has_no_mtu(void **state)
{
    (void)state;
    for (uint8_t code = 0; code < 16; code++) {
        const struct frame_icmp icmp = {.type = 3, .code = code, .rest = 1400, .quote = &quoted_v4};
        struct packet packet = icmp_of(4, &icmp);

        assert_is_icmp(packet);
        assert_int_equal(packet.icmp.code, code);
        assert_int_equal(packet.icmp.mtu, code == 4 ? 1400 : 0);
    }
}

/* "Packet too big" has 32 bits for it. */
static void test_decode_frame_packet_too_big(void **state)
{
    const struct frame_icmp icmp = {.type = 2, .rest = 0x00012345, .quote = &quoted_v6};
    struct packet packet = icmp_of(6, &icmp);

    (void)state;
    assert_is_icmp(packet);
    assert_int_equal(packet.icmp.mtu, 0x00012345);
}

/* Which types are errors: of all 256, these and no others. */
static void test_decode_frame_which_types_are_errors(void **state)
{
    (void)state;
    for (unsigned type = 0; type < 256; type++) {
        const struct frame_icmp v4 = {.type = (uint8_t)type, .quote = &quoted_v4};
        const struct frame_icmp v6 = {.type = (uint8_t)type, .quote = &quoted_v6};

        if (type == 3 || type == 4 || type == 5 || type == 11 || type == 12)
            assert_is_icmp(icmp_of(4, &v4));
        else
            assert_skipped(icmp_of(4, &v4), SKIP_NOT_TCP);
        if (type >= 1 && type <= 4)
            assert_is_icmp(icmp_of(6, &v6));
        else
            assert_skipped(icmp_of(6, &v6), SKIP_NOT_TCP);
    }
}

/* ICMP in IPv6 and ICMPv6 in IPv4: protocol numbers without a meaning there. */
static void test_decode_frame_icmp_of_the_other_version(void **state)
{
    const struct frame_icmp icmp = {.type = 3, .quote = &quoted_v4};

    (void)state;
    assert_skipped(decoded(&(struct frame_spec){.icmp = &icmp, .protocol = FRAME_FORCE(58)}),
                   SKIP_NOT_TCP);
    assert_skipped(
        decoded(&(struct frame_spec){.version = 6, .icmp = &icmp, .protocol = FRAME_FORCE(1)}),
        SKIP_NOT_TCP);
}

/* A quote of every length: ports from four bytes of TCP on, the sequence number from eight. */
static void test_decode_frame_quote_of_every_length(void **state)
{
    (void)state;
    for (uint32_t len = 0; len <= 60; len++) {
        const struct frame_icmp icmp = {
            .type = 11, .quote = &quoted_v4, .quote_len = FRAME_FORCE(len)};
        struct packet packet = icmp_of(4, &icmp);

        assert_is_icmp(packet);
        assert_int_equal(packet.icmp.quotes_tcp, len >= 24);
        assert_int_equal(packet.icmp.has_quoted_seq, len >= 28);
        assert_int_equal(packet.icmp.quoted_ttl, len >= 20 ? 1 : 0);
        if (len >= 24)
            assert_int_equal(packet.icmp.quoted_dst.port, 443);
    }
}

/* An error that quotes nothing at all. */
static void test_decode_frame_quote_missing(void **state)
{
    const struct frame_icmp icmp = {.type = 11};
    struct packet packet = icmp_of(4, &icmp);

    (void)state;
    assert_is_icmp(packet);
    assert_false(packet.icmp.quotes_tcp);
    assert_false(packet.icmp.has_quoted_seq);
}

/* The quoted packet had IP options, or IPv6 extension headers. */
static void test_decode_frame_quote_with_options(void **state)
{
    static const uint8_t options[] = {148, 4, 0, 0};
    static const struct frame_extension extensions[] = {{.type = 0}, {.type = 60}};
    struct frame_spec v4 = quoted_v4, v6 = quoted_v6;
    const struct frame_icmp icmp4 = {.type = 11, .quote = &v4};
    const struct frame_icmp icmp6 = {
        .type = 3, .quote = &v6, .quote_len = FRAME_FORCE(40 + 16 + 8)};

    (void)state;
    v4.ip_options = options;
    v4.ip_options_len = sizeof(options);
    v6.extensions = extensions;
    v6.extensions_count = 2;
    assert_int_equal(icmp_of(4, &icmp4).icmp.quoted_seq, 0xfeedface);
    assert_int_equal(icmp_of(6, &icmp6).icmp.quoted_seq, 0xfeedface);
}

/* The first piece of a fragmented packet has ports, a later one has not. */
static void test_decode_frame_quote_of_a_fragment(void **state)
{
    struct frame_spec quoted = quoted_v4;
    const struct frame_icmp icmp = {.type = 11, .code = 1, .quote = &quoted};

    (void)state;
    quoted.more_fragments = true;
    assert_true(icmp_of(4, &icmp).icmp.quotes_tcp);
    quoted.fragment_offset = 1480;
    struct packet packet = icmp_of(4, &icmp);

    assert_is_icmp(packet);
    assert_false(packet.icmp.quotes_tcp);
    assert_false(packet.icmp.has_quoted_seq);
}

/* A UDP packet is quoted: the error counts, the ports are none of ours. */
static void test_decode_frame_quote_of_udp(void **state)
{
    struct frame_spec quoted = quoted_v4;
    const struct frame_icmp icmp = {.type = 3, .code = 3, .quote = &quoted};

    (void)state;
    quoted.protocol = (struct frame_forced)FRAME_FORCE(17);
    struct packet packet = icmp_of(4, &icmp);

    assert_is_icmp(packet);
    assert_false(packet.icmp.quotes_tcp);
}

/* --- quotes of tunnels ---------------------------------------------------------------------- */

/* The quote of `quoted` in `tunnel`, `len` bytes of it, from IPv4 or IPv6 routers. */
static struct packet quote_of_tunnel(uint8_t version, const struct frame_spec *quoted,
                                     const struct frame_tunnel *tunnel, uint32_t len)
{
    struct frame_spec whole = *quoted;
    const struct frame_icmp too_big = {.type = version == 6 ? 2 : 3,
                                       .code = version == 6 ? 0 : 4,
                                       .rest = 1450,
                                       .quote = &whole,
                                       .quote_len = FRAME_FORCE(len)};

    whole.tunnels = tunnel;
    whole.tunnels_count = 1;
    return icmp_of(version, &too_big);
}

/* A VXLAN packet was too big for a link of the underlay: the segment in it is told, from the
 * moment on that so much of it is quoted, and the TTL of the packet that was dropped. */
static void test_decode_frame_quote_of_vxlan(void **state)
{
    const struct frame_tunnel vxlan = {.kind = FRAME_VXLAN, .id = 42};
    const uint32_t inner = 20 + 8 + 8 + 14;

    (void)state;
    for (uint32_t len = 0; len <= inner + 40; len++) {
        struct packet packet = quote_of_tunnel(4, &quoted_v4, &vxlan, len);

        assert_is_icmp(packet);
        assert_int_equal(packet.tunnels, 0);
        assert_int_equal(packet.icmp.mtu, 1450);
        assert_int_equal(packet.icmp.quoted_ttl, len >= 20 ? 33 : 0);
        assert_int_equal(packet.icmp.quoted_version, len >= 20 ? 4 : 0);
        assert_int_equal(packet.icmp.quoted_tunnel, len >= 20 + 8 + 8);
        assert_int_equal(packet.icmp.quotes_tcp, len >= inner + 24);
        assert_int_equal(packet.icmp.has_quoted_seq, len >= inner + 28);
        if (len >= inner + 20)
            assert_address(packet.icmp.quoted_dst.addr, 198, 51, 100, 2);
        else if (len >= 20)
            assert_address(packet.icmp.quoted_dst.addr, 192, 0, 2, 2);
    }
    struct packet packet = quote_of_tunnel(4, &quoted_v4, &vxlan, 548);

    assert_address(packet.icmp.quoted_src.addr, 192, 0, 2, 1);
    assert_address(packet.icmp.quoted_dst.addr, 198, 51, 100, 2);
    assert_int_equal(packet.icmp.quoted_src.port, 1234);
    assert_int_equal(packet.icmp.quoted_dst.port, 443);
    assert_int_equal(packet.icmp.quoted_seq, 0xfeedface);
}

/* Every tunnel in IP, with the other version inside. */
static void test_decode_frame_quote_of_each_tunnel(void **state)
{
    static const enum frame_tunnel_kind kinds[] = {
        FRAME_IPIP, FRAME_GRE,    FRAME_ERSPAN1, FRAME_ERSPAN2, FRAME_ERSPAN3,
        FRAME_PPTP, FRAME_GENEVE, FRAME_GTPU,    FRAME_GUE,     FRAME_GUE1,
    };

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        const struct frame_tunnel over_v4 = {.kind = kinds[i]};
        const struct frame_tunnel over_v6 = {.kind = kinds[i], .version = 6};
        struct packet v6 = quote_of_tunnel(4, &quoted_v6, &over_v4, 300);
        struct packet v4 = quote_of_tunnel(6, &quoted_v4, &over_v6, 300);

        assert_is_icmp(v6);
        assert_true(v6.icmp.quoted_tunnel);
        assert_int_equal(v6.version, 4);
        assert_int_equal(v6.icmp.quoted_version, 6);
        assert_int_equal(v6.icmp.quoted_seq, 0xfeedface);
        assert_int_equal(v6.icmp.quoted_ttl, 33);
        assert_is_icmp(v4);
        assert_true(v4.icmp.quoted_tunnel);
        assert_int_equal(v4.icmp.quoted_version, 4);
        assert_int_equal(v4.icmp.quoted_seq, 0xfeedface);
    }
}

/* No tunnel: the flag says so. */
static void test_decode_frame_quote_of_no_tunnel(void **state)
{
    const struct frame_icmp icmp = {.type = 11, .quote = &quoted_v4};
    struct packet packet = icmp_of(4, &icmp);

    (void)state;
    assert_false(packet.icmp.quoted_tunnel);
    assert_int_equal(packet.icmp.quoted_version, 4);
}

/* --- broken messages ------------------------------------------------------------------------- */

/* The message ends before its 8 bytes are there: as sent, and as captured. */
static void test_decode_frame_icmp_too_short(void **state)
{
    static struct built_frame frame;
    const uint8_t body[] = {11, 0, 0, 0};

    (void)state;
    frame_build(
        &(struct frame_spec){.body = body, .body_len = sizeof(body), .protocol = FRAME_FORCE(1)},
        &frame);
    assert_skipped(decoded_frame(NULL, 1, &frame), SKIP_MALFORMED);
    frame_build(
        &(struct frame_spec){
            .icmp = &(struct frame_icmp){.type = 11, .quote = &quoted_v4}
    },
        &frame);
    assert_skipped(decoded_bytes(NULL, 1, frame.bytes, 14 + 20 + 7, frame.len), SKIP_CUT);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_frame_time_exceeded),
        cmocka_unit_test(test_decode_frame_time_exceeded_v6),
        cmocka_unit_test(test_decode_frame_fragmentation_needed),
        cmocka_unit_test(test_decode_frame_unreachable_has_no_mtu),
        cmocka_unit_test(test_decode_frame_packet_too_big),
        cmocka_unit_test(test_decode_frame_which_types_are_errors),
        cmocka_unit_test(test_decode_frame_icmp_of_the_other_version),
        cmocka_unit_test(test_decode_frame_quote_of_every_length),
        cmocka_unit_test(test_decode_frame_quote_missing),
        cmocka_unit_test(test_decode_frame_quote_with_options),
        cmocka_unit_test(test_decode_frame_quote_of_a_fragment),
        cmocka_unit_test(test_decode_frame_quote_of_udp),
        cmocka_unit_test(test_decode_frame_quote_of_vxlan),
        cmocka_unit_test(test_decode_frame_quote_of_each_tunnel),
        cmocka_unit_test(test_decode_frame_quote_of_no_tunnel),
        cmocka_unit_test(test_decode_frame_icmp_too_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
