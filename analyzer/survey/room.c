#include "survey/room.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

enum {
    THIRDS = 80 /* of a search: to a 10^-14 of where it began */
};

/* --- the crossings that matter --------------------------------------------------------------- */

/* Whether `b` lies beyond the line from `a` to `c`: then no line can touch it before these. For
 * what passed a first the hull is the lower one, else the upper. */
static bool is_behind(const struct crossing *a, const struct crossing *b, const struct crossing *c)
{
    double ab = (double)(b->at_ns - a->at_ns), ac = (double)(c->at_ns - a->at_ns);
    double rise_b = (double)(b->apart_ns - a->apart_ns),
           rise_c = (double)(c->apart_ns - a->apart_ns);
    double turn = rise_b * ac - rise_c * ab;

    return a->from_a ? turn >= 0 : turn <= 0;
}

/* By direction, then by time. */
static int compare_crossings(const void *a, const void *b)
{
    const struct crossing *x = a, *y = b;

    if (x->from_a != y->from_a)
        return x->from_a - y->from_a;
    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    return (x->apart_ns > y->apart_ns) - (x->apart_ns < y->apart_ns);
}

/* Leaves of each direction the convex hull (Andrew 1979). */
static void keep_hulls(struct room *room)
{
    size_t kept = 0, first = 0; /* of the direction */

    for (size_t i = 0; i < room->count; i++) {
        struct crossing here = room->items[i];

        if (kept > first && room->items[kept - 1].from_a != here.from_a)
            first = kept;
        while (kept >= first + 2 &&
               is_behind(&room->items[kept - 2], &room->items[kept - 1], &here))
            kept--;
        room->items[kept++] = here;
    }
    room->count = kept;
}

void room_init(struct room *room, const struct crossing *items, size_t count, int64_t origin_ns,
               int64_t base_ns)
{
    *room = (struct room){.items = memory_alloc((count + 1) * sizeof *items),
                          .count = count,
                          .origin_ns = origin_ns,
                          .base_ns = base_ns};
    memcpy(room->items, items, count * sizeof *items);
    qsort(room->items, count, sizeof *room->items, compare_crossings);
    keep_hulls(room);
}

void room_done(struct room *room)
{
    free(room->items);
}

/* --- lines ----------------------------------------------------------------------------------- */

struct gap room_gap(const struct room *room, double drift)
{
    struct gap gap = {0};

    for (size_t i = 0; i < room->count; i++) {
        const struct crossing *crossing = &room->items[i];
        double value = (double)(crossing->apart_ns - room->base_ns) -
                       drift * (double)(crossing->at_ns - room->origin_ns);

        if (crossing->from_a) {
            gap.high = gap.has_high ? fmin(gap.high, value) : value;
            gap.has_high = true;
        } else {
            gap.low = gap.has_low ? fmax(gap.low, value) : value;
            gap.has_low = true;
        }
    }
    return gap;
}

/* The width is concave in the slope, so thirds find where it is widest. */
double room_widest(const struct room *room, double limit)
{
    double low = -limit, high = limit;

    for (int i = 0; i < THIRDS; i++) {
        double a = low + (high - low) / 3, b = high - (high - low) / 3;
        struct gap gap_a = room_gap(room, a), gap_b = room_gap(room, b);

        if (gap_width(&gap_a) < gap_width(&gap_b))
            low = a;
        else
            high = b;
    }
    return (low + high) / 2;
}

/* --- how far the lines that fit reach -------------------------------------------------------- */

/* The lines that fit: of these slopes, with so much let pass on each side. */
struct fitting {
    const struct room *room;
    double lowest, highest;
    double slack;
};

/* The outermost slope that fits, between one that does and one that may not. */
static double outermost(const struct room *room, double fits, double outer, double slack)
{
    struct gap gap = room_gap(room, outer);

    if (gap_width(&gap) + 2 * slack >= 0)
        return outer;
    for (int i = 0; i < THIRDS; i++) {
        double middle = (fits + outer) / 2;

        gap = room_gap(room, middle);
        if (gap_width(&gap) + 2 * slack >= 0)
            fits = middle;
        else
            outer = middle;
    }
    return fits;
}

static struct fitting find_fitting(const struct room *room, double limit, double noise)
{
    double widest = room_widest(room, limit);
    struct gap gap = room_gap(room, widest);
    struct fitting fitting = {.room = room, .slack = fmax(noise, -gap_width(&gap) / 2)};

    fitting.lowest = outermost(room, widest, -limit, fitting.slack);
    fitting.highest = outermost(room, widest, limit, fitting.slack);
    return fitting;
}

/* The highest value of a line at `at`, or (`sign` -1) the lowest, times `sign`. */
static double value_at(const struct fitting *fitting, double drift, double at, int sign)
{
    struct gap gap = room_gap(fitting->room, drift);

    return sign * ((sign > 0 ? gap.high : gap.low) + drift * at) + fitting->slack;
}

static double reach(const struct fitting *fitting, double at, int sign)
{
    double low = fitting->lowest, high = fitting->highest;

    for (int i = 0; i < THIRDS; i++) {
        double a = low + (high - low) / 3, b = high - (high - low) / 3;

        if (value_at(fitting, a, at, sign) < value_at(fitting, b, at, sign))
            low = a;
        else
            high = b;
    }
    return sign * value_at(fitting, (low + high) / 2, at, sign);
}

double room_error(const struct room *room, const struct room_line *line, double limit, double noise)
{
    struct fitting fitting = find_fitting(room, limit, noise);
    double ends[] = {(double)(line->from_ns - room->origin_ns),
                     (double)(line->to_ns - room->origin_ns)};
    double values[] = {line->from, line->to};
    double error = 0;

    /* The distance is convex in time: it is largest at an end. */
    for (int i = 0; i < 2; i++) {
        error = fmax(error, reach(&fitting, ends[i], 1) - values[i] - noise);
        error = fmax(error, values[i] - reach(&fitting, ends[i], -1) - noise);
    }
    return error;
}
