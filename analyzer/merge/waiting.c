#include "merge/waiting.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    WAITING_FIRST = 16, /* powers of two */
    WAITING_MAX = 4096,
};

struct print print_of(const struct packet *packet)
{
    const struct segment *tcp = &packet->tcp;
    struct print print = {
        .seq = tcp->seq,
        .ack = tcp->ack,
        .has_ack = (tcp->flags & TCP_ACK) != 0,
        .is_rst = (tcp->flags & TCP_RST) != 0,
        .has_tsval = tcp->opt.has_timestamps,
        .has_ip_id = packet->has_ip_id && packet->ip_id != 0,
        .ip_id = packet->ip_id,
        .tsval = tcp->opt.tsval,
        .tsecr = tcp->opt.tsecr,
    };

    print.end = tcp->seq;
    if (!print.is_rst)
        print.end += tcp->len + ((tcp->flags & TCP_SYN) != 0) + ((tcp->flags & TCP_FIN) != 0);
    return print;
}

bool print_agrees(const struct print *a, const struct print *b)
{
    bool empty = a->seq == a->end;

    if (a->is_rst != b->is_rst || empty != (b->seq == b->end))
        return false;
    if (a->has_tsval && b->has_tsval && a->tsval != b->tsval)
        return false;
    if (!empty)
        return true;
    /* Nothing but the numbers tells one ACK from another. */
    return a->seq == b->seq && a->has_ack == b->has_ack && (!a->has_ack || a->ack == b->ack) &&
           (!a->has_tsval || !b->has_tsval || a->tsecr == b->tsecr);
}

static void grow(struct waiting *waiting)
{
    size_t capacity = waiting->capacity ? waiting->capacity * 2 : WAITING_FIRST;
    struct wait *items = memory_alloc(capacity * sizeof *items);

    for (size_t i = 0; i < waiting->count; i++)
        items[i] = *waiting_at(waiting, i);
    free(waiting->items);
    waiting->items = items;
    waiting->capacity = capacity;
    waiting->first = 0;
}

void waiting_add(struct waiting *waiting, const struct wait *wait)
{
    if (waiting->count == waiting->capacity) {
        if (waiting->capacity == WAITING_MAX) {
            waiting->given_up += !waiting_at(waiting, 0)->done;
            waiting_pop(waiting);
        } else {
            grow(waiting);
        }
    }
    *waiting_at(waiting, waiting->count++) = *wait;
}

void waiting_pop(struct waiting *waiting)
{
    waiting->first = (waiting->first + 1) & (waiting->capacity - 1);
    waiting->count--;
}

void waiting_done(struct waiting *waiting)
{
    free(waiting->items);
    *waiting = (struct waiting){0};
}
