#include "report/fisher.h"

#include <math.h>

/* A term so much smaller than the sum of those before it changes nothing. */
static const double negligible = 1e-18;

static double ln_choose(int64_t n, int64_t k)
{
    return lgamma((double)n + 1) - lgamma((double)k + 1) - lgamma((double)(n - k) + 1);
}

/* Exactly `both`. */
static double ln_term(const struct fisher_margins *m, int64_t both)
{
    return ln_choose(m->marked, both) + ln_choose(m->all - m->marked, m->drawn - both) -
           ln_choose(m->all, m->drawn);
}

static int64_t least_both(const struct fisher_margins *m)
{
    int64_t least = m->drawn + m->marked - m->all;

    return least > 0 ? least : 0;
}

static int64_t most_both(const struct fisher_margins *m)
{
    return m->drawn < m->marked ? m->drawn : m->marked;
}

/* The term of `both` + 1 as a multiple of that of `both`. */
static double step_up(const struct fisher_margins *m, int64_t both)
{
    return (double)(m->drawn - both) * (double)(m->marked - both) /
           ((double)(both + 1) * (double)(m->all - m->drawn - m->marked + both + 1));
}

/* Both tails are summed from their largest term outwards. */
static double ln_upper(const struct fisher_margins *m, int64_t both)
{
    double sum = 1, term = 1;

    for (int64_t i = both; i < most_both(m) && term > negligible * sum; i++) {
        term *= step_up(m, i);
        sum += term;
    }
    return ln_term(m, both) + log(sum);
}

static double ln_lower(const struct fisher_margins *m, int64_t both)
{
    double sum = 1, term = 1;

    for (int64_t i = both; i > least_both(m) && term > negligible * sum; i--) {
        term /= step_up(m, i - 1);
        sum += term;
    }
    return ln_term(m, both) + log(sum);
}

double fisher_ln_p(const struct fisher_margins *margins, int64_t both)
{
    double expected, ln_p;

    if (both <= least_both(margins))
        return 0;
    expected = (double)margins->drawn * (double)margins->marked / (double)margins->all;
    if ((double)both > expected)
        ln_p = ln_upper(margins, both);
    else
        ln_p = log1p(-exp(ln_lower(margins, both - 1)));
    return ln_p < 0 ? ln_p : 0;
}

double fisher_ln_least_p(const struct fisher_margins *margins)
{
    return fisher_ln_p(margins, most_both(margins));
}

void fisher_holm(double *ln_p, size_t count)
{
    double worst = -INFINITY;

    for (size_t i = 0; i < count; i++) {
        double adjusted = ln_p[i] + log((double)(count - i));

        worst = adjusted > worst ? adjusted : worst;
        ln_p[i] = worst < 0 ? worst : 0;
    }
}
