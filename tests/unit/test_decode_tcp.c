/* The TCP header and its options, the broken ones included. */
#include "packet/decoding.h"
#include "unit/unit.h"

/* Every field of the header at the edge of its range. */
static void test_decode_frame_tcp_fields(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){.sport = 65535,
                                                        .dport = 1,
                                                        .seq = 0xffffffff,
                                                        .ack = 0x80000001,
                                                        .window = FRAME_FORCE(65535),
                                                        .payload_len = 3});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.tcp.src.port, 65535);
    assert_int_equal(packet.tcp.dst.port, 1);
    assert_int_equal(packet.tcp.seq, 0xffffffff);
    assert_int_equal(packet.tcp.ack, 0x80000001);
    assert_int_equal(packet.tcp.win, 65535);
    assert_int_equal(packet.tcp.len, 3);
    packet = decoded(&(struct frame_spec){.window = FRAME_FORCE(0)});
    assert_int_equal(packet.tcp.win, 0);
}

/* Each of the 256 combinations of flags, the impossible ones (SYN with FIN, none) included. */
static void test_decode_frame_tcp_flags(void **state)
{
    (void)state;
    for (uint16_t flags = 0; flags < 256; flags++) {
        struct packet packet =
            decoded(&(struct frame_spec){.flags = flags ? flags : (uint16_t)FRAME_NO_FLAGS});

        assert_is_segment(packet);
        assert_int_equal(packet.tcp.flags, flags);
    }
}

/* The payload as it lies in the frame: what was captured of it, and no padding behind it. */
static void test_decode_frame_tcp_payload(void **state)
{
    static struct built_frame frame;
    struct decoder *decoder = decoder_new();
    struct packet packet;

    (void)state;
    frame_build(&(struct frame_spec){.payload_len = 3, .pad = true}, &frame);
    decode_frame(decoder, 1, frame.bytes, frame.len, frame.len, &packet);
    assert_int_equal(packet.tcp.payload_captured, 3);
    assert_memory_equal(packet.tcp.payload, "abc", 3);

    frame_build(&(struct frame_spec){.payload_len = 100}, &frame);
    for (uint32_t captured = 14 + 20 + 20; captured <= frame.len; captured++) {
        decode_frame(decoder, 1, frame.bytes, captured, frame.len, &packet);
        assert_is_segment(packet);
        assert_int_equal(packet.tcp.len, 100);
        assert_int_equal(packet.tcp.payload_captured, captured - (14 + 20 + 20));
        if (packet.tcp.payload_captured > 0)
            assert_ptr_equal(packet.tcp.payload, frame.bytes + 14 + 20 + 20);
    }
    decoder_free(decoder);
}

/* A wrong checksum, as checksum offload leaves it: what the segment says counts all the same. */
static void test_decode_frame_tcp_checksum_wrong(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){.bad_checksum = true, .seq = 7});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.tcp.seq, 7);
}

/* Header lengths below 20 bytes, and one of 60 in a segment of 20. */
static void test_decode_frame_tcp_header_length_wrong(void **state)
{
    (void)state;
    for (uint32_t words = 0; words < 5; words++)
        assert_skipped(
            decoded(&(struct frame_spec){.data_offset = FRAME_FORCE(words), .payload_len = 100}),
            SKIP_MALFORMED);
    assert_skipped(decoded(&(struct frame_spec){.data_offset = FRAME_FORCE(15)}), SKIP_MALFORMED);
}

/* The header length alone says where data begins. */
static void test_decode_frame_tcp_header_longer_than_options(void **state)
{
    struct packet packet =
        decoded(&(struct frame_spec){.data_offset = FRAME_FORCE(10), .payload_len = 100});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.tcp.len, 80);
}

static struct tcp_options options_of(const uint8_t *bytes, uint8_t size)
{
    struct packet packet = decoded(&(struct frame_spec){
        .flags = FRAME_SYN, .options = bytes, .options_len = size, .payload_len = 5});

    assert_is_segment(packet);
    assert_int_equal(packet.tcp.len, 5);
    return packet.tcp.opt;
}

#define OPTIONS(...)                                                                               \
    options_of((const uint8_t[]){__VA_ARGS__}, sizeof((const uint8_t[]){__VA_ARGS__}))

static void assert_none_known(const struct tcp_options *opt)
{
    assert_false(opt->has_mss);
    assert_false(opt->has_wscale);
    assert_false(opt->has_sack_permitted);
    assert_false(opt->has_timestamps);
    assert_false(opt->has_fast_open);
    assert_int_equal(opt->sack_blocks, 0);
}

static void assert_sound(const struct tcp_options *opt)
{
    assert_false(opt->cut);
    assert_false(opt->malformed);
}

/* A segment without options. */
static void test_options_none(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){.seq = 7});

    (void)state;
    assert_none_known(&packet.tcp.opt);
    assert_sound(&packet.tcp.opt);
}

/* The SYN of Linux: MSS, SACK permitted, timestamps, no-operation, window scale. */
static void test_options_of_a_syn(void **state)
{
    struct tcp_options opt =
        OPTIONS(FRAME_MSS(1460), FRAME_SACK_PERMITTED, FRAME_TIMESTAMPS(0xfedcba98, 0x01234567),
                FRAME_NOP, FRAME_WSCALE(14));

    (void)state;
    assert_sound(&opt);
    assert_true(opt.has_mss);
    assert_int_equal(opt.mss, 1460);
    assert_true(opt.has_sack_permitted);
    assert_true(opt.has_timestamps);
    assert_int_equal(opt.tsval, 0xfedcba98);
    assert_int_equal(opt.tsecr, 0x01234567);
    assert_true(opt.has_wscale);
    assert_int_equal(opt.wscale, 14);
    assert_false(opt.has_fast_open);
}

/* Each option alone sets nothing but its own. */
static void test_options_each_alone(void **state)
{
    struct tcp_options opt = OPTIONS(FRAME_MSS(536));

    (void)state;
    assert_true(opt.has_mss);
    opt.has_mss = false;
    assert_none_known(&opt);

    opt = OPTIONS(FRAME_WSCALE(0));
    assert_true(opt.has_wscale);
    assert_int_equal(opt.wscale, 0);
    opt.has_wscale = false;
    assert_none_known(&opt);

    opt = OPTIONS(FRAME_SACK_PERMITTED);
    assert_true(opt.has_sack_permitted);
    opt.has_sack_permitted = false;
    assert_none_known(&opt);

    opt = OPTIONS(FRAME_TIMESTAMPS(0, 0));
    assert_true(opt.has_timestamps);
    opt.has_timestamps = false;
    assert_none_known(&opt);

    opt = OPTIONS(FRAME_FAST_OPEN);
    assert_true(opt.has_fast_open);
    opt.has_fast_open = false;
    assert_none_known(&opt);
}

/* Acknowledged blocks: one to four. */
static void test_options_sack_blocks(void **state)
{
    static const uint8_t four[] = {5,
                                   34,
                                   FRAME_BE32(100),
                                   FRAME_BE32(200),
                                   FRAME_BE32(300),
                                   FRAME_BE32(400),
                                   FRAME_BE32(500),
                                   FRAME_BE32(600),
                                   FRAME_BE32(0xfffffff0),
                                   FRAME_BE32(16)};

    (void)state;
    for (uint8_t blocks = 1; blocks <= 4; blocks++) {
        uint8_t bytes[34];
        struct tcp_options opt;

        for (size_t i = 0; i < sizeof(bytes); i++)
            bytes[i] = four[i];
        bytes[1] = (uint8_t)(2 + 8 * blocks);
        opt = options_of(bytes, bytes[1]);
        assert_sound(&opt);
        assert_int_equal(opt.sack_blocks, blocks);
        for (uint8_t i = 0; i < blocks && i < 3; i++) {
            assert_int_equal(opt.sack[i].left, 100 + 200 * i);
            assert_int_equal(opt.sack[i].right, 200 + 200 * i);
        }
        if (blocks == 4) {
            assert_int_equal(opt.sack[3].left, 0xfffffff0);
            assert_int_equal(opt.sack[3].right, 16);
        }
    }
}

/* Two SACK options of three blocks each would not fit into the header, but two of two do: no
 * more than four blocks are ever counted. */
static void test_options_sack_twice(void **state)
{
    struct tcp_options opt =
        OPTIONS(5, 18, FRAME_BE32(1), FRAME_BE32(2), FRAME_BE32(3), FRAME_BE32(4), 5, 18,
                FRAME_BE32(5), FRAME_BE32(6), FRAME_BE32(7), FRAME_BE32(8));

    (void)state;
    assert_int_equal(opt.sack_blocks, 4);
    assert_int_equal(opt.sack[3].right, 8);
}

/* Fast Open with cookies of 0, 8 and 16 bytes, and under its experimental number (RFC 7413). */
static void test_options_fast_open(void **state)
{
    struct tcp_options opt = OPTIONS(34, 10, 1, 2, 3, 4, 5, 6, 7, 8);

    (void)state;
    assert_true(opt.has_fast_open);
    assert_sound(&opt);
    opt = OPTIONS(34, 18, 1, 2, 3, 4, 5, 6, 7, 8, 1, 2, 3, 4, 5, 6, 7, 8, FRAME_MSS(1000));
    assert_true(opt.has_fast_open);
    assert_int_equal(opt.mss, 1000);
    opt = OPTIONS(254, 12, 0xf9, 0x89, 1, 2, 3, 4, 5, 6, 7, 8);
    assert_true(opt.has_fast_open);
    opt = OPTIONS(254, 12, 0xf9, 0x88, 1, 2, 3, 4, 5, 6, 7, 8);
    assert_false(opt.has_fast_open);
    opt = OPTIONS(254, 3, 0xf9);
    assert_false(opt.has_fast_open);
}

/* Options that are not ours (MD5 19, Multipath TCP 30, an unassigned one) are stepped over. */
static void test_options_unknown(void **state)
{
    struct tcp_options opt = OPTIONS(19, 18, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0,
                                     FRAME_MSS(1), 200, 2, FRAME_WSCALE(2));

    (void)state;
    assert_sound(&opt);
    assert_int_equal(opt.mss, 1);
    assert_int_equal(opt.wscale, 2);
    opt = OPTIONS(30, 12, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, FRAME_MSS(2));
    assert_int_equal(opt.mss, 2);
}

/* Nothing counts after the end of the list. */
static void test_options_after_end(void **state)
{
    struct tcp_options opt = OPTIONS(FRAME_WSCALE(3), FRAME_EOL, FRAME_MSS(1460));

    (void)state;
    assert_sound(&opt);
    assert_true(opt.has_wscale);
    assert_false(opt.has_mss);
}

/* Forty no-operations. */
static void test_options_only_padding(void **state)
{
    struct tcp_options opt = OPTIONS(1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1,
                                     1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1, 1);

    (void)state;
    assert_sound(&opt);
    assert_none_known(&opt);
}

/* Lengths 0 and 1 would never get past themselves. What came before them counts. */
static void test_options_length_below_two(void **state)
{
    (void)state;
    for (uint8_t len = 0; len < 2; len++) {
        struct tcp_options opt = OPTIONS(FRAME_MSS(1460), 8, len, 0, 0);

        assert_true(opt.malformed);
        assert_false(opt.cut);
        assert_true(opt.has_mss);
        assert_false(opt.has_timestamps);
    }
}

/* Lengths that end beyond the header, by one byte and more: timestamps in the last four bytes. */
static void test_options_length_beyond_header(void **state)
{
    (void)state;
    for (uint8_t len = 5; len <= 10; len++) {
        struct tcp_options opt = OPTIONS(FRAME_MSS(1460), 8, len, 1, 2);

        assert_true(opt.malformed);
        assert_false(opt.cut);
        assert_true(opt.has_mss);
        assert_false(opt.has_timestamps);
    }
}

/* The last byte of the header is a kind that wants a length. */
static void test_options_length_missing(void **state)
{
    struct tcp_options opt = OPTIONS(FRAME_NOP, FRAME_NOP, FRAME_NOP, 2);

    (void)state;
    assert_true(opt.malformed);
    assert_false(opt.has_mss);
}

/* Known kinds with a length that is not theirs. They are passed over, the next one counts. */
static void test_options_known_kind_of_other_length(void **state)
{
    struct tcp_options opt = OPTIONS(2, 3, 5, FRAME_WSCALE(1));

    (void)state;
    assert_false(opt.has_mss);
    assert_int_equal(opt.wscale, 1);
    opt = OPTIONS(2, 6, 5, 5, 5, 5, FRAME_WSCALE(2));
    assert_false(opt.has_mss);
    assert_int_equal(opt.wscale, 2);
    opt = OPTIONS(3, 2, 3, 4, 9, 9, FRAME_MSS(7));
    assert_false(opt.has_wscale);
    assert_int_equal(opt.mss, 7);
    opt = OPTIONS(4, 3, 0, FRAME_MSS(8));
    assert_false(opt.has_sack_permitted);
    assert_int_equal(opt.mss, 8);
    opt = OPTIONS(8, 6, 1, 2, 3, 4, FRAME_MSS(9));
    assert_false(opt.has_timestamps);
    assert_int_equal(opt.mss, 9);
    opt = OPTIONS(5, 2, FRAME_MSS(10));
    assert_int_equal(opt.sack_blocks, 0);
    assert_int_equal(opt.mss, 10);
    opt = OPTIONS(5, 9, 1, 2, 3, 4, 5, 6, 7, FRAME_MSS(11));
    assert_int_equal(opt.sack_blocks, 0);
    assert_int_equal(opt.mss, 11);
}

/* The capture ends inside of the options: at each byte, what is whole before it counts. */
static void test_options_cut(void **state)
{
    static struct built_frame frame;
    const uint32_t options_at = 14 + 20 + 20;

    (void)state;
    frame_build(
        &(struct frame_spec){FRAME_OPTIONS(FRAME_MSS(1460), FRAME_TIMESTAMPS(1, 2), FRAME_NOP,
                                           FRAME_WSCALE(7), FRAME_NOP, FRAME_NOP),
                             .payload_len = 5},
        &frame);
    for (uint32_t cut = 0; cut <= 20; cut++) {
        struct packet packet = decoded_bytes(NULL, 1, frame.bytes, options_at + cut, frame.len);

        assert_is_segment(packet);
        assert_int_equal(packet.tcp.len, 5);
        assert_false(packet.tcp.opt.malformed);
        assert_int_equal(packet.tcp.opt.has_mss, cut >= 4);
        assert_int_equal(packet.tcp.opt.has_timestamps, cut >= 14);
        assert_int_equal(packet.tcp.opt.has_wscale, cut >= 18);
        assert_int_equal(packet.tcp.opt.cut, cut < 20);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_frame_tcp_fields),
        cmocka_unit_test(test_decode_frame_tcp_flags),
        cmocka_unit_test(test_decode_frame_tcp_payload),
        cmocka_unit_test(test_decode_frame_tcp_checksum_wrong),
        cmocka_unit_test(test_decode_frame_tcp_header_length_wrong),
        cmocka_unit_test(test_decode_frame_tcp_header_longer_than_options),
        cmocka_unit_test(test_options_none),
        cmocka_unit_test(test_options_of_a_syn),
        cmocka_unit_test(test_options_each_alone),
        cmocka_unit_test(test_options_sack_blocks),
        cmocka_unit_test(test_options_sack_twice),
        cmocka_unit_test(test_options_fast_open),
        cmocka_unit_test(test_options_unknown),
        cmocka_unit_test(test_options_after_end),
        cmocka_unit_test(test_options_only_padding),
        cmocka_unit_test(test_options_length_below_two),
        cmocka_unit_test(test_options_length_beyond_header),
        cmocka_unit_test(test_options_length_missing),
        cmocka_unit_test(test_options_known_kind_of_other_length),
        cmocka_unit_test(test_options_cut),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
