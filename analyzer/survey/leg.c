/* To which connection a segment belongs, and where in its stream it lies. */
#include "survey/leg_life.h"

#include "decode/sequence.h"

struct endpoint leg_end(const struct leg *leg, int dir)
{
    bool low = leg->client_is_low == (dir == DIR_CLIENT);
    struct endpoint end = {.addr = low ? leg->key.low : leg->key.high,
                           .port = low ? leg->key.low_port : leg->key.high_port};

    return end;
}

int leg_service_rank(uint16_t port)
{
    if (port < 1024)
        return 2;
    return port < 32768; /* Linux takes 32768 to 60999, others from 49152 on */
}

bool leg_sender_is_client(const struct segment *tcp)
{
    int src, dst;

    if (tcp->flags & TCP_SYN)
        return !(tcp->flags & TCP_ACK);
    src = leg_service_rank(tcp->src.port);
    dst = leg_service_rank(tcp->dst.port);
    return src != dst ? src < dst : tcp->src.port >= tcp->dst.port;
}

static bool syn_begins(const struct leg *leg, int dir, const struct segment *tcp)
{
    if (leg->has_isn[dir] && leg->isn[dir] == tcp->seq)
        return false;
    /* Simultaneous open: both ends have sent a SYN, and neither anything else but an ACK, which may
     * come before the SYN in a split handshake. */
    return !(dir == DIR_SERVER && leg->phase == LEG_SYN_SENT && !leg->has_isn[DIR_SERVER] &&
             leg->top[DIR_SERVER] <= 1);
}

static bool synack_begins(const struct leg *leg, int dir, const struct segment *tcp)
{
    /* Its sender's own FIN is enough: the other direction may not be captured at all. */
    bool closed = leg->rst || leg->fin[dir];

    if (leg->has_isn[dir] && leg->isn[dir] == tcp->seq)
        return false;
    if (leg->has_isn[!dir] && leg->isn[!dir] + 1 == tcp->ack)
        return false;
    /* It answers a SYN that was not captured. An open connection gets strange SYN-ACKs as well,
     * which are its own trouble. */
    return closed || leg->phase == LEG_MIDSTREAM;
}

bool leg_begins(const struct leg *leg, int dir, const struct segment *tcp)
{
    if (!(tcp->flags & TCP_SYN) || (tcp->flags & TCP_RST))
        return false;
    return tcp->flags & TCP_ACK ? synack_begins(leg, dir, tcp) : syn_begins(leg, dir, tcp);
}

static void set_base(struct leg *leg, int dir, uint32_t base)
{
    leg->has_base[dir] = true;
    leg->base[dir] = base;
    leg->top[dir] = 0;
}

static void take_syn(struct leg *leg, int dir, const struct segment *tcp)
{
    bool answer = (tcp->flags & TCP_ACK) != 0;

    if (leg->phase == LEG_ESTABLISHED && leg->has_isn[dir])
        return; /* a stray SYN on an open connection changes nothing */
    if (leg->phase == LEG_SYN_SENT)
        leg->rst = false; /* it was a former connection's, or a refusal, and it is tried again */
    if (!leg->has_isn[dir] || leg->isn[dir] != tcp->seq) {
        leg->has_isn[dir] = true;
        leg->isn[dir] = tcp->seq;
        set_base(leg, dir, tcp->seq);
    }
    if (answer && !leg->has_isn[!dir]) {
        leg->has_isn[!dir] = true;
        leg->isn[!dir] = tcp->ack - 1;
        if (!leg->has_base[!dir]) {
            set_base(leg, !dir, tcp->ack - 1);
            leg->top[!dir] = 1;
        }
    }
    if (answer && leg->phase < LEG_SYN_ANSWERED)
        leg->phase = LEG_SYN_ANSWERED;
    else if (!answer && leg->phase == LEG_MIDSTREAM)
        leg->phase = LEG_SYN_SENT;
}

static void take_phase(struct leg *leg, int dir, const struct segment *tcp)
{
    if (tcp->flags & TCP_RST)
        leg->rst = true;
    else if (leg->phase != LEG_MIDSTREAM && !(tcp->flags & TCP_SYN) && (tcp->flags & TCP_ACK) &&
             (dir == DIR_CLIENT || tcp->len > 0))
        leg->phase = LEG_ESTABLISHED; /* also where the SYN-ACK was not captured */
    if (tcp->flags & TCP_FIN)
        leg->fin[dir] = true;
}

void leg_take(struct leg *leg, int dir, const struct segment *tcp, int64_t ts_ns,
              struct leg_hit *hit)
{
    bool has_ack = (tcp->flags & TCP_ACK) != 0;
    int64_t end;

    if ((tcp->flags & TCP_SYN) && !(tcp->flags & TCP_RST))
        take_syn(leg, dir, tcp);
    if (!leg->has_base[dir])
        set_base(leg, dir, tcp->seq - 1);
    if (has_ack && !leg->has_base[!dir] && !(tcp->flags & TCP_RST)) {
        set_base(leg, !dir, tcp->ack - 1);
        leg->top[!dir] = 1;
    }
    take_phase(leg, dir, tcp);
    leg->last_ns = ts_ns;

    hit->off = seq_unwrap(tcp->seq, leg->base[dir], leg->top[dir]);
    hit->has_ack = has_ack && leg->has_base[!dir];
    hit->ack_off = hit->has_ack ? seq_unwrap(tcp->ack, leg->base[!dir], leg->top[!dir]) : 0;
    /* A reset may carry any number (RFC 5961); it does not move the stream. */
    end = hit->off + tcp->len + ((tcp->flags & TCP_SYN) != 0) + ((tcp->flags & TCP_FIN) != 0);
    if (!(tcp->flags & TCP_RST) && end > leg->top[dir])
        leg->top[dir] = end;
}

void leg_flip(struct leg *leg, struct leg_hit *hit)
{
    struct leg old = *leg;

    leg->client_is_low = !old.client_is_low;
    for (int dir = 0; dir < DIRS; dir++) {
        leg->fin[dir] = old.fin[!dir];
        leg->has_isn[dir] = old.has_isn[!dir];
        leg->isn[dir] = old.isn[!dir];
        leg->has_base[dir] = old.has_base[!dir];
        leg->base[dir] = old.base[!dir];
        leg->top[dir] = old.top[!dir];
    }
    hit->dir = !hit->dir;
}
