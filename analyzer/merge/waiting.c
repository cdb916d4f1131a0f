#include "merge/waiting.h"

#include <stdlib.h>

#include "base/memory.h"
#include "decode/sequence.h"

enum {
    WAITING_FIRST = 16, /* powers of two */
    WAITING_MAX = 16384,
};

/* Places of the ring, counted from 1; 0: none. */
struct chain {
    uint32_t oldest, newest;
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

static bool is_empty(const struct print *print)
{
    return print->seq == print->end;
}

bool print_agrees(const struct print *a, const struct print *b)
{
    if (a->is_rst != b->is_rst || is_empty(a) != is_empty(b))
        return false;
    if (a->has_tsval && b->has_tsval && a->tsval != b->tsval)
        return false;
    if (!is_empty(a))
        return true;
    /* Nothing but the numbers tells one ACK from another. */
    return a->seq == b->seq && a->has_ack == b->has_ack && (!a->has_ack || a->ack == b->ack) &&
           (!a->has_tsval || !b->has_tsval || a->tsecr == b->tsecr);
}

bool print_is_same(const struct print *a, const struct print *b)
{
    if (a->seq != b->seq || a->end != b->end || a->has_ack != b->has_ack ||
        (a->has_ack && a->ack != b->ack))
        return false;
    if (a->has_ip_id && b->has_ip_id)
        return a->ip_id == b->ip_id;
    return !is_empty(a) && a->has_tsval && b->has_tsval && a->tsecr == b->tsecr;
}

/* --- chains ---------------------------------------------------------------------------------- */

/* Bytes are found by their range; what has none, by what it acknowledges. */
static struct chain *chain_of(const struct waiting *waiting, const struct print *print)
{
    uint32_t other = is_empty(print) ? print->has_ack ? print->ack : 0 : print->end;
    uint64_t hash = ((uint64_t)print->seq << 32 | other) * 0x9e3779b97f4a7c15U; /* Fibonacci */

    return &waiting->chains[(hash >> 32) & (waiting->capacity - 1)];
}

static struct wait *place(const struct waiting *waiting, uint32_t number)
{
    return number == 0 ? NULL : &waiting->items[number - 1];
}

static void link_newest(struct waiting *waiting, struct wait *wait)
{
    struct chain *chain = chain_of(waiting, &wait->print);
    uint32_t number = (uint32_t)(wait - waiting->items) + 1;

    wait->linked = true;
    wait->next = 0;
    if (chain->oldest == 0)
        chain->oldest = number;
    else
        place(waiting, chain->newest)->next = number;
    chain->newest = number;
}

static void unlink_wait(struct waiting *waiting, struct wait *wait)
{
    struct chain *chain = chain_of(waiting, &wait->print);
    uint32_t number = (uint32_t)(wait - waiting->items) + 1, before = 0;

    if (!wait->linked)
        return;
    wait->linked = false;
    for (uint32_t at = chain->oldest; at != number; at = place(waiting, at)->next)
        before = at;
    if (before == 0)
        chain->oldest = wait->next;
    else
        place(waiting, before)->next = wait->next;
    if (chain->newest == number)
        chain->newest = before;
}

/* How well one fits that agrees: 3 at best. */
static int rank(const struct wait *wait, const struct print *print)
{
    bool same_id =
        !print->has_ip_id || (wait->print.has_ip_id && wait->print.ip_id == print->ip_id);

    return 2 * same_id + !wait->excused;
}

struct wait *waiting_find(const struct waiting *waiting, const struct print *print)
{
    struct wait *best = NULL, *wait;
    int best_rank = -1;

    if (waiting->count == 0)
        return NULL;
    wait = place(waiting, chain_of(waiting, print)->oldest);
    for (; wait != NULL && best_rank < 3; wait = place(waiting, wait->next)) {
        if (wait->print.seq != print->seq || wait->print.end != print->end ||
            !print_agrees(&wait->print, print) || rank(wait, print) <= best_rank)
            continue;
        best = wait;
        best_rank = rank(wait, print);
    }
    return best;
}

/* --- the queue ------------------------------------------------------------------------------- */

/* Whoever is matched has overtaken, or outlived, all those before it. */
static void advance(struct waiting *waiting, const struct wait *wait)
{
    uint32_t i = ((uint32_t)(wait - waiting->items) - waiting->first) & (waiting->capacity - 1);

    if (i > waiting->cursor)
        waiting->cursor = i;
}

void waiting_narrow(struct waiting *waiting, struct wait *wait)
{
    advance(waiting, wait);
    unlink_wait(waiting, wait);
}

void waiting_settle(struct waiting *waiting, struct wait *wait)
{
    waiting_narrow(waiting, wait);
    wait->done = true;
    waiting->live--;
}

/* Moves those that are not done into a ring of `capacity` places. */
static void rebuild(struct waiting *waiting, uint32_t capacity)
{
    struct waiting old = *waiting;

    waiting->items = memory_alloc(capacity * sizeof *waiting->items);
    waiting->chains = memory_zalloc(capacity * sizeof *waiting->chains);
    waiting->capacity = capacity;
    waiting->first = waiting->count = waiting->cursor = 0;
    for (uint32_t i = 0; i < old.count; i++) {
        const struct wait *wait = waiting_at(&old, i);

        if (i == old.cursor)
            waiting->cursor = waiting->count;
        if (wait->done)
            continue;
        waiting->items[waiting->count] = *wait;
        if (wait->linked)
            link_newest(waiting, &waiting->items[waiting->count]);
        waiting->count++;
    }
    if (old.cursor >= old.count)
        waiting->cursor = waiting->count;
    free(old.items);
    free(old.chains);
}

/* Each rebuilding leaves half of the ring free, so that a segment pays for it once or twice. */
static void make_room(struct waiting *waiting)
{
    if (waiting->capacity == 0) {
        rebuild(waiting, WAITING_FIRST);
    } else if (waiting->live <= waiting->capacity / 2) {
        rebuild(waiting, waiting->capacity);
    } else if (waiting->capacity < WAITING_MAX) {
        rebuild(waiting, waiting->capacity * 2);
    } else {
        waiting->given_up += !waiting_at(waiting, 0)->done;
        waiting_pop(waiting);
    }
}

void waiting_add(struct waiting *waiting, const struct wait *wait)
{
    struct wait *added;

    if (waiting->count == waiting->capacity)
        make_room(waiting);
    added = waiting_at(waiting, waiting->count++);
    *added = *wait;
    added->done = false;
    if (waiting->live == 0 || seq_before(waiting->top, wait->print.end))
        waiting->top = wait->print.end;
    waiting->live++;
    link_newest(waiting, added);
}

void waiting_pop(struct waiting *waiting)
{
    struct wait *oldest = waiting_at(waiting, 0);

    if (!oldest->done)
        waiting_settle(waiting, oldest);
    waiting->first = (waiting->first + 1) & (waiting->capacity - 1);
    waiting->count--;
    if (waiting->cursor > 0)
        waiting->cursor--;
}

void waiting_rest(struct waiting *waiting)
{
    uint64_t given_up = waiting->given_up;

    if (waiting->count > 0)
        return;
    waiting_done(waiting);
    waiting->given_up = given_up;
}

void waiting_done(struct waiting *waiting)
{
    free(waiting->items);
    free(waiting->chains);
    *waiting = (struct waiting){0};
}
