/* The text that tells what a packet came in. */
#include "decode/encap.h"

#include "unit/unit.h"

#include <string.h>

static void assert_text(const struct packet *packet, const char *expected)
{
    char text[ENCAP_TEXT];

    memset(text, 'x', sizeof(text));
    encap_print(packet, text, sizeof(text));
    assert_string_equal(text, expected);
}

static void test_encap_print_nothing(void **state)
{
    (void)state;
    assert_text(&(struct packet){.kind = PACKET_SEGMENT}, "");
}

/* Tags with a number; a tag of 0 has only a priority. */
static void test_encap_print_tags(void **state)
{
    (void)state;
    assert_text(&(struct packet){.vlan = {5}}, "vlan 5");
    assert_text(
        &(struct packet){
            .vlan = {5, 4094}
    },
        "vlan 5 vlan 4094");
    assert_text(
        &(struct packet){
            .vlan = {0, 6}
    },
        "vlan 6");
}

static void test_encap_print_each_kind(void **state)
{
    static const struct {
        struct tunnel tunnel;
        const char *text;
    } cases[] = {
        {{TUNNEL_VLAN, 7},      "vlan 7"     },
        {{TUNNEL_MPLS, 100},    "mpls 100"   },
        {{TUNNEL_MPLS, 0},      "mpls 0"     },
        {{TUNNEL_PPPOE, 7},     "pppoe 7"    },
        {{TUNNEL_IPIP, 0},      "ipip"       },
        {{TUNNEL_4IN6, 0},      "4in6"       },
        {{TUNNEL_6IN4, 0},      "6in4"       },
        {{TUNNEL_6IN6, 0},      "6in6"       },
        {{TUNNEL_GRE, 0},       "gre"        },
        {{TUNNEL_GRE, 7},       "gre key 7"  },
        {{TUNNEL_ERSPAN, 0},    "erspan"     },
        {{TUNNEL_ERSPAN, 1},    "erspan 1"   },
        {{TUNNEL_PPTP, 0},      "pptp 0"     },
        {{TUNNEL_VXLAN, 0},     "vxlan 0"    },
        {{TUNNEL_VXLAN, 42},    "vxlan 42"   },
        {{TUNNEL_GENEVE, 3},    "geneve 3"   },
        {{TUNNEL_GTPU, 0x1a2b}, "gtpu 0x1a2b"},
        {{TUNNEL_GUE, 0},       "gue"        },
        {{TUNNEL_FOU, 0},       "fou"        },
    };

    (void)state;
    assert_int_equal(COUNT(cases), 19);
    for (size_t i = 0; i < COUNT(cases); i++)
        assert_text(&(struct packet){.tunnels = 1, .tunnel = {cases[i].tunnel}}, cases[i].text);
}

/* Outermost first; the labels of one stack in one word. */
static void test_encap_print_nested(void **state)
{
    struct packet packet = {.vlan = {5}};

    (void)state;
    assert_true(encap_add(&packet, TUNNEL_GUE, 0));
    assert_text(&packet, "vlan 5 gue");
    assert_true(encap_add(&packet, TUNNEL_VXLAN, 42));
    assert_text(&packet, "vlan 5 gue vxlan 42");
    packet = (struct packet){0};
    assert_true(encap_add(&packet, TUNNEL_MPLS, 100));
    assert_true(encap_add(&packet, TUNNEL_MPLS, 200));
    assert_true(encap_add(&packet, TUNNEL_GRE, 0));
    assert_true(encap_add(&packet, TUNNEL_MPLS, 300));
    assert_text(&packet, "mpls 100/200 gre mpls 300");
    assert_true(encap_add(&packet, TUNNEL_IPIP, 0));
    assert_text(&packet, "mpls 100/200 gre mpls 300 +1");
}

static void test_encap_add_bound(void **state)
{
    struct packet packet = {0};

    (void)state;
    for (int i = 0; i < TUNNELS_MAX; i++)
        assert_true(encap_add(&packet, TUNNEL_IPIP, 0));
    assert_false(encap_add(&packet, TUNNEL_IPIP, 0));
    assert_int_equal(packet.tunnels, TUNNELS_MAX);
}

/* The longest text fits, and a room that is too small cuts it at every length. */
static void test_encap_print_room(void **state)
{
    struct packet packet = {
        .vlan = {4094, 4094}
    };
    char whole[ENCAP_TEXT], text[ENCAP_TEXT];

    (void)state;
    for (int i = 0; i < TUNNELS_MAX; i++)
        encap_add(&packet, TUNNEL_GRE, UINT32_MAX);
    encap_print(&packet, whole, sizeof(whole));
    assert_string_equal(whole + strlen(whole) - 4, " +12");
    for (size_t size = 1; size <= strlen(whole) + 1; size++) {
        memset(text, 'x', sizeof(text));
        encap_print(&packet, text, size);
        assert_memory_equal(text, whole, size - 1);
        assert_int_equal(text[size - 1], '\0');
        if (size < sizeof(text))
            assert_int_equal(text[size], 'x');
    }
    encap_print(&packet, text, 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_encap_print_nothing),   cmocka_unit_test(test_encap_print_tags),
        cmocka_unit_test(test_encap_print_each_kind), cmocka_unit_test(test_encap_print_nested),
        cmocka_unit_test(test_encap_add_bound),       cmocka_unit_test(test_encap_print_room),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
