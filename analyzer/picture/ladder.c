#include "picture/ladder.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "decode/packet.h"
#include "picture/picture.h"

bool ladder_row_shows(const struct ladder_row *row, int64_t segment)
{
    for (size_t lane = 0; lane < LADDER_LANES_MAX; lane++)
        if (row->sightings[lane].segment == segment)
            return true;
    return false;
}

/* The row of the sighting `segment` at another point, if `lane` is still free in it. Where the
 * network cut a segment in pieces the first of them takes it. */
static struct ladder_row *row_of(struct ladder *ladder, int64_t segment, size_t lane)
{
    for (size_t i = ladder->count; i-- > 0;) {
        struct ladder_row *row = &ladder->rows[i];

        if (row->sightings[lane].segment == 0 && ladder_row_shows(row, segment))
            return row;
    }
    return NULL;
}

void ladder_add(struct ladder *ladder, size_t lane, const struct picture_segment *s)
{
    struct ladder_row *row = NULL;

    if (s->seen_before != 0)
        row = row_of(ladder, s->seen_before, lane);
    if (row == NULL) {
        row = MEMORY_APPEND(ladder->rows, ladder->count, ladder->capacity);
        row->ts_ns = s->ts_ns;
        row->dir = s->dir;
        row->flags = s->flags;
        row->off = s->off;
        row->len = s->len;
        row->has_ack = s->has_ack;
        row->ack_off = s->ack_off;
        row->seen_before = s->seen_before != 0;
    }
    row->mark_bits |= s->mark_bits;
    row->sightings[lane] = (struct ladder_sighting){s->id, s->ts_ns, s->frame, s->ttl};
}

void ladder_add_icmp(struct ladder *ladder, size_t lane, int64_t ts_ns, int64_t frame, int ttl,
                     char *text)
{
    struct ladder_row *row = MEMORY_APPEND(ladder->rows, ladder->count, ladder->capacity);

    row->ts_ns = ts_ns;
    row->is_icmp = true;
    row->icmp = text;
    row->sightings[lane] = (struct ladder_sighting){-1, ts_ns, frame, ttl};
}

static int by_time(const void *a, const void *b)
{
    const struct ladder_row *left = a;
    const struct ladder_row *right = b;

    if (left->ts_ns != right->ts_ns)
        return left->ts_ns > right->ts_ns ? 1 : -1;
    if (left->is_icmp != right->is_icmp)
        return left->is_icmp ? 1 : -1;
    for (size_t i = 0; i < LADDER_LANES_MAX; i++)
        if (left->sightings[i].frame != right->sightings[i].frame)
            return left->sightings[i].frame > right->sightings[i].frame ? 1 : -1;
    return 0;
}

void ladder_sort(struct ladder *ladder)
{
    if (ladder->count > 0)
        qsort(ladder->rows, ladder->count, sizeof *ladder->rows, by_time);
}

struct ladder_span ladder_span(const struct ladder_row *row, size_t lanes)
{
    size_t low = 0, high = 0;

    for (size_t i = 0; i < lanes; i++) {
        if (row->sightings[i].segment == 0)
            continue;
        if (low == 0)
            low = i + 1;
        high = i + 1;
    }
    return row->dir == 0 ? (struct ladder_span){low, high, 0, lanes + 1, 1}
                         : (struct ladder_span){high, low, lanes + 1, 0, -1};
}

void ladder_write_words(FILE *out, const struct ladder_row *row)
{
    static const struct {
        unsigned flag;
        const char *name;
    } names[] = {
        {TCP_SYN, "SYN"},
        {TCP_FIN, "FIN"},
        {TCP_RST, "RST"},
        {TCP_PSH, "PSH"},
        {TCP_URG, "URG"},
        {TCP_ACK, "ACK"}
    };
    const char *before = "";

    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        if (!(row->flags & names[i].flag))
            continue;
        fprintf(out, "%s%s", before, names[i].name);
        before = " ";
    }
    if (row->len > 0)
        fprintf(out, "%s%" PRId64 ":%" PRId64, before, row->off, row->off + row->len);
    else if (row->flags & (TCP_SYN | TCP_FIN | TCP_RST))
        fprintf(out, "%s%" PRId64, before, row->off);
    if (row->has_ack && !(row->flags & TCP_SYN && row->ack_off == 1))
        fprintf(out, ", ack %" PRId64, row->ack_off);
}

void ladder_done(struct ladder *ladder)
{
    for (size_t i = 0; i < ladder->count; i++)
        free(ladder->rows[i].icmp);
    free(ladder->rows);
    *ladder = (struct ladder){0};
}
