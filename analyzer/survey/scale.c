#include "survey/scale.h"

#include "decode/sequence.h"

/* One byte beyond the window probes it. The scaled window is rounded, so one unit tells nothing. */
static void learn_from_data(struct scale_watch *watch, int dir, const struct segment *tcp)
{
    uint32_t in_flight = tcp->seq + tcp->len - watch->side[!dir].ack;
    uint64_t win = watch->side[!dir].win;
    uint8_t *low = &watch->side[!dir].low;

    if (tcp->len <= 1 || win == 0 || !watch->side[!dir].has_ack || (int32_t)in_flight <= 0)
        return;
    while (*low < SCALE_MAX && in_flight > (win + 1) << *low)
        ++*low;
}

/* The same ACK with a smaller window was overtaken. */
static void learn_from_ack(struct scale_watch *watch, int dir, const struct segment *tcp)
{
    uint32_t acked = tcp->ack - watch->side[dir].ack;
    int shrunk = watch->side[dir].win - tcp->win - 1;
    uint8_t *above = &watch->side[dir].above;

    if (watch->side[dir].has_ack && ((int32_t)acked < 0 || (acked == 0 && shrunk >= 0)))
        return;
    if (watch->side[dir].has_ack && acked > 0 && shrunk > 0)
        while (*above < SCALE_MAX && (uint64_t)shrunk << (SCALE_MAX - *above) > acked)
            ++*above;
    watch->side[dir].has_ack = true;
    watch->side[dir].ack = tcp->ack;
    watch->side[dir].win = tcp->win;
}

void scale_watch_add(struct scale_watch *watch, int dir, const struct segment *tcp)
{
    if (tcp->flags & (TCP_SYN | TCP_RST))
        return; /* windows of their own kind */
    learn_from_data(watch, dir, tcp);
    if (tcp->flags & TCP_ACK)
        learn_from_ack(watch, dir, tcp);
}

uint8_t scale_watch_most(const struct scale_watch *watch, int dir)
{
    uint8_t high = (uint8_t)(SCALE_MAX - watch->side[dir].above);

    return watch->side[dir].low > high ? SCALE_MAX : high;
}
