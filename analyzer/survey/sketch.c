#include "survey/sketch.h"

#include <string.h>

#define XXH_INLINE_ALL /* all sizes are known here */
#include <xxhash.h>

enum {
    EXACT_LEN_MAX = 1200, /* longer ones may be cut otherwise at another point */
    BYTE_STRIDE = 32 * 1024,
    PAYLOAD_BYTES = 24, /* as many as a snapshot length of 96 leaves */
};

static void insert(struct sketch *sketch, enum sketch_class kind, int dir, uint64_t hash,
                   int64_t ts_ns)
{
    struct fingerprint *kept = sketch->kept[kind][dir];
    unsigned count = sketch->count[kind][dir], at = count;

    while (at > 0 && kept[at - 1].hash >= hash)
        at--;
    if (at < count && kept[at].hash == hash) {
        kept[at].repeated = true;
        return;
    }
    if (count < SKETCH_KEPT)
        sketch->count[kind][dir] = (uint8_t)++count;
    memmove(&kept[at + 1], &kept[at], (count - 1 - at) * sizeof *kept);
    kept[at] = (struct fingerprint){.hash = hash, .ts_ns = ts_ns};
}

/* Nearly none is among the lowest, once there are some. */
static inline void keep(struct sketch *sketch, enum sketch_class kind, int dir, uint64_t hash,
                        int64_t ts_ns)
{
    if (sketch->count[kind][dir] < SKETCH_KEPT ||
        hash <= sketch->kept[kind][dir][SKETCH_KEPT - 1].hash)
        insert(sketch, kind, dir, hash, ts_ns);
}

static void add_exact(struct sketch *sketch, int dir, const struct segment *tcp, int64_t ts_ns)
{
    uint32_t words[6] = {tcp->seq,       tcp->ack,
                         tcp->len,       tcp->flags & (TCP_SYN | TCP_FIN | TCP_RST | TCP_ACK),
                         tcp->opt.tsval, tcp->opt.tsecr};

    keep(sketch, SKETCH_EXACT, dir, XXH3_64bits(words, sizeof words), ts_ns);
}

static void add_bytes(struct sketch *sketch, int dir, const struct segment *tcp, int64_t ts_ns)
{
    uint32_t first = (tcp->seq + BYTE_STRIDE - 1) / BYTE_STRIDE * BYTE_STRIDE;

    for (uint32_t at = first; at - tcp->seq < tcp->len; at += BYTE_STRIDE) {
        uint32_t words[2] = {at, tcp->opt.tsval};

        keep(sketch, SKETCH_BYTE, dir, XXH3_64bits(words, sizeof words), ts_ns);
    }
}

static void add_content(struct sketch *sketch, int dir, const struct segment *tcp, int64_t ts_ns)
{
    uint32_t words[3] = {tcp->opt.tsval, tcp->opt.tsecr, tcp->len};

    if (tcp->payload_captured >= PAYLOAD_BYTES)
        keep(sketch, SKETCH_CONTENT, dir, XXH3_64bits(tcp->payload, PAYLOAD_BYTES), ts_ns);
    else if (tcp->opt.has_timestamps && tcp->opt.tsecr != 0 && tcp->len == 0)
        keep(sketch, SKETCH_CONTENT, dir, XXH3_64bits(words, sizeof words), ts_ns);
}

void sketch_add(struct sketch *sketch, int dir, const struct packet *packet, int64_t ts_ns)
{
    const struct segment *tcp = &packet->tcp;

    if (tcp->len <= EXACT_LEN_MAX)
        add_exact(sketch, dir, tcp, ts_ns);
    if (tcp->len > 0)
        add_bytes(sketch, dir, tcp, ts_ns);
    add_content(sketch, dir, tcp, ts_ns);
}

void sketch_flip(struct sketch *sketch)
{
    struct sketch old = *sketch;

    for (int kind = 0; kind < SKETCH_CLASSES; kind++) {
        for (int dir = 0; dir < DIRS; dir++) {
            sketch->count[kind][dir] = old.count[kind][!dir];
            memcpy(sketch->kept[kind][dir], old.kept[kind][!dir], sizeof old.kept[kind][dir]);
        }
    }
}

unsigned sketch_compare(const struct sketch *a, const struct sketch *b, sketch_shared_fn *shared,
                        void *context)
{
    unsigned count = 0;

    for (int kind = 0; kind < SKETCH_CLASSES; kind++) {
        for (int pair = 0; pair < DIRS * DIRS; pair++) {
            int dir_a = pair / DIRS, dir_b = pair % DIRS;
            const struct fingerprint *x = a->kept[kind][dir_a], *y = b->kept[kind][dir_b];
            const struct fingerprint *x_end = x + a->count[kind][dir_a];
            const struct fingerprint *y_end = y + b->count[kind][dir_b];

            while (x < x_end && y < y_end) {
                if (x->hash == y->hash) {
                    count += !x->repeated && !y->repeated;
                    if (shared != NULL)
                        shared(context, (enum sketch_class)kind, dir_a, dir_b, x, y);
                    x++;
                    y++;
                } else if (x->hash < y->hash) {
                    x++;
                } else {
                    y++;
                }
            }
        }
    }
    return count;
}
