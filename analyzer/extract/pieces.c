#include "extract/pieces.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    PIECES = 64, /* remembered at one time */
    KEY = 40,
};

/* Which datagram: RFC 791 §3.2, RFC 8200 §4.5. Zero where a version needs less. */
struct key {
    uint8_t bytes[KEY];
};

struct piece {
    struct frame frame;
    struct key key;
    int64_t number;
    uint8_t *bytes; /* NULL: the place is free */
};

struct pieces {
    struct piece kept[PIECES];
    size_t next;    /* the oldest */
    uint8_t *given; /* what pieces_take() gave last */
};

/* Of the outermost fragment's header. */
static bool key_of(const struct trail *trail, struct key *key)
{
    for (size_t i = 0; i < trail->count; i++) {
        const struct trail_layer *layer = &trail->layers[i];
        const uint8_t *p = trail->frame + layer->at;

        if (layer->kind != TRAIL_IP || !layer->piece || layer->quoted)
            continue;
        *key = (struct key){0};
        if (layer->version == 4) {
            memcpy(key->bytes, p + 12, 8);    /* addresses */
            memcpy(key->bytes + 8, p + 4, 2); /* identification */
            key->bytes[10] = p[9];            /* protocol */
        } else {
            memcpy(key->bytes, p + 8, 32);
            memcpy(key->bytes + 32, p + layer->header_len - 4, 4);
        }
        key->bytes[KEY - 1] = layer->version;
        return true;
    }
    return false;
}

struct pieces *pieces_new(void)
{
    return memory_zalloc(sizeof(struct pieces));
}

void pieces_free(struct pieces *pieces)
{
    if (pieces == NULL)
        return;
    for (size_t i = 0; i < PIECES; i++)
        free(pieces->kept[i].bytes);
    free(pieces->given);
    free(pieces);
}

void pieces_add(struct pieces *pieces, const struct frame *frame, const struct trail *trail,
                int64_t number)
{
    struct piece *piece = &pieces->kept[pieces->next];
    struct key key;

    if (!key_of(trail, &key))
        return;
    free(piece->bytes);
    piece->bytes = memory_alloc(frame->captured);
    memcpy(piece->bytes, frame->bytes, frame->captured);
    piece->key = key;
    piece->frame = *frame;
    piece->frame.bytes = piece->bytes;
    piece->frame.comment = NULL;
    piece->number = number;
    pieces->next = (pieces->next + 1) % PIECES;
}

bool pieces_take(struct pieces *pieces, const struct trail *trail, struct frame *frame,
                 int64_t *number)
{
    struct key key;

    free(pieces->given);
    pieces->given = NULL;
    if (!key_of(trail, &key))
        return false;
    for (size_t i = 0; i < PIECES; i++) {
        struct piece *piece = &pieces->kept[(pieces->next + i) % PIECES];

        if (piece->bytes == NULL || memcmp(&piece->key, &key, sizeof key) != 0)
            continue;
        *frame = piece->frame;
        *number = piece->number;
        pieces->given = piece->bytes;
        piece->bytes = NULL;
        return true;
    }
    return false;
}
