/* Tunnels: what is inside is found, what stands around it is told, and sizes are both kept. */
#include "packet/decoding.h"
#include "unit/unit.h"

#include <string.h>

#include "decode/encap.h"

/* --- each tunnel ---------------------------------------------------------------------------- */

struct expected {
    const char *text;  /* encap_print() */
    uint32_t overhead; /* bytes of headers around the inner IP packet */
    uint8_t version;   /* of the inner packet; 0: 4 */
    const struct frame_tunnel *tunnels;
    uint8_t tunnels_count;
};

#define CHECKSUM 0xab, 0xcd, 0, 0

#define TUNNEL(text, overhead, version, ...)                                                       \
    {                                                                                              \
        text, overhead, version, FRAME_LIST(__VA_ARGS__)                                           \
    }

static const struct expected each[] = {
    TUNNEL("ipip", 20, 4, {.kind = FRAME_IPIP}),
    TUNNEL("4in6", 40, 4, {.kind = FRAME_IPIP, .version = 6}),
    TUNNEL("6in4", 20, 6, {.kind = FRAME_IPIP}),
    TUNNEL("6in6", 40, 6, {.kind = FRAME_IPIP, .version = 6}),

    TUNNEL("gre", 20 + 4, 4, {.kind = FRAME_GRE}),
    TUNNEL("gre", 40 + 4, 6, {.kind = FRAME_GRE, .version = 6}),
    TUNNEL("gre key 7", 20 + 8, 4, {.kind = FRAME_GRE, .id = 7}),
    TUNNEL("gre key 4294967295", 20 + 8 + 14, 6,
           {.kind = FRAME_GRE, .id = UINT32_MAX, .ethernet = true}),
    TUNNEL("gre", 20 + 4 + 4, 4,
           {.kind = FRAME_GRE, .flags = FRAME_FORCE(0x8000), FRAME_EXTRA(CHECKSUM)}),
    TUNNEL("gre", 20 + 4 + 4, 4,
           {.kind = FRAME_GRE, .flags = FRAME_FORCE(0x1000), FRAME_EXTRA(FRAME_BE32(9))}),
    TUNNEL("gre key 7", 20 + 4 + 12, 4,
           {.kind = FRAME_GRE,
            .flags = FRAME_FORCE(0xb000),
            FRAME_EXTRA(CHECKSUM, FRAME_BE32(7), FRAME_BE32(9))}),
    TUNNEL("erspan", 20 + 4 + 14, 4, {.kind = FRAME_ERSPAN1}),
    TUNNEL("erspan 1023", 20 + 8 + 8 + 14, 4, {.kind = FRAME_ERSPAN2, .id = 1023}),
    TUNNEL("erspan 5 vlan 9", 20 + 8 + 8 + 18, 4, {.kind = FRAME_ERSPAN2, .id = 5, .vlan = 9}),
    TUNNEL("erspan 5", 20 + 8 + 12 + 14, 6, {.kind = FRAME_ERSPAN3, .id = 5}),
    TUNNEL("erspan 5", 20 + 8 + 20 + 14, 4,
           {.kind = FRAME_ERSPAN3, .id = 5, FRAME_EXTRA(1, 2, 3, 4, 5, 6, 7, 8)}),
    TUNNEL("eoip 300", 20 + 8 + 14, 4, {.kind = FRAME_EOIP, .id = 300}),
    TUNNEL("pbb 1193046", 4 + 14, 4, {.kind = FRAME_PBB, .id = 1193046}),
    TUNNEL("pptp 3", 20 + 12 + 4, 4, {.kind = FRAME_PPTP, .id = 3}),
    TUNNEL("pptp 3", 20 + 16 + 4, 6,
           {.kind = FRAME_PPTP,
            .id = 3,
            .flags = FRAME_FORCE(0x3081),
            FRAME_EXTRA(FRAME_BE32(1), FRAME_BE32(2))}),

    TUNNEL("vxlan 42", 20 + 8 + 8 + 14, 4, {.kind = FRAME_VXLAN, .id = 42}),
    TUNNEL("vxlan 0", 20 + 8 + 8 + 14, 6, {.kind = FRAME_VXLAN}),
    TUNNEL("vxlan 16777215", 40 + 8 + 8 + 14, 4,
           {.kind = FRAME_VXLAN, .id = 0xffffff, .version = 6}),
    TUNNEL("vxlan 42 vlan 9", 20 + 8 + 8 + 18, 4, {.kind = FRAME_VXLAN, .id = 42, .vlan = 9}),
    TUNNEL("vxlan 42", 20 + 8 + 8 + 14, 4, {.kind = FRAME_VXLAN, .id = 42, .port = 8472}),
    TUNNEL("vxlan 42", 20 + 8 + 8 + 14, 4, /* with a group policy */
           {.kind = FRAME_VXLAN, .id = 42, .flags = FRAME_FORCE(0x8808)}),
    TUNNEL("geneve 3", 20 + 8 + 8, 4, {.kind = FRAME_GENEVE, .id = 3}),
    TUNNEL("geneve 3", 40 + 8 + 8 + 14, 6,
           {.kind = FRAME_GENEVE, .id = 3, .version = 6, .ethernet = true}),
    TUNNEL("geneve 3", 20 + 8 + 8 + 12, 4,
           {.kind = FRAME_GENEVE, .id = 3, FRAME_EXTRA(1, 2, 0x80, 1, 9, 9, 9, 9, 1, 2, 3, 0)}),
    TUNNEL(
        "geneve 3", 20 + 8 + 8 + 4, 4, /* with the mark of a critical option */

        {.kind = FRAME_GENEVE, .id = 3, .flags = FRAME_FORCE(0x0140), FRAME_EXTRA(1, 2, 0x80, 0)}),
    TUNNEL("gtpu 0x1a2b", 20 + 8 + 8, 4, {.kind = FRAME_GTPU, .id = 0x1a2b}),
    TUNNEL("gtpu 0xffffffff", 20 + 8 + 12, 6, /* with a sequence number */
           {.kind = FRAME_GTPU,
            .id = UINT32_MAX,
            .flags = FRAME_FORCE(0x32ff),
            FRAME_EXTRA(0, 1, 0xee, 0xee)}),
    TUNNEL("gtpu 0x1", 20 + 8 + 24, 4, /* two extension headers, of 4 and 8 bytes */
           {.kind = FRAME_GTPU,
            .id = 1,
            .flags = FRAME_FORCE(0x34ff),
            FRAME_EXTRA(0, 0, 0, 0x85, 1, 0x10, 9, 0xc0, 2, 1, 2, 3, 4, 5, 6, 0)}),
    TUNNEL("gue", 20 + 8 + 4, 4, {.kind = FRAME_GUE}),
    TUNNEL("gue", 40 + 8 + 4, 6, {.kind = FRAME_GUE, .version = 6}),
    TUNNEL("gue", 20 + 8 + 12, 4, {.kind = FRAME_GUE, FRAME_EXTRA(1, 2, 3, 4, 5, 6, 7, 8)}),
    TUNNEL("gue gre key 7", 20 + 8 + 4 + 8, 4, {.kind = FRAME_GUE},
           {.kind = FRAME_GRE, .bare = true, .id = 7}),
    TUNNEL("gue", 20 + 8, 4, {.kind = FRAME_GUE1}),
    TUNNEL("gue", 20 + 8, 6, {.kind = FRAME_GUE1}),
    TUNNEL("fou", 20 + 8, 4, {.kind = FRAME_FOU}),
    TUNNEL("fou", 40 + 8, 6, {.kind = FRAME_FOU, .version = 6}),
    TUNNEL("fou gre", 20 + 8 + 4, 6, {.kind = FRAME_FOU}, {.kind = FRAME_GRE, .bare = true}),
    TUNNEL("fou gre key 7", 20 + 8 + 8 + 14, 4, {.kind = FRAME_FOU},
           {.kind = FRAME_GRE, .bare = true, .id = 7, .ethernet = true}),

    TUNNEL("mpls 100", 4, 4, {.kind = FRAME_MPLS, .id = 100}),
    TUNNEL("mpls 1048575/0", 8, 6, {.kind = FRAME_MPLS, .id = 0xfffff}, {.kind = FRAME_MPLS}),
    TUNNEL("mpls 100", 4 + 14, 4, {.kind = FRAME_MPLS, .id = 100, .ethernet = true}),
    TUNNEL("mpls 100/200 vlan 9", 8 + 4 + 18, 6, /* with a control word */
           {.kind = FRAME_MPLS, .id = 100},
           {.kind = FRAME_MPLS,
            .id = 200,
            .ethernet = true,
            .vlan = 9,
            FRAME_EXTRA(0, 0, 0xff, 0xff)}),
    TUNNEL("pppoe 7", 8, 4, {.kind = FRAME_PPPOE, .id = 7}),
    TUNNEL("pppoe 65535", 8, 6, {.kind = FRAME_PPPOE, .id = 65535}),
    TUNNEL("pppoe 7 mpls 100", 8 + 4, 4, /* MPLS in PPP */
           {.kind = FRAME_PPPOE, .id = 7, .carries = FRAME_FORCE(0x0281)},
           {.kind = FRAME_MPLS, .id = 100}),
};

static void assert_inside(const struct expected *expected, const struct frame_spec *spec)
{
    struct packet packet = decoded(spec);
    uint32_t inner = (expected->version == 6 ? 40U : 20U) + 20U + spec->payload_len;
    char text[ENCAP_TEXT];

    assert_is_segment(packet);
    assert_int_equal(packet.version, expected->version);
    assert_int_equal(packet.ttl, 61);
    if (packet.version == 4)
        assert_int_equal(packet.ip_id, 0x1234);
    assert_int_equal(packet.tcp.src.port, 40000);
    assert_int_equal(packet.tcp.dst.port, 80);
    assert_int_equal(packet.tcp.seq, 7);
    assert_int_equal(packet.tcp.len, spec->payload_len);
    assert_int_equal(packet.inner_len, inner);
    assert_int_equal(packet.outer_len, inner + expected->overhead);
    encap_print(&packet, text, sizeof(text));
    assert_string_equal(text, expected->text);
}

/* Each tunnel in each link layer, with data and without. */
static void test_decode_frame_each_tunnel(void **state)
{
    (void)state;
    for (size_t i = 0; i < COUNT(each); i++) {
        for (int link = 0; link < FRAME_LINKS; link++) {
            struct frame_spec spec = {
                .link = (enum frame_link)link,
                .tunnels = each[i].tunnels,
                .tunnels_count = each[i].tunnels_count,
                .version = each[i].version,
                .ttl = FRAME_FORCE(61),
                .ip_id = 0x1234,
                .seq = 7,
            };
            enum frame_tunnel_kind outermost = spec.tunnels[0].kind;

            if (link >= FRAME_RAW &&
                (outermost == FRAME_MPLS || outermost == FRAME_PPPOE || outermost == FRAME_PBB))
                continue; /* they need an EtherType */
            assert_inside(&each[i], &spec);
            spec.payload_len = 1300;
            assert_inside(&each[i], &spec);
        }
    }
}

/* Fields of VXLAN in a tagged frame, one by one. */
static void test_decode_frame_tunnel_fields(void **state)
{
    struct packet packet = decoded(&(struct frame_spec){
        .vlan = {5},
        .src = "10.9.8.7",
        .dont_fragment = true,
        FRAME_TUNNELS({.kind = FRAME_VXLAN, .id = 42, .vlan = 6}),
    });

    (void)state;
    assert_is_segment(packet);
    assert_address(packet.tcp.src.addr, 10, 9, 8, 7);
    assert_true(packet.df);
    assert_int_equal(packet.fragments, 0);
    assert_int_equal(packet.vlan[0], 5);
    assert_int_equal(packet.vlan[1], 0);
    assert_int_equal(packet.tunnels, 2);
    assert_int_equal(packet.tunnel[0].kind, TUNNEL_VXLAN);
    assert_int_equal(packet.tunnel[0].id, 42);
    assert_int_equal(packet.tunnel[1].kind, TUNNEL_VLAN);
    assert_int_equal(packet.tunnel[1].id, 6);
    assert_int_equal(packet.tunnel[2].kind, TUNNEL_NONE);
}

/* No tunnel: both sizes are that of the datagram, without padding and link layer. */
static void test_decode_frame_sizes_without_tunnel(void **state)
{
    struct packet v4 = decoded(&(struct frame_spec){.pad = true, .vlan = {5}, .payload_len = 2});
    struct packet v6 = decoded(&(struct frame_spec){.version = 6, .payload_len = 1000});

    (void)state;
    assert_int_equal(v4.inner_len, 42);
    assert_int_equal(v4.outer_len, 42);
    assert_int_equal(v6.inner_len, 1060);
    assert_int_equal(v6.outer_len, 1060);
    assert_int_equal(v4.tunnels, 0);
}

/* PPPoE and MPLS in frames padded to 60 bytes: the padding is not of the packet. */
static void test_decode_frame_tunnel_padded(void **state)
{
    struct packet pppoe =
        decoded(&(struct frame_spec){.pad = true, FRAME_TUNNELS({.kind = FRAME_PPPOE, .id = 7})});
    struct packet mpls =
        decoded(&(struct frame_spec){.pad = true, FRAME_TUNNELS({.kind = FRAME_MPLS, .id = 7})});

    (void)state;
    assert_is_segment(pppoe);
    assert_int_equal(pppoe.tcp.len, 0);
    assert_int_equal(pppoe.outer_len, 48);
    assert_is_segment(mpls);
    assert_int_equal(mpls.tcp.len, 0);
    assert_int_equal(mpls.outer_len, 44);
}

/* IPv4 with an authentication header (RFC 4302) around TCP: no tunnel. */
static void test_decode_frame_ipv4_authentication(void **state)
{
    static struct built_frame tcp;
    uint8_t body[24 + 20] = {6, 4};

    (void)state;
    frame_build(&(struct frame_spec){.link = FRAME_RAW, .seq = 7}, &tcp);
    memcpy(body + 24, tcp.bytes + 20, 20);
    struct packet packet = decoded(
        &(struct frame_spec){.body = body, .body_len = sizeof(body), .protocol = FRAME_FORCE(51)});

    assert_is_segment(packet);
    assert_int_equal(packet.tcp.seq, 7);
    assert_int_equal(packet.tcp.len, 0);
    assert_int_equal(packet.tunnels, 0);
    assert_int_equal(packet.inner_len, 64);
    frame_build(
        &(struct frame_spec){.body = body, .body_len = sizeof(body), .protocol = FRAME_FORCE(51)},
        &tcp);
    for (uint32_t captured = 0; captured < 14 + 20 + 24 + 16; captured++)
        assert_skipped(decoded_bytes(NULL, 1, tcp.bytes, captured, tcp.len), SKIP_CUT);
    body[1] = 255; /* longer than the packet */
    packet = decoded(
        &(struct frame_spec){.body = body, .body_len = sizeof(body), .protocol = FRAME_FORCE(51)});
    assert_skipped(packet, SKIP_MALFORMED);
}

/* --- nesting -------------------------------------------------------------------------------- */

/* As many IP headers around each other as there may be, and one more. */
static void test_decode_frame_tunnel_nesting_bound(void **state)
{
    struct frame_tunnel tunnels[TUNNELS_MAX + 1];
    char text[ENCAP_TEXT];

    (void)state;
    for (size_t i = 0; i < COUNT(tunnels); i++)
        tunnels[i] = (struct frame_tunnel){.kind = FRAME_IPIP};
    for (int count = 0; count <= TUNNELS_MAX; count++) {
        struct packet packet = decoded(
            &(struct frame_spec){.tunnels = tunnels, .tunnels_count = (uint8_t)count, .seq = 7});

        assert_is_segment(packet);
        assert_int_equal(packet.tcp.seq, 7);
        assert_int_equal(packet.tunnels, count);
        assert_int_equal(packet.outer_len, 40 + 20 * count);
    }
    struct packet deepest =
        decoded(&(struct frame_spec){.tunnels = tunnels, .tunnels_count = TUNNELS_MAX});

    encap_print(&deepest, text, sizeof(text));
    assert_string_equal(text, "ipip ipip ipip ipip +12");
    assert_skipped(
        decoded(&(struct frame_spec){.tunnels = tunnels, .tunnels_count = TUNNELS_MAX + 1}),
        SKIP_MALFORMED);
}

/* Every kind inside of every other. */
static void test_decode_frame_tunnel_in_tunnel(void **state)
{
    (void)state;
    for (size_t out = 0; out < COUNT(each); out++) {
        for (size_t in = 0; in < COUNT(each); in++) {
            struct frame_tunnel tunnels[4];
            struct frame_spec spec = {.version = each[in].version, .seq = 7, .payload_len = 9};
            const struct frame_tunnel *last = &each[out].tunnels[each[out].tunnels_count - 1];
            enum frame_tunnel_kind first = each[in].tunnels[0].kind;

            /* What carries no EtherType carries IP only. */
            if (first == FRAME_PPPOE || first == FRAME_PBB ||
                (first == FRAME_MPLS && last->kind != FRAME_MPLS))
                continue;
            memcpy(tunnels, each[out].tunnels, each[out].tunnels_count * sizeof(tunnels[0]));
            memcpy(tunnels + each[out].tunnels_count, each[in].tunnels,
                   each[in].tunnels_count * sizeof(tunnels[0]));
            spec.tunnels = tunnels;
            spec.tunnels_count = (uint8_t)(each[out].tunnels_count + each[in].tunnels_count);
            if (last->carries.set)
                continue;
            struct packet packet = decoded(&spec);

            assert_is_segment(packet);
            assert_int_equal(packet.tcp.seq, 7);
            assert_int_equal(packet.tcp.len, 9);
        }
    }
}

/* --- what is no tunnel, or a broken one ------------------------------------------------------ */

static struct packet decoded_tunnel(struct frame_tunnel tunnel)
{
    return decoded(&(struct frame_spec){.tunnels = &tunnel, .tunnels_count = 1});
}

/* ARP in a tunnel: nothing for us, and not "not IP". */
static void test_decode_frame_tunnel_without_ip(void **state)
{
    static const enum frame_tunnel_kind kinds[] = {FRAME_VXLAN, FRAME_ERSPAN2, FRAME_GRE};

    (void)state;
    for (size_t i = 0; i < COUNT(kinds); i++) {
        static struct built_frame frame;
        struct frame_tunnel tunnel = {.kind = kinds[i], .ethernet = true};

        frame_build(&(struct frame_spec){.tunnels = &tunnel, .tunnels_count = 1}, &frame);
        frame.bytes[frame.len - 42] = 0x08; /* the EtherType before 40 bytes of IP and TCP */
        frame.bytes[frame.len - 41] = 0x06;
        assert_skipped(decoded_frame(NULL, 1, &frame), SKIP_NOT_TCP);
    }
    assert_skipped(
        decoded_tunnel((struct frame_tunnel){.kind = FRAME_PPPOE, .carries = FRAME_FORCE(0xc021)}),
        SKIP_NOT_IP); /* LCP */
}

/* GRE with routes in it (RFC 1701), of versions that do not exist, with a type nobody knows. */
static void test_decode_frame_gre_unknown(void **state)
{
    static const uint32_t flags[] = {0x4000, 0x0002, 0x0007, 0x2002};

    (void)state;
    for (size_t i = 0; i < COUNT(flags); i++)
        assert_skipped(decoded_tunnel((struct frame_tunnel){.kind = FRAME_GRE,
                                                            .flags = FRAME_FORCE(flags[i])}),
                       SKIP_NOT_TCP);
    assert_skipped(
        decoded_tunnel((struct frame_tunnel){.kind = FRAME_GRE, .carries = FRAME_FORCE(0)}),
        SKIP_NOT_TCP);
    assert_skipped(
        decoded_tunnel((struct frame_tunnel){.kind = FRAME_GRE, .carries = FRAME_FORCE(0x88cc)}),
        SKIP_NOT_TCP);
}

/* PPTP that only acknowledges, without a key, with another type. */
static void test_decode_frame_pptp_unknown(void **state)
{
    static const struct frame_tunnel tunnels[] = {
        {.kind = FRAME_PPTP, .flags = FRAME_FORCE(0x2081)  },
        {.kind = FRAME_PPTP, .flags = FRAME_FORCE(0x1001)  },
        {.kind = FRAME_PPTP, .carries = FRAME_FORCE(0x0800)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(tunnels); i++)
        assert_skipped(decoded_tunnel(tunnels[i]), SKIP_NOT_TCP);
}

/* ERSPAN whose version is not that of its type. */
static void test_decode_frame_erspan_version_wrong(void **state)
{
    static const struct frame_tunnel tunnels[] = {
        {.kind = FRAME_ERSPAN2, .carries = FRAME_FORCE(0x2000)},
        {.kind = FRAME_ERSPAN3, .carries = FRAME_FORCE(0x1000)},
    };

    (void)state;
    for (size_t i = 0; i < COUNT(tunnels); i++)
        assert_skipped(decoded_tunnel(tunnels[i]), SKIP_NOT_TCP);
}

/* A mirror that cut the frame to 100 bytes and says so: the segment is as long as it was. One
 * that does not say it: what was sent is all that is known. */
static void test_decode_frame_erspan_truncated(void **state)
{
    static struct built_frame frame;
    const uint32_t headers = 14 + 20 + 8 + 8 + 14;

    (void)state;
    for (int told = 0; told <= 1; told++) {
        struct frame_tunnel tunnel = {.kind = FRAME_ERSPAN2, .id = told ? 0x0400 | 5 : 5};

        frame_build(
            &(struct frame_spec){.tunnels = &tunnel, .tunnels_count = 1, .payload_len = 1000},
            &frame);
        struct packet packet = decoded_bytes(NULL, 1, frame.bytes, headers + 100, headers + 100);

        assert_is_segment(packet);
        assert_int_equal(packet.tunnel[0].id, 5);
        assert_int_equal(packet.tcp.len, told ? 1000 : 60);
        assert_int_equal(packet.inner_len, packet.tcp.len + 40);
        assert_int_equal(packet.outer_len - packet.inner_len, headers - 14);
    }
}

/* ERSPAN III can mirror IP packets without their frame (frame type 2). */
static void test_decode_frame_erspan_of_ip(void **state)
{
    static struct built_frame inner;
    uint8_t body[8 + 12 + 40] = {0x10, 0, 0x22, 0xeb, 0, 0, 0, 1, 0x20, 0, 0, 5};

    (void)state;
    body[8 + 11] = 2 << 2; /* 16 bits of group, 1 of P, then the type */
    body[8 + 10] = 2 << 2;
    frame_build(&(struct frame_spec){.link = FRAME_RAW, .seq = 7}, &inner);
    memcpy(body + 20, inner.bytes, 40);
    struct packet packet = decoded(
        &(struct frame_spec){.body = body, .body_len = sizeof(body), .protocol = FRAME_FORCE(47)});

    assert_is_segment(packet);
    assert_int_equal(packet.tcp.seq, 7);
    assert_int_equal(packet.outer_len, 80);
}

/* MPLS over what is neither IP nor an Ethernet frame; a stack without a bottom. */
static void test_decode_frame_mpls_unknown(void **state)
{
    uint8_t frame[14 + 400] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1, 0x88, 0x47};

    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        memset(frame + 14, 0x33, sizeof(frame) - 14);
        frame[14 + 2] = 1; /* bottom of stack */
        frame[14 + 4] = (uint8_t)first;
        assert_skipped(decoded_bytes(NULL, 1, frame, sizeof(frame), sizeof(frame)), SKIP_NOT_IP);
    }
    memset(frame + 14, 0, sizeof(frame) - 14);
    assert_skipped(decoded_bytes(NULL, 1, frame, sizeof(frame), sizeof(frame)), SKIP_MALFORMED);
    assert_skipped(decoded_bytes(NULL, 1, frame, 18, 18), SKIP_MALFORMED);
}

/* A pseudowire whose control word is none: it would have to begin with four zero bits. */
static void test_decode_frame_mpls_control_word(void **state)
{
    (void)state;
    for (unsigned first = 0; first < 256; first++) {
        const uint8_t word[4] = {(uint8_t)first};
        struct packet packet = decoded_tunnel((struct frame_tunnel){
            .kind = FRAME_MPLS, .ethernet = true, .extra = word, .extra_len = 4});

        if (first < 16)
            assert_is_segment(packet);
        else
            assert_skipped(packet, SKIP_NOT_IP);
    }
}

/* PPPoE whose ends agreed to send the protocol field in one byte, and its frame cut at every
 * length; with a session that ends before that byte. */
static void test_decode_frame_pppoe_short_protocol(void **state)
{
    static struct built_frame inner;
    uint8_t frame[14 + 7 + 40] = {2, 0,    0,    0,    0, 2, 2, 0, 0,  0,   0,
                                  1, 0x88, 0x64, 0x11, 0, 0, 7, 0, 41, 0x21};

    (void)state;
    frame_build(&(struct frame_spec){.link = FRAME_RAW, .seq = 7}, &inner);
    memcpy(frame + 14 + 7, inner.bytes, 40);
    for (uint32_t captured = 0; captured <= sizeof(frame); captured++) {
        struct packet packet = decoded_bytes(NULL, 1, frame, captured, sizeof(frame));

        if (captured < 14 + 7 + 20 + 16) {
            assert_skipped(packet, SKIP_CUT);
            continue;
        }
        assert_is_segment(packet);
        assert_int_equal(packet.tcp.seq, 7);
        assert_int_equal(packet.outer_len, 47);
    }
    for (uint8_t len = 0; len < 2; len++) {
        frame[19] = len;
        assert_skipped(decoded_bytes(NULL, 1, frame, sizeof(frame), sizeof(frame)), SKIP_MALFORMED);
    }
}

/* PPPoE of another version, type or code. */
static void test_decode_frame_pppoe_unknown(void **state)
{
    static const uint32_t flags[] = {0x1200, 0x2100, 0x1109, 0x11a7};

    (void)state;
    for (size_t i = 0; i < COUNT(flags); i++)
        assert_skipped(decoded_tunnel((struct frame_tunnel){.kind = FRAME_PPPOE,
                                                            .flags = FRAME_FORCE(flags[i])}),
                       SKIP_NOT_IP);
}

/* An inner header that cannot be: GRE says IP, and then follows no version of it. */
static void test_decode_frame_tunnel_inner_malformed(void **state)
{
    struct frame_tunnel tunnel = {.kind = FRAME_GRE};

    (void)state;
    assert_skipped(decoded(&(struct frame_spec){
                       .tunnels = &tunnel, .tunnels_count = 1, .ip_version = FRAME_FORCE(5)}),
                   SKIP_MALFORMED);
    assert_skipped(decoded(&(struct frame_spec){
                       .tunnels = &tunnel, .tunnels_count = 1, .header_words = FRAME_FORCE(4)}),
                   SKIP_MALFORMED);
}

/* UDP, ESP and an ICMP error inside. */
static void test_decode_frame_tunnel_of_others(void **state)
{
    const struct frame_spec quoted = {.seq = 77};
    const struct frame_icmp icmp = {.type = 11, .quote = &quoted};
    struct frame_tunnel tunnel = {.kind = FRAME_VXLAN, .id = 42};
    struct frame_spec spec = {
        .tunnels = &tunnel, .tunnels_count = 1, .protocol = FRAME_FORCE(17), .dport = 53};

    (void)state;
    assert_skipped(decoded(&spec), SKIP_NOT_TCP);
    spec.protocol.value = 50;
    assert_skipped(decoded(&spec), SKIP_ENCRYPTED);
    spec.protocol.set = false;
    spec.icmp = &icmp;
    spec.src = "10.7.7.7";
    struct packet packet = decoded(&spec);

    assert_is_icmp(packet);
    assert_address(packet.icmp.src, 10, 7, 7, 7);
    assert_int_equal(packet.icmp.quoted_seq, 77);
    assert_false(packet.icmp.quoted_tunnel);
    assert_int_equal(packet.tunnels, 1);
    assert_int_equal(packet.tunnel[0].id, 42);
    assert_int_equal(packet.outer_len, packet.inner_len + 50);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_decode_frame_each_tunnel),
        cmocka_unit_test(test_decode_frame_tunnel_fields),
        cmocka_unit_test(test_decode_frame_sizes_without_tunnel),
        cmocka_unit_test(test_decode_frame_tunnel_padded),
        cmocka_unit_test(test_decode_frame_ipv4_authentication),
        cmocka_unit_test(test_decode_frame_tunnel_nesting_bound),
        cmocka_unit_test(test_decode_frame_tunnel_in_tunnel),
        cmocka_unit_test(test_decode_frame_tunnel_without_ip),
        cmocka_unit_test(test_decode_frame_gre_unknown),
        cmocka_unit_test(test_decode_frame_pptp_unknown),
        cmocka_unit_test(test_decode_frame_erspan_version_wrong),
        cmocka_unit_test(test_decode_frame_erspan_truncated),
        cmocka_unit_test(test_decode_frame_erspan_of_ip),
        cmocka_unit_test(test_decode_frame_mpls_unknown),
        cmocka_unit_test(test_decode_frame_mpls_control_word),
        cmocka_unit_test(test_decode_frame_pppoe_short_protocol),
        cmocka_unit_test(test_decode_frame_pppoe_unknown),
        cmocka_unit_test(test_decode_frame_tunnel_inner_malformed),
        cmocka_unit_test(test_decode_frame_tunnel_of_others),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
