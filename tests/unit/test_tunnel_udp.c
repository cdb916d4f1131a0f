/* Tunnels in UDP: on which ports they are looked for, and that what else is sent there is left
 * alone. */
#include "packet/decoding.h"
#include "unit/unit.h"

#include <stdio.h>
#include <string.h>

/* --- which ports ---------------------------------------------------------------------------- */

static const struct {
    uint16_t port;
    enum frame_tunnel_kind kind;
    enum tunnel_kind expected;
} by_default[] = {
    {4789, FRAME_VXLAN,  TUNNEL_VXLAN },
    {8472, FRAME_VXLAN,  TUNNEL_VXLAN },
    {6081, FRAME_GENEVE, TUNNEL_GENEVE},
    {6080, FRAME_GUE,    TUNNEL_GUE   },
    {6080, FRAME_GUE1,   TUNNEL_GUE   },
    {2152, FRAME_GTPU,   TUNNEL_GTPU  },
};

/* By a decoder that was told `map`, or nothing. */
static struct packet decoded_with(const struct tunnel_map *map, enum frame_tunnel_kind kind,
                                  uint16_t port)
{
    static struct built_frame frame;
    const struct frame_tunnel tunnel = {.kind = kind, .id = 42, .port = port};
    struct decoder *decoder = decoder_new();
    struct packet packet;

    decoder_set_tunnels(decoder, map);
    frame_build(&(struct frame_spec){.tunnels = &tunnel, .tunnels_count = 1, .seq = 7}, &frame);
    packet = decoded_frame(decoder, 1, &frame);
    decoder_free(decoder);
    return packet;
}

static void test_decode_frame_tunnel_ports(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(by_default); i++) {
        struct packet packet = decoded_with(NULL, by_default[i].kind, by_default[i].port);

        assert_is_segment(packet);
        assert_int_equal(packet.tunnels, 1);
        assert_int_equal(packet.tunnel[0].kind, by_default[i].expected);
        assert_skipped(decoded_with(NULL, by_default[i].kind, 5000), SKIP_NOT_TCP);
    }
    assert_skipped(decoded_with(NULL, FRAME_FOU, 5555), SKIP_NOT_TCP);
}

/* Every kind on a port that the user named; a default port that the user gives to another kind. */
static void test_decode_frame_tunnel_ports_of_the_user(void **state)
{
    struct tunnel_map map = {0};
    struct error err;

    (void)state;
    assert_int_equal(tunnel_map_add(&map, "udp/5001=vxlan", &err), STATUS_OK);
    assert_int_equal(tunnel_map_add(&map, "udp/5002=geneve", &err), STATUS_OK);
    assert_int_equal(tunnel_map_add(&map, "udp/5003=gue", &err), STATUS_OK);
    assert_int_equal(tunnel_map_add(&map, "udp/5004=fou", &err), STATUS_OK);
    assert_int_equal(tunnel_map_add(&map, "udp/5005=gtpu", &err), STATUS_OK);
    assert_int_equal(tunnel_map_add(&map, "udp/8472=gue", &err), STATUS_OK);
    assert_is_segment(decoded_with(&map, FRAME_VXLAN, 5001));
    assert_is_segment(decoded_with(&map, FRAME_GENEVE, 5002));
    assert_is_segment(decoded_with(&map, FRAME_GUE, 5003));
    assert_is_segment(decoded_with(&map, FRAME_FOU, 5004));
    assert_is_segment(decoded_with(&map, FRAME_GTPU, 5005));
    assert_is_segment(decoded_with(&map, FRAME_GUE, 8472));
    assert_skipped(decoded_with(&map, FRAME_VXLAN, 8472), SKIP_NOT_TCP);
    assert_is_segment(decoded_with(&map, FRAME_VXLAN, 4789));
}

static void test_tunnel_map_add_good(void **state)
{
    struct tunnel_map map = {0};
    struct error err;

    (void)state;
    assert_int_equal(tunnel_map_find(&map, 5501), TUNNEL_NONE);
    assert_int_equal(tunnel_map_add(&map, "udp/5501=gue", &err), STATUS_OK);
    assert_int_equal(tunnel_map_find(&map, 5501), TUNNEL_GUE);
    assert_int_equal(tunnel_map_add(&map, "udp/5501=fou", &err), STATUS_OK); /* changed my mind */
    assert_int_equal(tunnel_map_find(&map, 5501), TUNNEL_FOU);
    assert_int_equal(map.count, 1);
    assert_int_equal(tunnel_map_add(&map, "udp/1=vxlan", &err), STATUS_OK);
    assert_int_equal(tunnel_map_add(&map, "udp/65535=gtpu", &err), STATUS_OK);
    assert_int_equal(tunnel_map_find(&map, 1), TUNNEL_VXLAN);
    assert_int_equal(tunnel_map_find(&map, 65535), TUNNEL_GTPU);
    assert_int_equal(tunnel_map_find(&map, 6081), TUNNEL_GENEVE);
}

static void test_tunnel_map_add_bad(void **state)
{
    static const struct {
        const char *text, *reason;
    } cases[] = {
        {"",                   "a tunnel is written"},
        {"5501=gue",           "a tunnel is written"},
        {"tcp/5501=gue",       "a tunnel is written"},
        {"udp/5501",           "a tunnel is written"},
        {"udp/=gue",           "from 1 to 65535"    },
        {"udp/0=gue",          "from 1 to 65535"    },
        {"udp/65536=gue",      "from 1 to 65535"    },
        {"udp/4294967297=gue", "from 1 to 65535"    },
        {"udp/-1=gue",         "from 1 to 65535"    },
        {"udp/ 1=gue",         "from 1 to 65535"    },
        {"udp/55x1=gue",       "from 1 to 65535"    },
        {"udp/5501=",          "no tunnel ''"       },
        {"udp/5501=GUE",       "no tunnel 'GUE'"    },
        {"udp/5501=guess",     "no tunnel 'guess'"  },
        {"udp/5501=ipip",      "no tunnel 'ipip'"   },
    };

    (void)state;
    for (size_t i = 0; i < COUNT(cases); i++) {
        struct tunnel_map map = {0};
        struct error err = {""};

        assert_int_equal(tunnel_map_add(&map, cases[i].text, &err), STATUS_USAGE);
        assert_int_equal(map.count, 0);
        assert_memory_equal(err.text, cases[i].text, strlen(cases[i].text));
        assert_non_null(strstr(err.text, cases[i].reason));
    }
}

/* As many ports as there is room for, and one more. */
static void test_tunnel_map_add_too_many(void **state)
{
    struct tunnel_map map = {0};
    struct error err;
    char text[32];

    (void)state;
    for (int i = 0; i < TUNNEL_PORTS_MAX; i++) {
        snprintf(text, sizeof(text), "udp/%d=gue", 1000 + i);
        assert_int_equal(tunnel_map_add(&map, text, &err), STATUS_OK);
    }
    assert_int_equal(tunnel_map_add(&map, "udp/999=gue", &err), STATUS_USAGE);
    assert_int_equal(tunnel_map_add(&map, "udp/1000=fou", &err), STATUS_OK);
    assert_int_equal(tunnel_map_find(&map, 999), TUNNEL_NONE);
    assert_int_equal(tunnel_map_find(&map, 1000 + TUNNEL_PORTS_MAX - 1), TUNNEL_GUE);
}

/* --- what is no tunnel ---------------------------------------------------------------------- */

static struct packet decoded_tunnel(struct frame_tunnel tunnel)
{
    return decoded(&(struct frame_spec){.tunnels = &tunnel, .tunnels_count = 1});
}

#define FLAGS(...)   .flags = FRAME_FORCE(__VA_ARGS__)
#define CARRIES(...) .carries = FRAME_FORCE(__VA_ARGS__)
#define UDP_LEN(...) .udp_len = FRAME_FORCE(__VA_ARGS__)
#define WRONG(which, ...)                                                                          \
    {                                                                                              \
        .kind = (which), __VA_ARGS__                                                               \
    }

/* One thing wrong in each: a version, a reserved bit, a length, a type. */
static const struct frame_tunnel no_tunnels[] = {
    WRONG(FRAME_VXLAN, FLAGS(0x0000)),
    WRONG(FRAME_VXLAN, FLAGS(0x0c00)),
    WRONG(FRAME_VXLAN, FLAGS(0x0801)),
    WRONG(FRAME_VXLAN, FLAGS(0x8801)),
    WRONG(FRAME_GENEVE, FLAGS(0x4000)),
    WRONG(FRAME_GENEVE, FLAGS(0x0080)),
    WRONG(FRAME_GENEVE, FLAGS(0x0001)),
    WRONG(FRAME_GENEVE, FLAGS(0x3f00)),
    WRONG(FRAME_GENEVE, CARRIES(0x0806)),
    WRONG(FRAME_GENEVE, CARRIES(0)),
    WRONG(FRAME_GENEVE, FRAME_EXTRA(0, 1, 2, 1)),
    WRONG(FRAME_GENEVE, FRAME_EXTRA(0, 1, 2, 2, 0, 0, 0, 0)),
    WRONG(FRAME_GTPU, FLAGS(0x10ff)),
    WRONG(FRAME_GTPU, FLAGS(0x20ff)),
    WRONG(FRAME_GTPU, FLAGS(0x50ff)),
    WRONG(FRAME_GTPU, FLAGS(0x38ff)),
    WRONG(FRAME_GTPU, FLAGS(0x3001)),
    WRONG(FRAME_GTPU, FLAGS(0x30fe)),
    WRONG(FRAME_GTPU, CARRIES(0)),
    WRONG(FRAME_GTPU, CARRIES(39)),
    WRONG(FRAME_GTPU, CARRIES(41)),
    WRONG(FRAME_GTPU, FLAGS(0x34ff), FRAME_EXTRA(0, 0, 0, 0x85, 0, 0, 0, 0)),
    WRONG(FRAME_GTPU, FLAGS(0x34ff), FRAME_EXTRA(0, 0, 0, 0x85, 255, 0, 0, 0)),
    WRONG(FRAME_GUE, FLAGS(0x2004)),
    WRONG(FRAME_GUE, FLAGS(0x8004)),
    WRONG(FRAME_GUE, FLAGS(0xc004)),
    WRONG(FRAME_GUE, FLAGS(0x1f04)),
    WRONG(FRAME_GUE, FLAGS(0x0104)),
    WRONG(FRAME_GUE, CARRIES(6)),
    WRONG(FRAME_GUE, CARRIES(47)),
    WRONG(FRAME_VXLAN, UDP_LEN(7)),
    WRONG(FRAME_VXLAN, UDP_LEN(15)),
    WRONG(FRAME_GTPU, UDP_LEN(15)),
    WRONG(FRAME_GTPU, UDP_LEN(40)),
    WRONG(FRAME_GUE, UDP_LEN(11)),
    WRONG(FRAME_GUE, UDP_LEN(40)),
    WRONG(FRAME_GUE1, UDP_LEN(40)),
    WRONG(FRAME_FOU, UDP_LEN(40)),
    WRONG(FRAME_FOU, UDP_LEN(8)),
};

static void test_decode_frame_udp_no_tunnel(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(no_tunnels); i++)
        assert_skipped(decoded_tunnel(no_tunnels[i]), SKIP_NOT_TCP);
}

/* A UDP length of 0: the packet is longer than 16 bits can tell, or was before it was cut up. */
static void test_decode_frame_udp_length_zero(void **state)
{
    struct packet packet =
        decoded_tunnel((struct frame_tunnel){.kind = FRAME_VXLAN, .udp_len = FRAME_FORCE(0)});

    (void)state;
    assert_is_segment(packet);
}

/* A question about a name, with `id`, as any program may send it from a port of its own to any
 * other: for every ID, to every tunnel port. */
static void test_decode_frame_udp_dns(void **state)
{
    static const uint8_t question[] = {0,   0,   1,   0,   0,   1,   0,   0,   0,   0,   0,
                                       0,   3,   'w', 'w', 'w', 7,   'e', 'x', 'a', 'm', 'p',
                                       'l', 'e', 3,   'c', 'o', 'm', 0,   0,   1,   0,   1};
    static const uint16_t ports[] = {4789, 8472, 6081, 6080, 2152, 5555};
    static struct built_frame frame;
    uint8_t body[8 + sizeof(question)] = {0xc3, 0x50, 0, 0, 0, sizeof(body)};
    struct tunnel_map map = {.count = 1, .ports = {{5555, TUNNEL_FOU}}};
    struct decoder *decoder = decoder_new();
    uint8_t *payload;

    (void)state;
    decoder_set_tunnels(decoder, &map);
    memcpy(body + 8, question, sizeof(question));
    frame_build(
        &(struct frame_spec){.body = body, .body_len = sizeof(body), .protocol = FRAME_FORCE(17)},
        &frame);
    payload = frame.bytes + frame.len - sizeof(question);
    for (size_t i = 0; i < COUNT(ports); i++) {
        payload[-6] = (uint8_t)(ports[i] >> 8);
        payload[-5] = (uint8_t)ports[i];
        for (unsigned id = 0; id < 65536; id++) {
            payload[0] = (uint8_t)(id >> 8);
            payload[1] = (uint8_t)id;
            assert_skipped(decoded_frame(decoder, 1, &frame), SKIP_NOT_TCP);
        }
    }
    decoder_free(decoder);
}

/* Datagrams of every short length to tunnel ports: nothing but zeros, nothing but ones. */
static void test_decode_frame_udp_short(void **state)
{
    static const uint16_t ports[] = {53, 4789, 6081, 6080, 2152, 5555};

    (void)state;
    for (size_t i = 0; i < COUNT(ports); i++) {
        for (uint32_t len = 4; len < 60; len++) {
            for (int fill = 0; fill <= 0xff; fill += 0xff) {
                uint8_t body[60];

                memset(body, fill, sizeof(body));
                body[2] = (uint8_t)(ports[i] >> 8);
                body[3] = (uint8_t)ports[i];
                body[4] = 0;
                body[5] = (uint8_t)len;
                assert_skipped(decoded(&(struct frame_spec){
                                   .body = body, .body_len = len, .protocol = FRAME_FORCE(17)}),
                               SKIP_NOT_TCP);
            }
        }
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_frame_tunnel_ports),
        cmocka_unit_test(test_decode_frame_tunnel_ports_of_the_user),
        cmocka_unit_test(test_tunnel_map_add_good),
        cmocka_unit_test(test_tunnel_map_add_bad),
        cmocka_unit_test(test_tunnel_map_add_too_many),
        cmocka_unit_test(test_decode_frame_udp_no_tunnel),
        cmocka_unit_test(test_decode_frame_udp_length_zero),
        cmocka_unit_test(test_decode_frame_udp_dns),
        cmocka_unit_test(test_decode_frame_udp_short),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
