#include "track/rtt.h"

#include <stdlib.h>

static const int64_t TIMEOUT_FLOOR_NS = 200000000;
static const int64_t TIMEOUT_INITIAL_NS = 1000000000;

/* Longer is no round trip, and what is made of it would not fit into 64 bits. */
static const int64_t SAMPLE_MAX_NS = 3600000000000;

void rtt_add(struct rtt *rtt, int64_t ns)
{
    if (ns < 0 || ns > SAMPLE_MAX_NS)
        return;
    if (rtt->samples++ == 0) {
        rtt->smoothed = rtt->min = ns;
        rtt->variation = ns / 2;
        return;
    }
    rtt->variation += (llabs(rtt->smoothed - ns) - rtt->variation) / 4;
    rtt->smoothed += (ns - rtt->smoothed) / 8;
    if (ns < rtt->min)
        rtt->min = ns;
}

struct rtt rtt_whole(const struct rtt *beyond, const struct rtt *near)
{
    struct rtt whole = *beyond;

    if (whole.samples > 0 && near->samples > 0) {
        whole.smoothed += near->min;
        whole.min += near->min;
    }
    return whole;
}

int64_t rtt_timeout(const struct rtt *whole)
{
    int64_t spread = 4 * whole->variation;

    if (whole->samples == 0)
        return TIMEOUT_INITIAL_NS;
    return whole->smoothed + (spread > TIMEOUT_FLOOR_NS ? spread : TIMEOUT_FLOOR_NS);
}

int64_t rtt_probe_timeout(const struct rtt *whole)
{
    return whole->samples > 0 ? 2 * whole->smoothed : 0;
}
