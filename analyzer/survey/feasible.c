#include "survey/feasible.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"

/* A timestamp is taken by software, before or after the packet passes; two taps of one interface
 * differ by as much. */
static const double NOISE_NS = 50000;

/* Quartz in a computer is off by less (METHODS 4.5); a virtual machine may be worse. */
static const double DRIFT_MAX = 1000e-6;

/* The gap between the bounds of both directions for a line of a given slope. */
struct gap {
    bool has_low, has_high;
    double low, high; /* of the line's value at the origin */
};

void crossings_add(struct crossings *crossings, int64_t at_ns, int64_t apart_ns, bool from_a)
{
    void *items = crossings->items;
    struct crossing *crossing =
        memory_append(&items, &crossings->count, &crossings->capacity, sizeof *crossing);

    crossings->items = items;
    *crossing = (struct crossing){at_ns, apart_ns, from_a};
}

static int compare_times(const void *a, const void *b)
{
    const struct crossing *x = a, *y = b;

    if (x->at_ns != y->at_ns)
        return x->at_ns < y->at_ns ? -1 : 1;
    if (x->apart_ns != y->apart_ns)
        return x->apart_ns < y->apart_ns ? -1 : 1;
    return x->from_a - y->from_a;
}

/* What is left for a line of slope `drift` through crossings [first, last). Values are relative to
 * `base_ns`, so that a double holds them. */
static struct gap gap_of(const struct crossing *items, size_t first, size_t last, int64_t origin_ns,
                         int64_t base_ns, double drift)
{
    struct gap gap = {0};

    for (size_t i = first; i < last; i++) {
        double value =
            (double)(items[i].apart_ns - base_ns) - drift * (double)(items[i].at_ns - origin_ns);

        if (items[i].from_a) {
            if (!gap.has_high || value < gap.high)
                gap.high = value;
            gap.has_high = true;
        } else {
            if (!gap.has_low || value > gap.low)
                gap.low = value;
            gap.has_low = true;
        }
    }
    return gap;
}

static double width_of(const struct gap *gap)
{
    return gap->has_low && gap->has_high ? gap->high - gap->low : INFINITY;
}

/* The slope that leaves the widest gap. The width is concave in the slope, so thirds find it. */
static double widest_drift(const struct crossing *items, size_t first, size_t last,
                           int64_t origin_ns, int64_t base_ns)
{
    double low = -DRIFT_MAX, high = DRIFT_MAX;

    for (int i = 0; i < 80; i++) {
        double a = low + (high - low) / 3, b = high - (high - low) / 3;
        struct gap gap_a = gap_of(items, first, last, origin_ns, base_ns, a);
        struct gap gap_b = gap_of(items, first, last, origin_ns, base_ns, b);

        if (width_of(&gap_a) < width_of(&gap_b))
            low = a;
        else
            high = b;
    }
    return (low + high) / 2;
}

/* The value that asks for least: zero if it may be, give or take the noise, else the middle. Edges
 * that have crossed by a little mark out what is possible just as well. */
static double value_in(const struct gap *gap, double zero)
{
    double low = fmin(gap->low, gap->high) - NOISE_NS;
    double high = fmax(gap->low, gap->high) + NOISE_NS;

    if (!gap->has_high)
        return zero >= gap->low - NOISE_NS ? zero : gap->low;
    if (!gap->has_low)
        return zero <= gap->high + NOISE_NS ? zero : gap->high;
    return zero >= low && zero <= high ? zero : (gap->low + gap->high) / 2;
}

static void settle(struct feasible *feasible, const struct gap *gap, int64_t base_ns)
{
    double value = value_in(gap, -(double)base_ns);

    feasible->offset_ns = base_ns + (int64_t)llround(value);
    feasible->has_error = gap->has_low && gap->has_high;
    if (feasible->has_error)
        feasible->error_ns =
            (int64_t)llround(fmax(fabs(gap->high - value), fabs(value - gap->low)));
}

/* Narrows a gap by one crossing, for a line without slope. */
static void narrow(struct gap *gap, const struct crossing *crossing, int64_t base_ns)
{
    double value = (double)(crossing->apart_ns - base_ns);

    if (crossing->from_a) {
        gap->high = gap->has_high ? fmin(gap->high, value) : value;
        gap->has_high = true;
    } else {
        gap->low = gap->has_low ? fmax(gap->low, value) : value;
        gap->has_low = true;
    }
}

/* Where the crossings fall apart into two that hold by themselves: the split that leaves the most
 * room on both sides. */
static bool find_step(const struct crossings *crossings, struct feasible *feasible, int64_t base_ns)
{
    const struct crossing *items = crossings->items;
    struct gap *after = memory_zalloc((crossings->count + 1) * sizeof *after);
    struct gap before = {0}, best_before = {0};
    double best_width = 0;
    size_t best = 0;

    for (size_t i = crossings->count; i-- > 0;) {
        after[i] = after[i + 1];
        narrow(&after[i], &items[i], base_ns);
    }
    for (size_t split = 1; split < crossings->count; split++) {
        double width;

        narrow(&before, &items[split - 1], base_ns);
        width = fmin(width_of(&before), width_of(&after[split]));
        if (isfinite(width_of(&before)) && isfinite(width_of(&after[split])) &&
            width > best_width) {
            best = split;
            best_width = width;
            best_before = before;
        }
    }
    if (best > 0) {
        settle(feasible, &best_before, base_ns);
        feasible->step_at_ns = items[best].at_ns;
        feasible->step_ns = base_ns + (int64_t)llround((after[best].low + after[best].high) / 2) -
                            feasible->offset_ns;
    }
    free(after);
    return best > 0;
}

static enum feasible_result result_of(const struct feasible *feasible)
{
    return feasible->offset_ns == 0 ? FEASIBLE_AGREE : FEASIBLE_OFFSET;
}

struct feasible feasible_solve(struct crossings *crossings)
{
    struct feasible feasible = {0};
    struct gap constant, line;
    int64_t base_ns;
    double drift;

    if (crossings->count == 0)
        return feasible;
    qsort(crossings->items, crossings->count, sizeof *crossings->items, compare_times);
    feasible.origin_ns = crossings->items[0].at_ns;
    base_ns = crossings->items[0].apart_ns;
    constant = gap_of(crossings->items, 0, crossings->count, feasible.origin_ns, base_ns, 0);
    settle(&feasible, &constant, base_ns);
    feasible.result = result_of(&feasible);
    if (width_of(&constant) >= -2 * NOISE_NS)
        return feasible;
    drift = widest_drift(crossings->items, 0, crossings->count, feasible.origin_ns, base_ns);
    line = gap_of(crossings->items, 0, crossings->count, feasible.origin_ns, base_ns, drift);
    if (width_of(&line) >= -2 * NOISE_NS) {
        settle(&feasible, &line, base_ns);
        feasible.drift_ppb = llround(drift * 1e9);
        feasible.result = FEASIBLE_DRIFT;
    } else if (find_step(crossings, &feasible, base_ns)) {
        feasible.result = FEASIBLE_STEP;
    }
    return feasible; /* or timestamps are worse than we thought: the constant errs least */
}
