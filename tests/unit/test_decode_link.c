/* Link layers: whatever carries it, the segment inside is the same. */
#include "packet/decoding.h"
#include "unit/unit.h"

#include <string.h>

/* The same SYN in every link layer, IPv4 and IPv6. */
static void test_decode_frame_every_link_type(void **state)
{
    (void)state;
    for (int link = 0; link < FRAME_LINKS; link++) {
        for (uint8_t version = 4; version <= 6; version = (uint8_t)(version + 2)) {
            struct frame_spec spec = frame_syn;
            struct packet packet;

            spec.link = (enum frame_link)link;
            spec.version = version;
            spec.payload_len = 9;
            packet = decoded(&spec);
            assert_is_segment(packet);
            assert_int_equal(packet.version, version);
            assert_int_equal(packet.tcp.src.port, 40000);
            assert_int_equal(packet.tcp.dst.port, 80);
            assert_int_equal(packet.tcp.seq, 1000);
            assert_int_equal(packet.tcp.flags, FRAME_SYN);
            assert_int_equal(packet.tcp.len, 9);
            assert_int_equal(packet.tcp.opt.mss, 1460);
            assert_int_equal(packet.vlan[0], 0);
            assert_int_equal(packet.ifindex, 0);
        }
    }
}

/* Ethernet, one 802.1Q tag: VLAN 5, and priority bits that are no part of the number. */
static void test_decode_frame_one_vlan_tag(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){.vlan = {0xe005}, .seq = 7});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.vlan[0], 5);
    assert_int_equal(packet.vlan[1], 0);
    assert_int_equal(packet.tcp.seq, 7);
}

/* Ethernet, two tags, the outer one of each type that is in use for it. */
static void test_decode_frame_two_vlan_tags(void **state)
{
    static const uint16_t outer_types[] = {0x8100, 0x88a8, 0x9100};

    (void)state;
    for (size_t i = 0; i < COUNT(outer_types); i++) {
        struct packet packet = decoded(&(struct frame_spec){
            .vlan = {100, 4094},
              .vlan_type = outer_types[i], .version = 6, .seq = 7
        });

        assert_is_segment(packet);
        assert_int_equal(packet.vlan[0], 100);
        assert_int_equal(packet.vlan[1], 4094);
        assert_int_equal(packet.tcp.seq, 7);
    }
}

/* Three tags: the outer two are kept, the segment is found. */
static void test_decode_frame_three_vlan_tags(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){
        .vlan = {1, 2, 3},
          .seq = 7
    });

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.vlan[0], 1);
    assert_int_equal(packet.vlan[1], 2);
    assert_int_equal(packet.tcp.seq, 7);
}

/* A tag in the two cooked formats. */
static void test_decode_frame_vlan_tag_in_cooked_capture(void **state)
{
    (void)state;
    for (int link = FRAME_SLL; link <= FRAME_SLL2; link++) {
        struct packet packet =
            decoded(&(struct frame_spec){.link = (enum frame_link)link, .vlan = {5}, .seq = 7});

        assert_is_segment(packet);
        assert_int_equal(packet.vlan[0], 5);
        assert_int_equal(packet.tcp.seq, 7);
    }
}

/* Nothing but tags up to the end of the frame. */
static void test_decode_frame_tags_without_end(void **state)
{
    uint8_t bytes[12 + 400] = {2};

    (void)state;
    for (size_t at = 12; at < sizeof(bytes); at += 4)
        memcpy(bytes + at, (const uint8_t[]){0x81, 0x00, 0x00, 0x05}, 4);
    assert_int_equal(decoded_bytes(NULL, 1, bytes, sizeof(bytes), sizeof(bytes)).kind,
                     PACKET_SKIPPED);
}

/* `-i any` in SLL2: the interface that each packet was seen on. */
static void test_decode_frame_interface_index(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){.link = FRAME_SLL2, .ifindex = 0x01020304});

    (void)state;
    assert_is_segment(packet);
    assert_int_equal(packet.ifindex, 0x01020304);
}

/* BSD loopback: IPv6 has another address family number on each system. */
static void test_decode_frame_loopback_families(void **state)
{
    static const uint32_t ipv6_families[] = {10, 24, 28, 30};

    (void)state;
    for (size_t i = 0; i < COUNT(ipv6_families); i++) {
        for (int link = FRAME_NULL; link <= FRAME_LOOP; link++) {
            struct packet packet =
                decoded(&(struct frame_spec){.link = (enum frame_link)link,
                                             .version = 6,
                                             .ethertype = FRAME_FORCE(ipv6_families[i])});

            assert_is_segment(packet);
            assert_int_equal(packet.version, 6);
        }
    }
}

/* BSD loopback with AppleTalk (16) in it. */
static void test_decode_frame_loopback_other_family(void **state)
{
    struct packet packet =
        decoded(&(struct frame_spec){.link = FRAME_NULL, .ethertype = FRAME_FORCE(16)});

    (void)state;
    assert_skipped(packet, SKIP_NOT_IP);
}

/* ARP, LLDP, MACsec and PPPoE's discovery by their EtherTypes. */
static void test_decode_frame_not_ip(void **state)
{
    static const uint32_t types[] = {0x0806, 0x88cc, 0x88e5, 0x8863};

    (void)state;
    for (size_t i = 0; i < COUNT(types); i++) {
        for (int link = FRAME_ETHERNET; link <= FRAME_SLL2; link++) {
            struct packet packet = decoded(&(struct frame_spec){
                .link = (enum frame_link)link, .ethertype = FRAME_FORCE(types[i])});

            assert_skipped(packet, SKIP_NOT_IP);
        }
    }
}

/* A spanning tree frame: IEEE 802.3 length instead of a type, LLC 42 42 03. */
static void test_decode_frame_spanning_tree(void **state)
{
    uint8_t bytes[60] = {
        0x01, 0x80, 0xc2, 0, 0, 0, 2, 0, 0, 0, 0, 1, 0x00, 0x26, 0x42, 0x42, 0x03,
    };

    (void)state;
    assert_skipped(decoded_bytes(NULL, 1, bytes, sizeof(bytes), sizeof(bytes)), SKIP_NOT_IP);
}

/* IPv4 in IEEE 802.3 with LLC and SNAP (RFC 1042). */
static void test_decode_frame_snap(void **state)
{
    static const uint8_t snap[] = {0xaa, 0xaa, 0x03, 0, 0, 0, 0x08, 0x00};
    static struct built_frame inner;
    uint8_t bytes[200] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};
    uint32_t size;

    (void)state;
    frame_build(&(struct frame_spec){.link = FRAME_RAW, .seq = 7}, &inner);
    size = (uint32_t)sizeof(snap) + inner.len;
    bytes[13] = (uint8_t)size;
    memcpy(bytes + 14, snap, sizeof(snap));
    memcpy(bytes + 14 + sizeof(snap), inner.bytes, inner.len);
    struct packet packet = decoded_bytes(NULL, 1, bytes, 14 + size, 14 + size);

    assert_is_segment(packet);
    assert_int_equal(packet.tcp.seq, 7);
}

/* IEEE 802.11 and USB: link types that have no meaning here. */
static void test_decode_frame_unknown_link_type(void **state)
{
    uint8_t bytes[100] = {0};

    (void)state;
    assert_skipped(decoded_bytes(NULL, 105, bytes, sizeof(bytes), sizeof(bytes)), SKIP_LINKTYPE);
    assert_skipped(decoded_bytes(NULL, 249, bytes, sizeof(bytes), sizeof(bytes)), SKIP_LINKTYPE);
    assert_skipped(decoded_bytes(NULL, -1, bytes, sizeof(bytes), sizeof(bytes)), SKIP_LINKTYPE);
}

/* Every reason has a name for people, and no two have the same. */
static void test_skip_reason_name_all(void **state)
{
    (void)state;
    for (int reason = SKIP_NONE; reason < SKIP_REASONS; reason++) {
        assert_non_null(skip_reason_name((enum skip_reason)reason));
        for (int other = SKIP_NONE; other < reason; other++)
            assert_string_not_equal(skip_reason_name((enum skip_reason)reason),
                                    skip_reason_name((enum skip_reason)other));
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_frame_every_link_type),
        cmocka_unit_test(test_decode_frame_one_vlan_tag),
        cmocka_unit_test(test_decode_frame_two_vlan_tags),
        cmocka_unit_test(test_decode_frame_three_vlan_tags),
        cmocka_unit_test(test_decode_frame_vlan_tag_in_cooked_capture),
        cmocka_unit_test(test_decode_frame_tags_without_end),
        cmocka_unit_test(test_decode_frame_interface_index),
        cmocka_unit_test(test_decode_frame_loopback_families),
        cmocka_unit_test(test_decode_frame_loopback_other_family),
        cmocka_unit_test(test_decode_frame_not_ip),
        cmocka_unit_test(test_decode_frame_spanning_tree),
        cmocka_unit_test(test_decode_frame_snap),
        cmocka_unit_test(test_decode_frame_unknown_link_type),
        cmocka_unit_test(test_skip_reason_name_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
