/* The TCP header and its options. */
#include "decode/layers.h"
#include "decode/numbers.h"

/* One option: `size` counts kind and length. A known kind of the wrong length is ignored. */
static void option_decode(const uint8_t *p, uint8_t size, struct tcp_options *opt)
{
    switch (p[0]) {
    case TCP_OPT_MSS:
        if (size == 4) {
            opt->has_mss = true;
            opt->mss = be16(p + 2);
        }
        break;
    case TCP_OPT_WSCALE:
        if (size == 3) {
            opt->has_wscale = true;
            opt->wscale = p[2];
        }
        break;
    case TCP_OPT_SACK_PERMITTED:
        opt->has_sack_permitted = size == 2;
        break;
    case TCP_OPT_SACK:
        for (uint8_t at = 2; at + 8 <= size && opt->sack_blocks < SACK_BLOCKS_MAX; at += 8)
            opt->sack[opt->sack_blocks++] = (struct sack_block){be32(p + at), be32(p + at + 4)};
        break;
    case TCP_OPT_TIMESTAMPS:
        if (size == 10) {
            opt->has_timestamps = true;
            opt->tsval = be32(p + 2);
            opt->tsecr = be32(p + 6);
        }
        break;
    case TCP_OPT_FAST_OPEN:
        opt->has_fast_open = true;
        opt->fast_open_cookie = (uint8_t)(size - 2);
        break;
    case TCP_OPT_EXPERIMENT:
        if (size >= 4 && be16(p + 2) == 0xf989) {
            opt->has_fast_open = true;
            opt->fast_open_cookie = (uint8_t)(size - 4);
        }
        break;
    default:
        break;
    }
}

/* The layout of RFC 7323 appendix A, which nearly every segment of a connection with timestamps
 * has: two NOPs and the option. */
static bool are_timestamps_alone(const uint8_t *p, uint32_t captured, uint32_t sent)
{
    return sent == 12 && captured == 12 && p[0] == TCP_OPT_NOP && p[1] == TCP_OPT_NOP &&
           p[2] == TCP_OPT_TIMESTAMPS && p[3] == 10;
}

static void options_decode(const uint8_t *p, uint32_t captured, uint32_t sent,
                           struct tcp_options *opt)
{
    uint32_t at = 0;

    if (are_timestamps_alone(p, captured, sent)) {
        opt->has_timestamps = true;
        opt->tsval = be32(p + 4);
        opt->tsecr = be32(p + 8);
        return;
    }
    while (at < sent) {
        uint8_t size;

        if (at >= captured) {
            opt->cut = true;
            return;
        }
        if (p[at] == TCP_OPT_END)
            return;
        if (p[at] == TCP_OPT_NOP) {
            at++;
            continue;
        }
        if (at + 1 >= captured) {
            opt->cut = at + 1 < sent;
            opt->malformed = !opt->cut;
            return;
        }
        size = p[at + 1];
        if (size < 2 || size > sent - at) {
            opt->malformed = true;
            return;
        }
        if (size > captured - at) {
            opt->cut = true;
            return;
        }
        option_decode(p + at, size, opt);
        at += size;
    }
}

enum skip_reason tcp_decode(struct view *view, struct segment *tcp)
{
    const uint8_t *p;
    uint32_t header_len, options_len, rest_sent;

    /* 16 bytes reach to the window. Checksum and urgent pointer may be cut off: no one asks. */
    if (view->captured < 16)
        return view->sent < 20 ? SKIP_MALFORMED : SKIP_CUT;
    p = view->at;
    header_len = (uint32_t)(p[12] >> 4) * 4;
    if (header_len < 20 || header_len > view->sent)
        return SKIP_MALFORMED;
    tcp->src.port = be16(p);
    tcp->dst.port = be16(p + 2);
    tcp->seq = be32(p + 4);
    tcp->ack = be32(p + 8);
    tcp->flags = p[13];
    tcp->win = be16(p + 14);
    rest_sent = view->sent - 20;
    options_len = header_len - 20;
    tcp->len = rest_sent - options_len;
    tcp->header = p;
    tcp->header_captured = (uint8_t)(view->captured < header_len ? view->captured : header_len);
    if (view->captured > header_len) {
        tcp->payload = p + header_len;
        tcp->payload_captured = view->captured - header_len;
    }
    if (options_len) {
        uint32_t fixed = view->captured < 20 ? view->captured : 20;
        uint32_t rest_captured = view->captured - fixed;

        options_decode(p + fixed, rest_captured < options_len ? rest_captured : options_len,
                       options_len, &tcp->opt);
    }
    return SKIP_NONE;
}
