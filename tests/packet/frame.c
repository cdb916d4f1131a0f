#include "packet/frame.h"

#include <arpa/inet.h>
#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "packet/tunnel.h"
#include "packet/writer.h"

enum {
    PROTOCOL_ICMP = 1,
    PROTOCOL_TCP = 6,
    PROTOCOL_FRAGMENT = 44,
    PROTOCOL_AUTHENTICATION = 51,
    PROTOCOL_ICMPV6 = 58,

    ETHERTYPE_VLAN = 0x8100,
    ETHERNET_SHORTEST = 60, /* without the checksum, which captures leave out */
    PADDING = 0xee,         /* never zero, so that a test sees it when it is taken for data */
};

const struct frame_spec frame_syn = {
    .flags = FRAME_SYN,
    .seq = 1000,
    FRAME_OPTIONS(FRAME_MSS(1460)),
};

/* --- small things ------------------------------------------------------------------------- */

static uint32_t forced(struct frame_forced wish, uint32_t otherwise)
{
    return wish.set ? wish.value : otherwise;
}

/* --- checksums (RFC 1071) ---------------------------------------------------------------- */

static uint32_t sum16(const uint8_t *bytes, size_t size, uint32_t sum)
{
    for (size_t i = 0; i < size; i++)
        sum += i % 2 == 0 ? (uint32_t)bytes[i] << 8 : bytes[i];
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return sum;
}

static void set_checksum(uint8_t *field, uint32_t sum)
{
    field[0] = (uint8_t)(~sum >> 8);
    field[1] = (uint8_t)~sum;
}

/* --- IP addresses ------------------------------------------------------------------------ */

static bool is_v6(const struct frame_spec *spec)
{
    return spec->version == 6;
}

static size_t address_size(const struct frame_spec *spec)
{
    return is_v6(spec) ? 16 : 4;
}

/* Both addresses, source first, as they stand in the header. */
static void put_addresses(struct writer *w, const struct frame_spec *spec)
{
    const char *src = spec->src ? spec->src : is_v6(spec) ? "fd00::1" : "10.0.0.1";
    const char *dst = spec->dst ? spec->dst : is_v6(spec) ? "fd00::2" : "10.0.0.2";
    int family = is_v6(spec) ? AF_INET6 : AF_INET;
    int good = inet_pton(family, src, w->at) == 1 &&
               inet_pton(family, dst, w->at + address_size(spec)) == 1;

    assert(good && "an address in the test");
    (void)good;
    w->at += 2 * address_size(spec);
}

/* The sum of the pseudo header that TCP and ICMPv6 checksums cover. */
static uint32_t pseudo_header(const struct frame_spec *spec, uint32_t protocol, uint32_t size)
{
    uint8_t header[40] = {0};
    struct writer w = {.start = header, .at = header};

    put_addresses(&w, spec);
    put32(&w, protocol);
    put32(&w, size);
    return sum16(header, written(&w), 0);
}

/* --- what IP carries --------------------------------------------------------------------- */

static void put_payload(struct writer *w, const struct frame_spec *spec)
{
    if (spec->payload) {
        put_bytes(w, spec->payload, spec->payload_len);
        return;
    }
    for (uint32_t i = 0; i < spec->payload_len; i++)
        put8(w, 'a' + i % 26);
}

static void put_tcp(struct writer *w, const struct frame_spec *spec)
{
    struct writer tcp = {.start = w->at, .at = w->at};
    uint32_t padding = (4U - spec->options_len % 4U) % 4U;
    uint32_t words = (20U + spec->options_len + padding) / 4;
    uint32_t flags = spec->flags == 0 ? (uint32_t)FRAME_ACK : spec->flags & 0xffU;

    put16(&tcp, spec->sport ? spec->sport : 40000);
    put16(&tcp, spec->dport ? spec->dport : 80);
    put32(&tcp, spec->seq);
    put32(&tcp, spec->ack);
    put16(&tcp, forced(spec->data_offset, words) << 12 | flags);
    put16(&tcp, forced(spec->window, 64240));
    put32(&tcp, 0); /* checksum, urgent pointer */
    put_bytes(&tcp, spec->options, spec->options_len);
    put_zeros(&tcp, padding);
    put_payload(&tcp, spec);
    set_checksum(tcp.start + 16,
                 sum16(tcp.start, written(&tcp), pseudo_header(spec, PROTOCOL_TCP, written(&tcp))));
    if (spec->bad_checksum)
        tcp.start[16] ^= 0xff;
    w->at = tcp.at;
}

static uint32_t network_packet(const struct frame_spec *spec, uint8_t *out);

static uint32_t ip_header_len(const struct frame_spec *spec)
{
    return is_v6(spec) ? 40 : 20U + spec->ip_options_len;
}

static void put_icmp(struct writer *w, const struct frame_spec *spec)
{
    const struct frame_icmp *message = spec->icmp;
    struct writer icmp = {.start = w->at, .at = w->at};
    uint32_t sum = 0;

    put8(&icmp, message->type);
    put8(&icmp, message->code);
    put16(&icmp, 0);
    put32(&icmp, message->rest);
    if (message->quote) {
        uint32_t whole = network_packet(message->quote, icmp.at);
        uint32_t wished = forced(message->quote_len, ip_header_len(message->quote) + 8);

        icmp.at += wished < whole ? wished : whole;
    }
    if (is_v6(spec))
        sum = pseudo_header(spec, PROTOCOL_ICMPV6, written(&icmp));
    set_checksum(icmp.start + 2, sum16(icmp.start, written(&icmp), sum));
    w->at = icmp.at;
}

/* Returns the protocol number of what it wrote. */
static uint32_t put_transport(struct writer *w, const struct frame_spec *spec)
{
    if (spec->body) {
        put_bytes(w, spec->body, spec->body_len);
        return PROTOCOL_TCP;
    }
    if (spec->icmp) {
        put_icmp(w, spec);
        return is_v6(spec) ? PROTOCOL_ICMPV6 : PROTOCOL_ICMP;
    }
    put_tcp(w, spec);
    return PROTOCOL_TCP;
}

/* --- IP ----------------------------------------------------------------------------------- */

static uint32_t put_ipv4(struct writer *w, const struct frame_spec *spec)
{
    struct writer ip = {.start = w->at, .at = w->at};
    struct writer body = {.start = w->at + ip_header_len(spec), .at = w->at + ip_header_len(spec)};
    uint32_t protocol = forced(spec->protocol, put_transport(&body, spec));
    uint32_t words = forced(spec->header_words, ip_header_len(spec) / 4);
    uint32_t len = ip_header_len(spec) + written(&body);

    put8(&ip, forced(spec->ip_version, 4) << 4 | words);
    put8(&ip, 0);
    put16(&ip, forced(spec->ip_len, len));
    put16(&ip, spec->ip_id);
    put16(&ip, (spec->dont_fragment ? 0x4000U : 0) | (spec->more_fragments ? 0x2000U : 0) |
                   spec->fragment_offset / 8U);
    put8(&ip, forced(spec->ttl, 64));
    put8(&ip, protocol);
    put16(&ip, 0);
    put_addresses(&ip, spec);
    put_bytes(&ip, spec->ip_options, spec->ip_options_len);
    set_checksum(ip.start + 10, sum16(ip.start, written(&ip), 0));
    return len;
}

static uint32_t extension_size(const struct frame_extension *extension)
{
    switch (extension->type) {
    case PROTOCOL_FRAGMENT:
        return 8;
    case PROTOCOL_AUTHENTICATION:
        return (extension->len + 2U) * 4;
    default:
        return (extension->len + 1U) * 8;
    }
}

static uint32_t put_ipv6(struct writer *w, const struct frame_spec *spec)
{
    struct writer ip = {.start = w->at, .at = w->at};
    struct writer body;
    uint32_t extensions = 0, protocol, first;

    for (size_t i = 0; i < spec->extensions_count; i++)
        extensions += extension_size(&spec->extensions[i]);
    body.start = body.at = w->at + 40 + extensions;
    protocol = forced(spec->protocol, put_transport(&body, spec));
    first = spec->extensions_count > 0 ? spec->extensions[0].type : protocol;

    put32(&ip, forced(spec->ip_version, 6) << 28);
    put16(&ip, forced(spec->ip_len, extensions + written(&body)));
    put8(&ip, first);
    put8(&ip, forced(spec->ttl, 64));
    put_addresses(&ip, spec);
    for (size_t i = 0; i < spec->extensions_count; i++) {
        const struct frame_extension *extension = &spec->extensions[i];
        bool last = i + 1U == spec->extensions_count;

        put8(&ip, forced(extension->next, last ? protocol : spec->extensions[i + 1].type));
        put8(&ip, extension->len);
        if (extension->data)
            put_bytes(&ip, extension->data, extension_size(extension) - 2);
        else
            put_zeros(&ip, extension_size(extension) - 2);
    }
    return 40 + extensions + written(&body);
}

static uint32_t ip_packet(const struct frame_spec *spec, uint8_t *out)
{
    struct writer w = {.start = out, .at = out};

    return is_v6(spec) ? put_ipv6(&w, spec) : put_ipv4(&w, spec);
}

/* --- tunnels ------------------------------------------------------------------------------- */

/* The payload of a tunnel in its outer IP header. */
static uint32_t outer_packet(const struct frame_tunnel *tunnel, const struct tunnel_content *inside,
                             uint8_t *out)
{
    const struct frame_spec outer = {
        .version = tunnel->version,
        .src = tunnel->version == 6 ? "2001:db8::1" : "192.0.2.1",
        .dst = tunnel->version == 6 ? "2001:db8::2" : "192.0.2.2",
        .ttl = FRAME_FORCE(33),
        .ip_id = 0x7777,
        .protocol = FRAME_FORCE(inside->protocol),
        .body = inside->bytes,
        .body_len = inside->len,
    };

    return ip_packet(&outer, out);
}

/* The IP packet in all its tunnels, from the innermost out. */
static uint32_t network_packet(const struct frame_spec *spec, uint8_t *out)
{
    struct built_frame *buffer = malloc(sizeof(*buffer));
    struct tunnel_content content = {.bytes = buffer->bytes,
                                     .ethertype = is_v6(spec) ? 0x86dd : 0x0800,
                                     .protocol = is_v6(spec) ? 41 : 4};
    uint32_t len = ip_packet(spec, out);

    assert(buffer);
    for (size_t i = spec->tunnels_count; i-- > 0;) {
        const struct frame_tunnel *tunnel = &spec->tunnels[i];

        memcpy(content.bytes, out, len);
        content.len = len;
        if (tunnel_wrap(tunnel, &content)) {
            len = outer_packet(tunnel, &content, out);
            content.ethertype = tunnel->version == 6 ? 0x86dd : 0x0800;
            content.protocol = tunnel->version == 6 ? 41 : 4;
        } else {
            memcpy(out, content.bytes, content.len);
            len = content.len;
        }
    }
    free(buffer);
    return len;
}

/* --- link layers --------------------------------------------------------------------------- */

int frame_dlt(enum frame_link link)
{
    static const int dlt[FRAME_LINKS] = {
        [FRAME_ETHERNET] = 1, [FRAME_SLL] = 113,        [FRAME_SLL2] = 276,
        [FRAME_RAW] = 12,     [FRAME_RAW_IPV4] = 228,   [FRAME_RAW_IPV6] = 229,
        [FRAME_NULL] = 0,     [FRAME_NULL_SWAPPED] = 0, [FRAME_LOOP] = 108,
    };

    return dlt[link];
}

static bool outermost_is_v6(const struct frame_spec *spec)
{
    return (spec->tunnels_count > 0 ? spec->tunnels[0].version : spec->version) == 6;
}

static uint32_t ethertype(const struct frame_spec *spec)
{
    uint32_t type = outermost_is_v6(spec) ? 0x86dd : 0x0800;

    if (spec->tunnels_count > 0 && spec->tunnels[0].kind == FRAME_MPLS)
        type = 0x8847;
    if (spec->tunnels_count > 0 && spec->tunnels[0].kind == FRAME_PPPOE)
        type = 0x8864;
    else if (spec->tunnels_count > 0 && spec->tunnels[0].kind == FRAME_PBB)
        type = 0x88e7;
    return forced(spec->ethertype, type);
}

/* The type field, which names the outer tag where there is one. */
static void put_first_type(struct writer *w, const struct frame_spec *spec)
{
    if (spec->vlan[0] != 0)
        put16(w, spec->vlan_type ? spec->vlan_type : ETHERTYPE_VLAN);
    else
        put16(w, ethertype(spec));
}

/* The tags themselves, each with the type of what follows it. */
static void put_tags(struct writer *w, const struct frame_spec *spec)
{
    for (size_t i = 0; i < 3 && spec->vlan[i] != 0; i++) {
        bool last = i == 2 || spec->vlan[i + 1] == 0;

        put16(w, spec->vlan[i]);
        put16(w, last ? ethertype(spec) : ETHERTYPE_VLAN);
    }
}

static void put_ethernet(struct writer *w, const struct frame_spec *spec)
{
    static const uint8_t macs[12] = {2, 0, 0, 0, 0, 2, 2, 0, 0, 0, 0, 1};

    put_bytes(w, macs, sizeof(macs));
    put_first_type(w, spec);
    put_tags(w, spec);
}

static void put_sll(struct writer *w, const struct frame_spec *spec)
{
    put16(w, 0); /* to us */
    put16(w, 1); /* ARPHRD_ETHER */
    put16(w, 6);
    put32(w, 0x02000000);
    put32(w, 0x00010000);
    put_first_type(w, spec);
    put_tags(w, spec);
}

static void put_sll2(struct writer *w, const struct frame_spec *spec)
{
    put_first_type(w, spec);
    put16(w, 0);
    put32(w, spec->ifindex);
    put16(w, 1); /* ARPHRD_ETHER */
    put8(w, 0);  /* to us */
    put8(w, 6);
    put32(w, 0x02000000);
    put32(w, 0x00010000);
    put_tags(w, spec);
}

static void put_family(struct writer *w, const struct frame_spec *spec)
{
    uint32_t family = forced(spec->ethertype, outermost_is_v6(spec) ? 30 : 2); /* as on macOS */

    if (spec->link == FRAME_NULL)
        family = family << 24 | (family & 0xff00) << 8 | (family >> 8 & 0xff00) | family >> 24;
    put32(w, family);
}

static void put_link(struct writer *w, const struct frame_spec *spec)
{
    switch (spec->link) {
    case FRAME_ETHERNET:
        put_ethernet(w, spec);
        break;
    case FRAME_SLL:
        put_sll(w, spec);
        break;
    case FRAME_SLL2:
        put_sll2(w, spec);
        break;
    case FRAME_NULL:
    case FRAME_NULL_SWAPPED:
    case FRAME_LOOP:
        put_family(w, spec);
        break;
    case FRAME_RAW:
    case FRAME_RAW_IPV4:
    case FRAME_RAW_IPV6:
    case FRAME_LINKS:
        break;
    }
}

/* --- the whole ------------------------------------------------------------------------------ */

void frame_build(const struct frame_spec *spec, struct built_frame *frame)
{
    struct writer w = {.start = frame->bytes, .at = frame->bytes};

    put_link(&w, spec);
    w.at += network_packet(spec, w.at);
    while (spec->pad && written(&w) < ETHERNET_SHORTEST)
        put8(&w, PADDING);
    frame->len = written(&w);
    assert(frame->len <= FRAME_ROOM);
}

/* One piece of an IPv6 packet: the extension headers of the whole, and after them the fragment
 * header (RFC 8200 §4.5). */
static void build_ipv6_piece(const struct frame_spec *piece, uint32_t offset, bool more,
                             struct built_frame *frame)
{
    struct frame_extension extensions[8];
    struct frame_spec spec = *piece;
    uint8_t fields[6] = {(uint8_t)(offset >> 8), (uint8_t)((offset & 0xf8) | more)};

    assert(spec.extensions_count < 8);
    if (spec.extensions_count > 0)
        memcpy(extensions, spec.extensions, spec.extensions_count * sizeof(extensions[0]));
    fields[4] = (uint8_t)(spec.ip_id >> 8);
    fields[5] = (uint8_t)spec.ip_id;
    extensions[spec.extensions_count++] =
        (struct frame_extension){.type = PROTOCOL_FRAGMENT, .data = fields};
    spec.extensions = extensions;
    frame_build(&spec, frame);
}

size_t frame_fragments(const struct frame_spec *spec, uint32_t piece, struct built_frame *frames,
                       size_t room)
{
    struct built_frame *whole = malloc(sizeof(*whole));
    struct writer w;
    size_t count = 0;
    uint32_t protocol, size;

    assert(whole && piece > 0 && piece % 8 == 0);
    w.start = w.at = whole->bytes;
    protocol = put_transport(&w, spec);
    size = written(&w);
    for (uint32_t offset = 0; offset < size && count < room; offset += piece) {
        struct frame_spec part = *spec;
        bool more = offset + piece < size;

        part.protocol = (struct frame_forced)FRAME_FORCE(forced(spec->protocol, protocol));
        part.body = whole->bytes + offset;
        part.body_len = more ? piece : size - offset;
        part.more_fragments = more;
        part.fragment_offset = (uint16_t)offset;
        if (is_v6(spec))
            build_ipv6_piece(&part, offset, more, &frames[count++]);
        else
            frame_build(&part, &frames[count++]);
    }
    free(whole);
    return count;
}
