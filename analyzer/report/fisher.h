/* Fisher's exact test on a table of two by two, one-sided.
 *
 * R. A. Fisher, "The logic of inductive inference", J. Roy. Stat. Soc. 98 (1935), pp. 39-82. */
#ifndef FISHER_H
#define FISHER_H

#include <stddef.h>
#include <stdint.h>

/* `drawn` of `all` connections failed; `marked` of all have a value. */
struct fisher_margins {
    int64_t all, drawn, marked;
};

/* The natural logarithm of the probability that at least `both` of those that failed have the
 * value, were it all the same to failing: the upper tail of the hypergeometric distribution. */
double fisher_ln_p(const struct fisher_margins *margins, int64_t both);

/* The same for the most extreme table that these margins allow: what no count can fall below. */
double fisher_ln_least_p(const struct fisher_margins *margins);

/* Holm's correction for many tests: S. Holm, "A simple sequentially rejective multiple test
 * procedure", Scand. J. Statist. 6 (1979), pp. 65-70. `ln_p` in ascending order, replaced in place.
 */
void fisher_holm(double *ln_p, size_t count);

#endif
