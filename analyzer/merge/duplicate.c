#include "merge/duplicate.h"

#include <stdlib.h>

#include "base/memory.h"
#include "decode/sequence.h"

/* How long after the first sighting another may come. A tap on two sides of a router sees its
 * queue between (19 ms were met, on 10 Mbit/s), which is still less than the shortest timeout of a
 * retransmission (200 ms in Linux). Interfaces of one machine are far below a millisecond apart;
 * networks that repeat a packet by mistake, or with intent, come later than 10 ms. */
static const int64_t ROUTED_NS = 50000000;
static const int64_t SAME_NS = 10000000;
static const int64_t UNPROVEN_NS = 1000000;

enum {
    PLACES = 8192, /* a power of two; 40 ms of 200,000 packets a second, and 512 kB */
    /* How far to look back in a direction. A kernel takes up to 64 packets through one interface
     * before it hands them to the next; it is worth the time only where copies were met. */
    LOOK_USUAL = 16,
    LOOK_FOUND = 128,
    TRUST_PROVEN = 3,
    TRUST_ENOUGH = 3,
    TRUST_MAX = 12,
};

/* A first sighting. */
struct seen {
    uint64_t id;
    int64_t ts_ns;
    uint32_t older, newer; /* steps to the next of this leg and direction; 0: none */
    uint32_t seq, end, ack, tsval, tsecr;
    uint32_t sack;  /* a hash of the blocks */
    uint32_t piece; /* bytes of the first piece that it was cut into; 0: none seen */
    uint32_t file;  /* of the last sighting */
    uint16_t win, ip_id;
    uint8_t flags, ttl;
    uint8_t times; /* that it was seen whole */
    bool has_tsval : 1, has_ip_id : 1;
    bool cut : 1; /* its options were not captured whole */
};

_Static_assert(sizeof(struct seen) == 64, "a line of the cache");

struct duplicates {
    struct seen places[PLACES]; /* a ring */
    uint64_t newest;            /* its number; they count from 1 */
};

static struct seen seen_of(const struct sighting *sighting)
{
    const struct packet *packet = sighting->packet;
    const struct segment *tcp = &packet->tcp;
    struct seen seen = {
        .id = sighting->id,
        .ts_ns = sighting->ts_ns,
        .seq = tcp->seq,
        .end = tcp->seq + tcp->len + ((tcp->flags & TCP_SYN) != 0) + ((tcp->flags & TCP_FIN) != 0),
        .ack = tcp->ack,
        .tsval = tcp->opt.tsval,
        .tsecr = tcp->opt.tsecr,
        .file = sighting->file,
        .win = tcp->win,
        .ip_id = packet->ip_id,
        .flags = tcp->flags,
        .ttl = packet->ttl,
        .times = 1,
        .has_tsval = tcp->opt.has_timestamps,
        .has_ip_id = packet->has_ip_id && packet->ip_id != 0,
        .cut = tcp->opt.cut,
    };

    for (int i = 0; i < tcp->opt.sack_blocks; i++)
        seen.sack = (seen.sack * 31 + tcp->opt.sack[i].left) * 31 + tcp->opt.sack[i].right;
    return seen;
}

static struct seen *place(struct duplicates *duplicates, uint64_t number)
{
    return &duplicates->places[number & (PLACES - 1)];
}

static bool is_there(const struct duplicates *duplicates, uint64_t number)
{
    return number != 0 && duplicates->newest - number < PLACES;
}

/* --- are these two one? ---------------------------------------------------------------------- */

enum proof {
    PROOF_OTHER,  /* they are two */
    PROOF_NONE,   /* nothing tells */
    PROOF_WHOLE,  /* they are one */
    PROOF_PIECE,  /* the second is a piece of the first */
    PROOF_JOINED, /* the first is the first piece of the second */
};

/* All but the range of bytes and what goes with its ends. */
static bool has_same_head(const struct seen *a, const struct seen *b, uint8_t flags)
{
    if (a->ack != b->ack || a->win != b->win || (a->flags & flags) != (b->flags & flags))
        return false;
    if (a->has_ip_id != b->has_ip_id)
        return false;
    if (a->cut || b->cut)
        return true; /* files with other snapshot lengths: as far as it goes */
    return a->has_tsval == b->has_tsval && a->sack == b->sack &&
           (!a->has_tsval || (a->tsval == b->tsval && a->tsecr == b->tsecr));
}

static int64_t time_between(const struct seen *a, const struct seen *b)
{
    return a->ts_ns < b->ts_ns ? b->ts_ns - a->ts_ns : a->ts_ns - b->ts_ns;
}

static bool tells_id(const struct seen_half *half, const struct seen *seen)
{
    return seen->has_ip_id && !half->ids_stand_still;
}

static enum proof prove_whole(const struct seen_half *half, const struct seen *a,
                              const struct seen *b)
{
    int64_t between = time_between(a, b);
    bool is_rst = (b->flags & TCP_RST) != 0;

    if (!has_same_head(a, b, 0xff) || a->ip_id != b->ip_id)
        return PROOF_OTHER;
    if (between == 0 && a->file != b->file)
        return PROOF_WHOLE;
    /* Resets with equal numbers and other TTLs are what injectors send. */
    if (a->ttl != b->ttl && (!is_rst || tells_id(half, b)))
        return between <= (b->ttl < a->ttl ? ROUTED_NS : SAME_NS) ? PROOF_WHOLE : PROOF_OTHER;
    if (tells_id(half, b))
        return between <= SAME_NS ? PROOF_WHOLE : PROOF_OTHER;
    if (between > UNPROVEN_NS)
        return PROOF_OTHER;
    /* A SYN is not sent again so soon. A SYN-ACK may be: by the timer, and as the answer to a SYN
     * that was sent again by a timer of the same age. */
    return (b->flags & (TCP_SYN | TCP_ACK)) == TCP_SYN ? PROOF_WHOLE : PROOF_NONE;
}

/* Segmentation gives each piece the next IP-ID, or all the same; a repetition by the sender has
 * one behind all of them. */
static enum proof prove_piece(const struct seen_half *half, const struct seen *a,
                              const struct seen *b)
{
    uint32_t off = b->seq - a->seq, len = b->end - b->seq;
    uint16_t steps = (uint16_t)(b->ip_id - a->ip_id);

    if (off != 0 && (a->piece == 0 || off % a->piece != 0))
        return PROOF_OTHER;
    if (off != 0 && len != a->piece && b->end != a->end)
        return PROOF_OTHER;
    if (b->has_ip_id && steps != 0 && (off == 0 || steps != off / a->piece))
        return PROOF_OTHER;
    return tells_id(half, b) || a->ttl != b->ttl ? PROOF_PIECE : PROOF_OTHER;
}

static enum proof prove_cut(const struct seen_half *half, const struct seen *a,
                            const struct seen *b)
{
    uint8_t flags = (uint8_t) ~(TCP_FIN | TCP_PSH);

    if (((a->flags | b->flags) & (TCP_SYN | TCP_RST)) || a->seq == a->end || b->seq == b->end ||
        time_between(a, b) > SAME_NS || !has_same_head(a, b, flags))
        return PROOF_OTHER;
    if (!seq_before(b->seq, a->seq) && !seq_before(a->end, b->end))
        return prove_piece(half, a, b);
    if (a->seq != b->seq || a->ip_id != b->ip_id)
        return PROOF_OTHER;
    return tells_id(half, b) || a->ttl != b->ttl ? PROOF_JOINED : PROOF_OTHER;
}

static enum proof prove(const struct seen_half *half, const struct seen *a, const struct seen *b)
{
    if (a->seq == b->seq && a->end == b->end)
        return prove_whole(half, a, b);
    return prove_cut(half, a, b);
}

/* --- a leg in which everything comes several times -------------------------------------------- */

/* ACKs teach nothing: equal ones are often sent. */
static void learn_several(struct seen_leg *leg, struct seen_half *half, const struct seen *first,
                          bool proven)
{
    if (first->seq == first->end && !proven)
        return;
    if (first->times == 2 && leg->trust < TRUST_MAX)
        leg->trust = (uint8_t)(leg->trust + (proven ? TRUST_PROVEN : 1));
    if (first->times > leg->usual)
        leg->usual = first->times;
    if (first->id == half->newest_id)
        half->is_single = false;
}

/* The newest of a direction has come once, and its copy is overdue. */
static void learn_single(struct seen_leg *leg)
{
    leg->trust = leg->trust > 2 ? leg->trust - 2 : 0;
    if (leg->trust == 0)
        leg->usual = 0;
}

static bool is_usual(const struct seen_leg *leg, const struct seen *first)
{
    return leg->trust >= TRUST_ENOUGH && first->times < leg->usual;
}

/* --- the ring -------------------------------------------------------------------------------- */

/* Whether it has what no segment of its direction had before: it can be no copy of one. */
static bool is_ahead(const struct seen_half *half, const struct seen *seen)
{
    if (half->newest == 0)
        return true;
    if (seen->flags & TCP_RST)
        return false;
    return seq_before(half->top, seen->end) ||
           ((seen->flags & TCP_ACK) && seq_before(half->top_ack, seen->ack));
}

static void raise_tops(struct seen_half *half, const struct seen *seen)
{
    if (half->newest == 0) {
        half->top = seen->end;
        half->top_ack = seen->ack;
    }
    if (seen->flags & TCP_RST)
        return; /* may have any numbers */
    if (seq_before(half->top, seen->end))
        half->top = seen->end;
    if ((seen->flags & TCP_ACK) && seq_before(half->top_ack, seen->ack))
        half->top_ack = seen->ack;
}

static void remember(struct duplicates *duplicates, struct seen_leg *leg, struct seen_half *half,
                     struct seen *seen)
{
    struct seen *last = NULL;

    raise_tops(half, seen);
    if (half->is_single && seen->ts_ns - half->newest_ns > UNPROVEN_NS)
        learn_single(leg);
    duplicates->newest++;
    if (is_there(duplicates, half->newest)) {
        last = place(duplicates, half->newest);
        seen->older = last->newer = (uint32_t)(duplicates->newest - half->newest);
    }
    half->ids_stand_still = last != NULL && seen->has_ip_id && seen->ip_id == last->ip_id;
    half->newest = duplicates->newest;
    half->newest_id = seen->id;
    half->newest_ns = seen->ts_ns;
    half->is_single = seen->seq != seen->end;
    *place(duplicates, half->newest) = *seen;
}

/* Number and kind of what may be the first sighting; 0: there is none. */
struct candidate {
    uint64_t number;
    enum proof proof;
};

static struct candidate find(struct duplicates *duplicates, const struct seen_leg *leg,
                             const struct seen_half *half, const struct seen *seen)
{
    struct candidate likely = {0}, here = {.number = half->hint};
    int look = leg->found ? LOOK_FOUND : LOOK_USUAL;

    if (is_there(duplicates, here.number)) {
        here.proof = prove(half, place(duplicates, here.number), seen);
        if (here.proof > PROOF_NONE)
            return here;
    }
    for (here.number = half->newest; look > 0 && is_there(duplicates, here.number); look--) {
        const struct seen *other = place(duplicates, here.number);

        if (seen->ts_ns - other->ts_ns > ROUTED_NS)
            break;
        here.proof = prove(half, other, seen);
        if (here.proof > PROOF_NONE)
            return here;
        if (here.proof == PROOF_NONE && likely.number == 0)
            likely = here;
        if (other->older == 0)
            break;
        here.number -= other->older;
    }
    return likely;
}

static void take_sighting(struct seen_leg *leg, struct seen_half *half, struct seen *first,
                          const struct seen *seen, enum proof proof)
{
    if (proof == PROOF_PIECE && first->seq == seen->seq)
        first->piece = seen->end - seen->seq;
    if (proof > PROOF_WHOLE)
        return;
    if (first->times < UINT8_MAX)
        first->times++;
    first->file = seen->file;
    learn_several(leg, half, first, proof == PROOF_WHOLE);
}

uint64_t duplicates_add(struct duplicates *duplicates, struct seen_leg *leg,
                        const struct sighting *sighting)
{
    struct seen_half *half = &leg->half[sighting->dir];
    struct seen seen = seen_of(sighting), *first;
    struct candidate found = {0};

    if (!is_ahead(half, &seen))
        found = find(duplicates, leg, half, &seen);
    if (found.number == 0) {
        remember(duplicates, leg, half, &seen);
        return 0;
    }
    first = place(duplicates, found.number);
    if (found.proof == PROOF_NONE && !is_usual(leg, first)) {
        /* Bytes that come again so soon: it may turn out to be the custom here. */
        if (leg->trust < TRUST_ENOUGH && seen.seq != seen.end)
            take_sighting(leg, half, first, &seen, found.proof);
        else
            remember(duplicates, leg, half, &seen);
        return 0;
    }
    take_sighting(leg, half, first, &seen, found.proof);
    leg->found = true;
    /* Copies come in the order of the first sightings. */
    half->hint = first->newer != 0 && found.proof != PROOF_PIECE ? found.number + first->newer
                                                                 : found.number;
    return first->id;
}

struct duplicates *duplicates_new(void)
{
    return memory_zalloc(sizeof(struct duplicates));
}

void duplicates_free(struct duplicates *duplicates)
{
    free(duplicates);
}
