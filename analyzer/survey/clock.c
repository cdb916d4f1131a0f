/* How the clocks of the inputs differ.
 *
 * A segment reaches the second of two points after the first. Each handshake that both saw gives
 * two differences of the raw times, one for each direction; the true offset lies between them,
 * whichever point is nearer to the client. All handshakes together leave an interval (METHODS
 * 4.5). Only what the evidence demands is corrected: clocks that can agree are left as they are. */
#include <stdlib.h>

#include "base/memory.h"
#include "survey/samples.h"
#include "survey/survey.h"

/* A timestamp is taken by software, before or after the packet passes; two taps of one interface
 * differ by as much. */
static const int64_t NOISE_NS = 50000;

/* What is known of (clock b) - (clock a). */
struct interval {
    bool has_low, has_high;
    int64_t low, high;
};

static void raise_low(struct interval *interval, int64_t value)
{
    if (!interval->has_low || value > interval->low)
        interval->low = value;
    interval->has_low = true;
}

static void lower_high(struct interval *interval, int64_t value)
{
    if (!interval->has_high || value < interval->high)
        interval->high = value;
    interval->has_high = true;
}

static void note_pair(struct interval *interval, const struct leg_record *a,
                      const struct leg_record *b)
{
    struct sample_pair pair = sample_pair(a, b);

    if (pair.has[DIR_CLIENT] && pair.has[DIR_SERVER]) {
        int64_t client = pair.apart_ns[DIR_CLIENT], server = pair.apart_ns[DIR_SERVER];

        raise_low(interval, client < server ? client : server);
        lower_high(interval, client < server ? server : client);
    } else if (pair.has[DIR_CLIENT]) {
        /* One direction only bounds one side; which one, the TTL tells. */
        int nearer = sample_nearer_by_ttl(a, b);

        if (nearer < 0)
            lower_high(interval, pair.apart_ns[DIR_CLIENT]);
        else if (nearer > 0)
            raise_low(interval, pair.apart_ns[DIR_CLIENT]);
    }
}

/* The offset that an interval allows, and how far it may be wrong. False if nothing is known. */
static bool solve(const struct interval *interval, int64_t *offset, struct clock *clock)
{
    int64_t low = interval->low, high = interval->high;

    if (!interval->has_low && !interval->has_high)
        return false;
    clock->has_error = interval->has_low && interval->has_high;
    if (!interval->has_low)
        low = high < 0 ? high : 0;
    if (!interval->has_high)
        high = low > 0 ? low : 0;
    low -= NOISE_NS;
    high += NOISE_NS;
    if (low > high) { /* the clocks drift, or a sample is wrong: the middle errs least */
        int64_t swap = low;

        low = high;
        high = swap;
    }
    clock->error_ns = (high - low) / 2;
    *offset = low <= 0 && high >= 0 ? 0 : low + (high - low) / 2;
    clock->method = *offset == 0 ? "agrees" : "handshake";
    return true;
}

static int64_t width(const struct interval *interval)
{
    if (!interval->has_low || !interval->has_high)
        return INT64_MAX;
    return interval->high > interval->low ? interval->high - interval->low
                                          : interval->low - interval->high;
}

/* Sets clocks one after the other from those already set, by the narrowest interval first. */
static void spread(struct survey *survey, const struct interval *intervals, bool *set)
{
    size_t count = survey->inputs->count;

    for (;;) {
        const struct interval *best = NULL;
        size_t from = 0, to = 0;
        struct clock *clock;
        int64_t apart;

        for (size_t a = 0; a < count; a++) {
            for (size_t b = 0; b < count; b++) {
                const struct interval *interval = &intervals[a * count + b];

                if (!set[a] || set[b] || (!interval->has_low && !interval->has_high))
                    continue;
                if (best == NULL || width(interval) < width(best)) {
                    best = interval;
                    from = a;
                    to = b;
                }
            }
        }
        if (best == NULL)
            return;
        clock = &survey->clocks[to];
        set[to] = true;
        if (solve(best, &apart, clock))
            clock->offset_ns = survey->clocks[from].offset_ns + apart;
        if (clock->has_error && survey->clocks[from].has_error)
            clock->error_ns += survey->clocks[from].error_ns;
    }
}

static struct interval reversed(const struct interval *interval)
{
    struct interval back = {.has_low = interval->has_high,
                            .has_high = interval->has_low,
                            .low = -interval->high,
                            .high = -interval->low};

    return back;
}

static void gather(const struct survey *survey, struct interval *intervals)
{
    size_t count = survey->inputs->count;

    for (size_t i = 0; i < survey->links_count; i++) {
        const struct link *link = &survey->links[i];

        for (size_t k = 0; k < link->legs; k++) {
            for (size_t m = k + 1; m < link->legs; m++) {
                const struct leg_record *a = survey->members[link->first + k];
                const struct leg_record *b = survey->members[link->first + m];
                size_t from = survey->points[a->point].input, to = survey->points[b->point].input;

                if (from == to)
                    continue;
                note_pair(&intervals[from * count + to], a, b);
                intervals[to * count + from] = reversed(&intervals[from * count + to]);
            }
        }
    }
}

void survey_clocks(struct survey *survey)
{
    size_t count = survey->inputs->count;
    struct interval *intervals = memory_zalloc(count * count * sizeof *intervals);
    bool *set = memory_zalloc(count * sizeof *set);

    gather(survey, intervals);
    for (size_t i = 0; i < count; i++) {
        if (set[i])
            continue;
        set[i] = true;
        survey->clocks[i].method = i == 0 ? "reference" : "none";
        survey->clocks[i].has_error = i == 0;
        spread(survey, intervals, set);
    }
    free(intervals);
    free(set);
}
