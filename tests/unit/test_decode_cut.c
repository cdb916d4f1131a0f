/* Frames that were cut short: at every length nothing is read past the end (the bytes lie in a
 * block of exactly that size), and what is told is true. */
#include "packet/decoding.h"
#include "packet/gallery.h"
#include "unit/unit.h"

/* How many bytes it takes to tell the ports, numbers, flags and window of a segment. */
static uint32_t bytes_to_window(const struct frame_spec *spec, const struct built_frame *frame)
{
    uint32_t padded = spec->pad ? frame->len - (14 + 40 + spec->payload_len) : 0;

    return frame->len - padded - spec->payload_len - (20 + (uint32_t)spec->options_len) + 16;
}

static void assert_same_segment(const struct packet *cut, const struct packet *whole)
{
    assert_int_equal(cut->version, whole->version);
    assert_int_equal(cut->ttl, whole->ttl);
    assert_int_equal(cut->ip_id, whole->ip_id);
    assert_int_equal(cut->vlan[0], whole->vlan[0]);
    assert_int_equal(cut->vlan[1], whole->vlan[1]);
    assert_int_equal(cut->ifindex, whole->ifindex);
    assert_int_equal(cut->inner_len, whole->inner_len);
    assert_int_equal(cut->outer_len, whole->outer_len);
    assert_int_equal(cut->tunnels, whole->tunnels);
    assert_memory_equal(cut->tunnel, whole->tunnel, sizeof(cut->tunnel));
    assert_memory_equal(&cut->tcp.src.addr, &whole->tcp.src.addr, sizeof(struct address));
    assert_memory_equal(&cut->tcp.dst.addr, &whole->tcp.dst.addr, sizeof(struct address));
    assert_int_equal(cut->tcp.src.port, whole->tcp.src.port);
    assert_int_equal(cut->tcp.dst.port, whole->tcp.dst.port);
    assert_int_equal(cut->tcp.seq, whole->tcp.seq);
    assert_int_equal(cut->tcp.ack, whole->tcp.ack);
    assert_int_equal(cut->tcp.len, whole->tcp.len);
    assert_int_equal(cut->tcp.win, whole->tcp.win);
    assert_int_equal(cut->tcp.flags, whole->tcp.flags);
}

/* Every segment of the gallery, cut by a snaplen of every size: a segment from the moment on
 * that its window is there, with nothing wrong in it, and "cut" before that. */
static void test_decode_frame_segment_cut_at_every_length(void **state)
{
    static struct built_frame frame;

    (void)state;
    for (size_t i = 0; i < gallery_size; i++) {
        const struct frame_spec *spec = &gallery[i].spec;
        int dlt = frame_dlt(spec->link);
        struct packet whole = decoded(spec);

        if (spec->icmp)
            continue;
        frame_build(spec, &frame);
        assert_is_segment(whole);
        for (uint32_t captured = 0; captured <= frame.len; captured++) {
            struct packet cut = decoded_bytes(NULL, dlt, frame.bytes, captured, frame.len);

            if (captured < bytes_to_window(spec, &frame)) {
                assert_skipped(cut, SKIP_CUT);
                continue;
            }
            assert_is_segment(cut);
            assert_same_segment(&cut, &whole);
            assert_false(cut.tcp.opt.malformed);
            if (!cut.tcp.opt.cut)
                assert_memory_equal(&cut.tcp.opt, &whole.tcp.opt, sizeof(cut.tcp.opt));
        }
    }
}

/* ICMP errors cut by a snaplen of every size: what is quoted is right or is not there. */
static void test_decode_frame_icmp_cut_at_every_length(void **state)
{
    static struct built_frame frame;
    unsigned errors = 0;

    (void)state;
    for (size_t i = 0; i < gallery_size; i++) {
        const struct frame_spec *spec = &gallery[i].spec;
        struct packet whole = decoded(spec);

        if (!spec->icmp)
            continue;
        frame_build(spec, &frame);
        assert_is_icmp(whole);
        errors++;
        for (uint32_t captured = 0; captured <= frame.len; captured++) {
            struct packet cut =
                decoded_bytes(NULL, frame_dlt(spec->link), frame.bytes, captured, frame.len);

            if (cut.kind == PACKET_SKIPPED) {
                assert_skipped(cut, SKIP_CUT);
                continue;
            }
            assert_is_icmp(cut);
            assert_int_equal(cut.icmp.type, whole.icmp.type);
            assert_int_equal(cut.icmp.code, whole.icmp.code);
            assert_int_equal(cut.icmp.mtu, whole.icmp.mtu);
            assert_true(!cut.icmp.quoted_tunnel || whole.icmp.quoted_tunnel);
            if (cut.icmp.quotes_tcp) {
                assert_int_equal(cut.icmp.quoted_src.port, whole.icmp.quoted_src.port);
                assert_int_equal(cut.icmp.quoted_dst.port, whole.icmp.quoted_dst.port);
            }
            if (cut.icmp.has_quoted_seq)
                assert_int_equal(cut.icmp.quoted_seq, 77);
        }
    }
    assert_int_equal(errors, 5);
}

/* Frames that were that short on the wire too, as only a forger sends them: never a length that
 * was not there. */
static void test_decode_frame_short_at_every_length(void **state)
{
    static struct built_frame frame;

    (void)state;
    for (size_t i = 0; i < gallery_size; i++) {
        const struct frame_spec *spec = &gallery[i].spec;

        frame_build(spec, &frame);
        for (uint32_t len = 0; len <= frame.len; len++) {
            struct packet packet =
                decoded_bytes(NULL, frame_dlt(spec->link), frame.bytes, len, len);

            if (packet.kind == PACKET_SEGMENT)
                assert_in_range(packet.tcp.len, 0, len);
        }
    }
}

/* The record of a capture says that fewer bytes were sent than it holds: tcpdump never writes
 * that. What it holds is taken to have been sent. */
static void test_decode_frame_sent_below_captured(void **state)
{
    static struct built_frame frame;

    (void)state;
    frame_build(&(struct frame_spec){.payload_len = 100, .seq = 7}, &frame);
    for (uint32_t sent = 0; sent <= frame.len; sent++) {
        struct packet packet = decoded_bytes(NULL, 1, frame.bytes, frame.len, sent);

        assert_is_segment(packet);
        assert_int_equal(packet.tcp.seq, 7);
        assert_int_equal(packet.tcp.len, 100);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_frame_segment_cut_at_every_length),
        cmocka_unit_test(test_decode_frame_icmp_cut_at_every_length),
        cmocka_unit_test(test_decode_frame_short_at_every_length),
        cmocka_unit_test(test_decode_frame_sent_below_captured),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
