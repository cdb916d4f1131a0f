#include "survey/step.h"

#include <stdlib.h>

#include "survey/room.h"

enum {
    SPLITS_MAX = 32, /* of those that are possible, so many are tried */
    /* As many may be under way when it happens: one of so many. */
    UNDER_WAY = 8,
};

/* What lines are looked for. */
struct hunt {
    const struct crossings *crossings; /* in the order of time */
    double limit, slack;
};

/* The widest line through crossings [first, last). */
static struct gap line_through(const struct hunt *hunt, size_t first, size_t last,
                               const struct step *step, double *drift)
{
    struct room room;
    struct gap gap;

    room_init(&room, &hunt->crossings->items[first], last - first, step->origin_ns, step->base_ns);
    *drift = room_widest(&room, hunt->limit);
    gap = room_gap(&room, *drift);
    room_done(&room);
    return gap;
}

/* How many crossings from the begin, or (`from_end`) from the end, one line fits. */
static size_t count_fitting(const struct hunt *hunt, bool from_end, const struct step *step)
{
    size_t fits = 1, too_many = step->count + 1;

    while (too_many - fits > 1) {
        size_t count = fits + (too_many - fits) / 2;
        size_t first = from_end ? step->count - count : 0;
        double drift;
        struct gap gap = line_through(hunt, first, first + count, step, &drift);

        if (gap_width(&gap) >= -hunt->slack)
            fits = count;
        else
            too_many = count;
    }
    return fits;
}

static bool fits(const struct hunt *hunt, const struct step *step, int which,
                 const struct crossing *crossing)
{
    double line =
        step->value[which] + step->drift[which] * (double)(crossing->at_ns - step->origin_ns);
    double value = (double)(crossing->apart_ns - step->base_ns);

    return crossing->from_a ? line <= value + hunt->slack : line >= value - hunt->slack;
}

/* Takes the lines before and after if they leave more room than those that were found already. */
static void try_lines(const struct hunt *hunt, size_t before, size_t after, struct step *step)
{
    struct step here = *step;
    struct gap first = line_through(hunt, 0, before, step, &here.drift[0]);
    struct gap last = line_through(hunt, after, step->count, step, &here.drift[1]);

    here.before = before;
    here.after = after;
    here.width = fmin(gap_width(&first), gap_width(&last));
    if (!isfinite(gap_width(&first)) || !isfinite(gap_width(&last)) || here.width < -hunt->slack ||
        (step->before > 0 && here.width <= step->width))
        return;
    here.value[0] = (first.low + first.high) / 2;
    here.value[1] = (last.low + last.high) / 2;
    for (size_t i = before; i < after; i++)
        if (!fits(hunt, &here, 0, &hunt->crossings->items[i]) &&
            !fits(hunt, &here, 1, &hunt->crossings->items[i]))
            return;
    *step = here;
}

static bool find(const struct hunt *hunt, struct step *step)
{
    size_t before = count_fitting(hunt, false, step);
    size_t after = step->count - count_fitting(hunt, true, step);

    if (before <= after && after - before <= step->count / UNDER_WAY)
        try_lines(hunt, before, after, step);
    for (size_t split = after; split <= before; split += (before - after) / SPLITS_MAX + 1)
        if (split > 0 && split < step->count)
            try_lines(hunt, split, split, step);
    return step->before > 0;
}

/* --- by either clock -------------------------------------------------------------------------- */

static int compare_at_a(const void *a, const void *b)
{
    const struct crossing *x = a, *y = b;

    if (x->loose != y->loose)
        return x->loose - y->loose;
    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    if (x->apart_ns != y->apart_ns)
        return x->apart_ns < y->apart_ns ? -1 : 1;
    return x->from_a - y->from_a;
}

static int compare_at_b(const void *a, const void *b)
{
    const struct crossing *x = a, *y = b;
    int64_t at_x = x->at_ns + x->apart_ns, at_y = y->at_ns + y->apart_ns;

    if (x->loose != y->loose)
        return x->loose - y->loose;
    return at_x != at_y ? (at_x > at_y) - (at_x < at_y) : compare_at_a(a, b);
}

bool step_find(struct crossings *crossings, int64_t origin_ns, int64_t base_ns, double limit,
               double slack, struct step *step)
{
    int (*const orders[])(const void *, const void *) = {compare_at_a, compare_at_b};
    size_t tight = 0;
    bool found = false;

    for (size_t i = 0; i < crossings->count; i++)
        tight += !crossings->items[i].loose;
    if (tight == 0)
        return false;
    for (int i = 0; i < 4 && !found; i++) {
        struct hunt hunt = {crossings, i < 2 ? 0 : limit, slack};

        *step = (struct step){.count = tight, .origin_ns = origin_ns, .base_ns = base_ns};
        qsort(crossings->items, crossings->count, sizeof *crossings->items, orders[i & 1]);
        found = find(&hunt, step);
    }
    return found;
}
