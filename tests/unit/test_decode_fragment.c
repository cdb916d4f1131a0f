/* IP fragments: skipped until the datagram is whole, then one segment as it was sent. */
#include "packet/decoding.h"
#include "unit/unit.h"

#include <stdlib.h>

enum {
    PIECES_ROOM = 300,
    ETHERNET_DLT = 1
};

struct fixture {
    struct decoder *decoder;
    struct built_frame *pieces; /* room for PIECES_ROOM */
};

static int set_up(void **state)
{
    struct fixture *fixture = malloc(sizeof(*fixture));

    assert_non_null(fixture);
    fixture->decoder = decoder_new();
    fixture->pieces = malloc(PIECES_ROOM * sizeof(*fixture->pieces));
    assert_non_null(fixture->pieces);
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    decoder_free(fixture->decoder);
    free(fixture->pieces);
    free(fixture);
    return 0;
}

static struct packet decode_piece(struct fixture *fixture, size_t piece)
{
    return decoded_frame(fixture->decoder, ETHERNET_DLT, &fixture->pieces[piece]);
}

/* A segment of 200 bytes with a timestamp option. */
static struct frame_spec segment_200(uint8_t version)
{
    static const uint8_t options[] = {FRAME_NOP, FRAME_NOP, FRAME_TIMESTAMPS(0x11223344, 5)};

    return (struct frame_spec){
        .version = version,
        .ip_id = 4711,
        .seq = 7,
        .flags = FRAME_PSH | FRAME_ACK,
        .payload_len = 200,
        .options = options,
        .options_len = sizeof(options),
    };
}

static void assert_segment_200(const struct packet *packet, unsigned pieces)
{
    assert_is_segment(*packet);
    assert_int_equal(packet->fragments, pieces);
    assert_int_equal(packet->tcp.seq, 7);
    assert_int_equal(packet->tcp.len, 200);
    assert_int_equal(packet->tcp.flags, FRAME_PSH | FRAME_ACK);
    assert_int_equal(packet->tcp.src.port, 40000);
    assert_true(packet->tcp.opt.has_timestamps);
    assert_int_equal(packet->tcp.opt.tsval, 0x11223344);
}

/* Three pieces of 96, 96 and 40 bytes, in each of their six orders, IPv4 and IPv6. */
static void test_decode_frame_fragments_every_order(void **state)
{
    static const size_t orders[][3] = {
        {0, 1, 2},
        {0, 2, 1},
        {1, 0, 2},
        {1, 2, 0},
        {2, 0, 1},
        {2, 1, 0}
    };
    struct fixture *fixture = *state;

    for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
        struct frame_spec spec = segment_200(version);

        assert_int_equal(frame_fragments(&spec, 96, fixture->pieces, PIECES_ROOM), 3);
        for (size_t i = 0; i < COUNT(orders); i++) {
            assert_skipped(decode_piece(fixture, orders[i][0]), SKIP_FRAGMENT);
            assert_skipped(decode_piece(fixture, orders[i][1]), SKIP_FRAGMENT);
            struct packet whole = decode_piece(fixture, orders[i][2]);

            assert_segment_200(&whole, 3);
            assert_int_equal(whole.version, version);
        }
    }
}

/* Pieces of 8 bytes: ports, numbers and options lie in five different packets. */
static void test_decode_frame_fragments_of_eight_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(4);
    size_t count = frame_fragments(&spec, 8, fixture->pieces, PIECES_ROOM);

    assert_int_equal(count, (32 + 200) / 8);
    for (size_t i = 0; i + 1 < count; i++)
        assert_skipped(decode_piece(fixture, i), SKIP_FRAGMENT);
    struct packet whole = decode_piece(fixture, count - 1);

    assert_segment_200(&whole, (32 + 200) / 8);
}

/* One piece comes twice. */
static void test_decode_frame_fragment_twice(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(4);

    frame_fragments(&spec, 96, fixture->pieces, PIECES_ROOM);
    assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
    assert_skipped(decode_piece(fixture, 1), SKIP_FRAGMENT);
    assert_skipped(decode_piece(fixture, 1), SKIP_FRAGMENT);
    struct packet whole = decode_piece(fixture, 2);

    assert_is_segment(whole);
    assert_int_equal(whole.tcp.len, 200);
}

/* The middle piece never comes, however often the others do. */
static void test_decode_frame_fragment_missing(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(4);

    frame_fragments(&spec, 96, fixture->pieces, PIECES_ROOM);
    for (int i = 0; i < 3; i++) {
        assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
        assert_skipped(decode_piece(fixture, 2), SKIP_FRAGMENT);
    }
}

/* Two datagrams that differ in one part of their key, piece by piece in turn: never mixed. */
static void assert_kept_apart(struct fixture *fixture, const struct frame_spec *a,
                              const struct frame_spec *b)
{
    struct built_frame *of_b = fixture->pieces + 3;
    int dlt = frame_dlt(a->link);

    frame_fragments(a, 96, fixture->pieces, 3);
    frame_fragments(b, 96, of_b, 3);
    for (size_t i = 0; i < 2; i++) {
        assert_skipped(decoded_frame(fixture->decoder, dlt, &fixture->pieces[i]), SKIP_FRAGMENT);
        assert_skipped(decoded_frame(fixture->decoder, dlt, &of_b[i]), SKIP_FRAGMENT);
    }
    struct packet whole_a = decoded_frame(fixture->decoder, dlt, &fixture->pieces[2]);
    struct packet whole_b = decoded_frame(fixture->decoder, dlt, &of_b[2]);

    assert_segment_200(&whole_a, 3);
    assert_is_segment(whole_b);
    assert_int_equal(whole_b.tcp.seq, b->seq);
}

static void test_decode_frame_fragments_of_two_ids(void **state)
{
    struct frame_spec a = segment_200(4), b = a;

    b.ip_id = 4712;
    b.seq = 8;
    assert_kept_apart(*state, &a, &b);
}

static void test_decode_frame_fragments_of_two_sources(void **state)
{
    struct frame_spec a = segment_200(4), b = a;

    b.src = "10.0.0.3";
    b.seq = 8;
    assert_kept_apart(*state, &a, &b);
}

static void test_decode_frame_fragments_of_two_destinations(void **state)
{
    struct frame_spec a = segment_200(6), b = a;

    b.dst = "fd00::3";
    b.seq = 8;
    assert_kept_apart(*state, &a, &b);
}

/* UDP and TCP count their IDs apart (RFC 791 §2.3): here both had the same. */
static void test_decode_frame_fragments_of_two_protocols(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec tcp = segment_200(4), udp = tcp;

    udp.protocol = (struct frame_forced)FRAME_FORCE(17);
    frame_fragments(&udp, 96, fixture->pieces, PIECES_ROOM);
    assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
    assert_skipped(decode_piece(fixture, 1), SKIP_FRAGMENT);
    frame_fragments(&tcp, 96, fixture->pieces, PIECES_ROOM);
    assert_skipped(decode_piece(fixture, 2), SKIP_FRAGMENT);
}

/* `-i any` has each piece once for each interface that it passes. */
static void test_decode_frame_fragments_on_two_interfaces(void **state)
{
    struct frame_spec a = segment_200(4), b;

    a.link = FRAME_SLL2;
    a.ifindex = 2;
    b = a;
    b.ifindex = 3;
    assert_kept_apart(*state, &a, &b);
}

/* The same ID is used again after the datagram was whole. */
static void test_decode_frame_fragment_id_used_again(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(4);

    for (uint32_t seq = 7; seq < 10; seq++) {
        spec.seq = seq;
        frame_fragments(&spec, 96, fixture->pieces, PIECES_ROOM);
        assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
        assert_skipped(decode_piece(fixture, 1), SKIP_FRAGMENT);
        struct packet whole = decode_piece(fixture, 2);

        assert_is_segment(whole);
        assert_int_equal(whole.tcp.seq, seq);
    }
}

/* 10,000 datagrams that never become whole: memory stays bounded, and the next one is found. */
static void test_decode_frame_fragments_never_whole(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(4);

    for (uint16_t id = 0; id < 10000; id++) {
        spec.ip_id = id;
        frame_fragments(&spec, 96, fixture->pieces, 1);
        assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
    }
    spec.ip_id = 10000;
    frame_fragments(&spec, 96, fixture->pieces, PIECES_ROOM);
    assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
    assert_skipped(decode_piece(fixture, 1), SKIP_FRAGMENT);
    struct packet whole = decode_piece(fixture, 2);

    assert_segment_200(&whole, 3);
}

/* A snaplen of 64 cuts every piece: the first has the TCP header up to its options. */
static void test_decode_frame_fragments_cut_by_snaplen(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(4);
    struct packet packet = {0};

    frame_fragments(&spec, 96, fixture->pieces, PIECES_ROOM);
    for (size_t i = 0; i < 3; i++)
        packet = decoded_bytes(fixture->decoder, ETHERNET_DLT, fixture->pieces[i].bytes, 64,
                               fixture->pieces[i].len);
    assert_is_segment(packet);
    assert_int_equal(packet.tcp.seq, 7);
    assert_int_equal(packet.tcp.len, 200);
    assert_true(packet.tcp.opt.cut);
}

/* The first piece was captured without its TCP header: the datagram is whole, and of no use. */
static void test_decode_frame_fragments_without_header_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(4);

    frame_fragments(&spec, 96, fixture->pieces, PIECES_ROOM);
    decoded_bytes(fixture->decoder, ETHERNET_DLT, fixture->pieces[0].bytes, 14 + 20 + 10,
                  fixture->pieces[0].len);
    assert_skipped(decode_piece(fixture, 1), SKIP_FRAGMENT);
    assert_skipped(decode_piece(fixture, 2), SKIP_CUT);
}

/* The same with the first piece captured without any of it, and the rest of the header in others.
 */
static void test_decode_frame_fragments_without_first_bytes(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(4);
    size_t count = frame_fragments(&spec, 8, fixture->pieces, PIECES_ROOM);

    decoded_bytes(fixture->decoder, ETHERNET_DLT, fixture->pieces[0].bytes, 14 + 20,
                  fixture->pieces[0].len);
    for (size_t i = 1; i + 1 < count; i++)
        assert_skipped(decode_piece(fixture, i), SKIP_FRAGMENT);
    assert_skipped(decode_piece(fixture, count - 1), SKIP_CUT);
}

/* Every second piece of 300, then the others: more holes at one time than anyone keeps. Either
 * the segment is right in the end, or there is none. 63 datagrams under way before it put it at
 * the end of what is remembered, where a list that grows too long leaves its block. */
static void test_decode_frame_fragments_with_many_holes(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(4);
    size_t count;

    for (uint16_t id = 0; id < 63; id++) {
        spec.ip_id = id;
        frame_fragments(&spec, 96, fixture->pieces, 1);
        assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
    }
    spec.ip_id = 4711;
    spec.payload_len = 2400 - 32;
    count = frame_fragments(&spec, 8, fixture->pieces, PIECES_ROOM);
    assert_int_equal(count, 300);
    for (size_t first = 0; first < 2; first++) {
        for (size_t i = first; i < count; i += 2) {
            struct packet packet = decode_piece(fixture, i);

            if (packet.kind == PACKET_SEGMENT)
                assert_int_equal(packet.tcp.len, spec.payload_len);
            else
                assert_skipped(packet, SKIP_FRAGMENT);
        }
    }
}

/* Pieces of a UDP datagram. */
static void test_decode_frame_fragments_of_udp(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t datagram[100] = {0, 53, 0, 53, 0, 100};
    struct frame_spec spec = {
        .body = datagram, .body_len = sizeof(datagram), .protocol = FRAME_FORCE(17)};

    assert_int_equal(frame_fragments(&spec, 64, fixture->pieces, PIECES_ROOM), 2);
    assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
    assert_skipped(decode_piece(fixture, 1), SKIP_NOT_TCP);
}

/* An ICMP error that was fragmented itself. */
static void test_decode_frame_fragments_of_icmp(void **state)
{
    struct fixture *fixture = *state;
    const struct frame_spec quoted = {.seq = 7, .payload_len = 500};
    const struct frame_icmp icmp = {
        .type = 3, .code = 4, .rest = 1400, .quote = &quoted, .quote_len = FRAME_FORCE(500)};
    struct frame_spec spec = {.icmp = &icmp};

    assert_int_equal(frame_fragments(&spec, 256, fixture->pieces, PIECES_ROOM), 2);
    assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
    struct packet whole = decode_piece(fixture, 1);

    assert_is_icmp(whole);
    assert_int_equal(whole.icmp.mtu, 1400);
    assert_int_equal(whole.icmp.quoted_seq, 7);
}

/* --- tunnels -------------------------------------------------------------------------------- */

/* The UDP datagram of a VXLAN packet around segment_200(), of which `piece` fragments are made. */
static size_t vxlan_fragments(struct fixture *fixture, const struct frame_spec *inner, uint32_t id,
                              uint32_t piece)
{
    static struct built_frame whole;
    struct frame_spec spec = *inner;
    const struct frame_tunnel tunnel = {.kind = FRAME_VXLAN, .id = id};

    spec.link = FRAME_RAW;
    spec.tunnels = &tunnel;
    spec.tunnels_count = 1;
    frame_build(&spec, &whole);
    return frame_fragments(&(struct frame_spec){.body = whole.bytes + 20,
                                                .body_len = whole.len - 20,
                                                .ip_id = 99,
                                                .protocol = FRAME_FORCE(17)},
                           piece, fixture->pieces, PIECES_ROOM);
}

/* The outer packet was fragmented, into pieces large and small: one segment, with the sizes as if
 * it had been in one piece. */
static void test_decode_frame_fragments_of_tunnel(void **state)
{
    struct fixture *fixture = *state;

    for (uint32_t piece = 8; piece <= 256; piece *= 2) {
        struct frame_spec spec = segment_200(6);
        size_t count = vxlan_fragments(fixture, &spec, 42, piece);

        for (size_t i = 0; i + 1 < count; i++)
            assert_skipped(decode_piece(fixture, i), SKIP_FRAGMENT);
        struct packet whole = decode_piece(fixture, count - 1);

        assert_segment_200(&whole, (unsigned)count);
        assert_int_equal(whole.version, 6);
        assert_int_equal(whole.tunnel[0].id, 42);
        assert_int_equal(whole.inner_len, 40 + 32 + 200);
        assert_int_equal(whole.outer_len, whole.inner_len + 50);
    }
}

/* The inner packet was fragmented, and each of its pieces once more in the tunnel. The sizes are
 * those of the whole. */
static void test_decode_frame_fragments_of_fragments(void **state)
{
    struct fixture *fixture = *state;
    static struct built_frame whole;
    struct frame_spec spec = segment_200(4);
    const struct frame_tunnel tunnel = {.kind = FRAME_VXLAN, .id = 42};
    struct packet packet = {0};
    unsigned inner = 0;

    spec.link = FRAME_RAW;
    frame_build(&spec, &whole);
    for (uint32_t offset = 0; offset < 232; offset += 96, inner++) {
        bool more = offset + 96 < 232;
        struct frame_spec part = {.tunnels = &tunnel,
                                  .tunnels_count = 1,
                                  .ip_id = 4711,
                                  .more_fragments = more,
                                  .fragment_offset = (uint16_t)offset,
                                  .body = whole.bytes + 20 + offset,
                                  .body_len = more ? 96 : 232 - offset};
        size_t count = vxlan_fragments(fixture, &part, 42, 64);

        assert_in_range(count, 2, 3);
        for (size_t i = 0; i < count; i++) {
            if (packet.kind == PACKET_SEGMENT)
                fail();
            packet = decode_piece(fixture, i);
        }
    }
    assert_segment_200(&packet, inner);
    assert_int_equal(packet.tunnels, 1);
    assert_int_equal(packet.inner_len, 20 + 232);
    assert_int_equal(packet.outer_len, packet.inner_len + 50);
}

/* Two tunnels whose inner networks use the same addresses and, by chance, the same ID. */
static void test_decode_frame_fragments_in_two_tunnels(void **state)
{
    struct fixture *fixture = *state;
    struct frame_tunnel of_a = {.kind = FRAME_VXLAN, .id = 42}, of_b = of_a;
    struct frame_spec a = segment_200(4), b = a;

    of_b.id = 43;
    a.tunnels = &of_a;
    a.tunnels_count = 1;
    b = a;
    b.tunnels = &of_b;
    b.seq = 8;
    assert_kept_apart(fixture, &a, &b);
    b.tunnels_count = 0; /* and one in none */
    assert_kept_apart(fixture, &a, &b);
}

/* An IPv6 packet with a fragment header that is the whole datagram (RFC 6946). */
static void test_decode_frame_atomic_fragment(void **state)
{
    struct fixture *fixture = *state;
    struct frame_spec spec = segment_200(6);

    assert_int_equal(frame_fragments(&spec, 1024, fixture->pieces, PIECES_ROOM), 1);
    struct packet packet = decode_piece(fixture, 0);

    assert_segment_200(&packet, 0);
}

/* The last piece of the largest datagram there is, and one beyond the limit of 65535 bytes
 * ("ping of death"): nothing is whole, nothing breaks. */
static void test_decode_frame_fragment_at_the_end(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t body[1400] = {0};

    for (uint32_t len = 7; len <= sizeof(body); len += 199) {
        frame_build(
            &(struct frame_spec){.body = body, .body_len = len, .fragment_offset = 65528 & 0xffff},
            fixture->pieces);
        assert_skipped(decode_piece(fixture, 0), SKIP_FRAGMENT);
    }
}

/* A wire length near 4 GB in the capture's own record, IP length 0, more fragments to come. */
static void test_decode_frame_fragment_of_four_gigabytes(void **state)
{
    struct fixture *fixture = *state;
    const uint8_t body[64] = {0};
    const struct frame_spec spec = {.body = body,
                                    .body_len = sizeof(body),
                                    .ip_len = FRAME_FORCE(0),
                                    .more_fragments = true,
                                    .fragment_offset = 4096};

    frame_build(&spec, fixture->pieces);
    struct packet packet = decoded_bytes(fixture->decoder, ETHERNET_DLT, fixture->pieces->bytes,
                                         fixture->pieces->len, UINT32_MAX);

    assert_int_equal(packet.kind, PACKET_SKIPPED);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_every_order, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_of_eight_bytes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragment_twice, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragment_missing, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_of_two_ids, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_of_two_sources, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_of_two_destinations, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_of_two_protocols, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_on_two_interfaces, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragment_id_used_again, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_never_whole, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_cut_by_snaplen, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_without_header_bytes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_without_first_bytes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_with_many_holes, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_of_udp, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_of_icmp, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_of_tunnel, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_of_fragments, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragments_in_two_tunnels, set_up,
                                        tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_atomic_fragment, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragment_at_the_end, set_up, tear_down),
        cmocka_unit_test_setup_teardown(test_decode_frame_fragment_of_four_gigabytes, set_up,
                                        tear_down),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
