/* A bounded view of packet bytes: what was captured, and how many bytes were really sent.
 * Every field is fetched through it, so that no read goes past the captured bytes. */
#ifndef VIEW_H
#define VIEW_H

#include <stdbool.h>
#include <stdint.h>

struct view {
    const uint8_t *at; /* borrowed from the frame */
    uint32_t captured; /* bytes that may be read from `at` on; never above `sent` */
    uint32_t sent; /* bytes that followed on the wire; above `captured` when cut by the snaplen */
};

/* Moves the view past `size` bytes and points `*head` at them. False, and nothing changed, if
 * they were not all captured. */
static inline bool view_take(struct view *view, uint32_t size, const uint8_t **head)
{
    if (view->captured < size)
        return false;
    *head = view->at;
    view->at += size;
    view->captured -= size;
    view->sent -= size;
    return true;
}

/* Cuts the view to its first `size` bytes as sent: what a length field says, never more than
 * there was. */
static inline void view_limit(struct view *view, uint32_t size)
{
    if (view->sent > size)
        view->sent = size;
    if (view->captured > view->sent)
        view->captured = view->sent;
}

static inline uint16_t be16(const uint8_t *p)
{
    return (uint16_t)(p[0] << 8 | p[1]);
}

static inline uint32_t be32(const uint8_t *p)
{
    return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

#endif
