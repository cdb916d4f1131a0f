#include "survey/feasible.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "survey/room.h"
#include "survey/step.h"

/* A timestamp is taken by software, before or after the packet passes; two taps of one interface
 * differ by as much. */
static const double NOISE_NS = 50000;

/* A virtual machine's clock may be so far off: drift is looked for up to that. */
static const double DRIFT_MAX = 1000e-6;

/* Quartz is within 100 ppm (IEEE 802.3 asks for as much of an Ethernet clock; the median of 20,000
 * hosts was 78 ppm, before NTP corrected it: Mills 2006, chapter 15). A drift of up to so much is
 * taken into account wherever the crossings leave room for it. */
static const double DRIFT_USUAL = 100e-6;

void crossings_add(struct crossings *crossings, const struct crossing *crossing)
{
    struct crossing *added = MEMORY_APPEND(crossings->items, crossings->count, crossings->capacity);

    *added = *crossing;
}

void crossings_thin(struct crossings *crossings)
{
    struct crossing *waiting[4] = {NULL}; /* by kind: the first of two, which was kept */
    size_t kept = 0;

    for (size_t i = 0; i < crossings->count; i++) {
        struct crossing crossing = crossings->items[i];
        struct crossing **first = &waiting[2 * crossing.from_a + crossing.loose];

        if (*first == NULL) {
            *first = &crossings->items[kept++];
            **first = crossing;
            continue;
        }
        if (crossing.from_a ? crossing.apart_ns < (*first)->apart_ns
                            : crossing.apart_ns > (*first)->apart_ns)
            **first = crossing;
        *first = NULL;
    }
    crossings->count = kept;
}

void crossings_span(struct crossings *crossings, int64_t from_ns, int64_t to_ns)
{
    if (from_ns > to_ns)
        return;
    if (!crossings->has_span || from_ns < crossings->from_ns)
        crossings->from_ns = from_ns;
    if (!crossings->has_span || to_ns > crossings->to_ns)
        crossings->to_ns = to_ns;
    crossings->has_span = true;
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

/* Takes the line of slope `drift`, which is to hold from one time to another. */
static void settle(struct feasible *feasible, const struct room *room, double drift,
                   int64_t from_ns, int64_t to_ns)
{
    struct gap gap = room_gap(room, drift);
    double value = value_in(&gap, -(double)room->base_ns);
    double limit = fabs(drift) > DRIFT_USUAL ? DRIFT_MAX : DRIFT_USUAL;
    struct room_line line = {
        .from_ns = from_ns,
        .to_ns = to_ns,
        .from = value + drift * (double)(from_ns - room->origin_ns),
        .to = value + drift * (double)(to_ns - room->origin_ns),
    };

    feasible->offset_ns = room->base_ns + (int64_t)llround(value);
    feasible->drift_ppb = llround(drift * 1e9);
    feasible->has_error = gap.has_low && gap.has_high;
    if (feasible->has_error) {
        double here = fmax(fabs(gap.high - value), fabs(value - gap.low));

        feasible->error_ns = (int64_t)llround(fmax(here, room_error(room, &line, limit, NOISE_NS)));
    }
}

static void settle_step(struct feasible *feasible, const struct crossings *crossings,
                        const struct step *step)
{
    struct room before;
    int64_t at_ns = crossings->items[step->after].at_ns;
    double since_ns = (double)(at_ns - feasible->origin_ns);

    room_init(&before, crossings->items, step->before, feasible->origin_ns, step->base_ns);
    settle(feasible, &before, step->drift[0], crossings->from_ns, at_ns);
    room_done(&before);
    feasible->step_at_ns = at_ns;
    feasible->step_ns = (int64_t)llround(step->value[1] - step->value[0] +
                                         (step->drift[1] - step->drift[0]) * since_ns);
    feasible->result = FEASIBLE_STEP;
}

/* No constant fits. */
static void solve_moving(struct feasible *feasible, struct crossings *crossings,
                         const struct room *room, double width)
{
    double drift = room_widest(room, DRIFT_MAX);
    double lasted_ns = (double)(crossings->to_ns - crossings->from_ns);
    struct gap line = room_gap(room, drift);
    bool drifts = gap_width(&line) >= -2 * NOISE_NS && fabs(drift) * lasted_ns > 2 * NOISE_NS;
    struct step step;
    bool steps =
        (!drifts || fabs(drift) > DRIFT_USUAL) && width < -2 * NOISE_NS &&
        step_find(crossings, room->origin_ns, room->base_ns, DRIFT_USUAL, 2 * NOISE_NS, &step);

    if (steps && (!drifts || step.width > gap_width(&line))) {
        settle_step(feasible, crossings, &step);
    } else if (drifts) {
        settle(feasible, room, drift, crossings->from_ns, crossings->to_ns);
        feasible->result = FEASIBLE_DRIFT;
    } /* or timestamps are worse than we thought: the constant errs least */
}

/* The first in time, of all that could be it. */
static const struct crossing *first_of(struct crossings *crossings)
{
    const struct crossing *first = &crossings->items[0];

    for (size_t i = 0; i < crossings->count; i++) {
        const struct crossing *here = &crossings->items[i];

        crossings_span(crossings, here->at_ns, here->at_ns);
        if (here->at_ns < first->at_ns ||
            (here->at_ns == first->at_ns && here->apart_ns < first->apart_ns))
            first = here;
    }
    return first;
}

struct feasible feasible_solve(struct crossings *crossings)
{
    struct feasible feasible = {0};
    const struct crossing *first;
    struct room room;
    struct gap constant;

    if (crossings->count == 0)
        return feasible;
    first = first_of(crossings);
    feasible.origin_ns = first->at_ns;
    room_init(&room, crossings->items, crossings->count, first->at_ns, first->apart_ns);
    constant = room_gap(&room, 0);
    settle(&feasible, &room, 0, crossings->from_ns, crossings->to_ns);
    feasible.result = feasible.offset_ns == 0 ? FEASIBLE_AGREE : FEASIBLE_OFFSET;
    if (gap_width(&constant) < 0)
        solve_moving(&feasible, crossings, &room, gap_width(&constant));
    room_done(&room);
    return feasible;
}

int64_t feasible_error(const struct crossings *crossings, const struct feasible *feasible,
                       int64_t ahead_from_ns, int64_t ahead_to_ns)
{
    double limit =
        llabs(feasible->drift_ppb) > (int64_t)(DRIFT_USUAL * 1e9) ? DRIFT_MAX : DRIFT_USUAL;
    struct room_line line = {.from_ns = crossings->from_ns, .to_ns = crossings->to_ns};
    struct room room;
    double error;

    room_init(&room, crossings->items, crossings->count, feasible->origin_ns, feasible->offset_ns);
    line.from = (double)(ahead_from_ns - room.base_ns);
    line.to = (double)(ahead_to_ns - room.base_ns);
    error = room_error(&room, &line, limit, NOISE_NS);
    room_done(&room);
    return (int64_t)llround(error);
}
