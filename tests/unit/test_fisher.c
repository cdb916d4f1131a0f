/* Fisher's exact test and Holm's correction against values that are known, or that integers of any
 * length gave. */
#include <math.h>

#include "report/fisher.h"
#include "unit/unit.h"

static void assert_p(int64_t all, int64_t drawn, int64_t marked, int64_t both, double ln_p)
{
    const struct fisher_margins margins = {all, drawn, marked};
    double found = fisher_ln_p(&margins, both);

    if (fabs(found - ln_p) > 1e-9 * (1 + fabs(ln_p)))
        fail_msg("%d of %d: %.15g, not %.15g", (int)both, (int)marked, found, ln_p);
}

/* Fisher 1935, chapter 2: of eight cups of tea, four with the milk first. */
static void test_lady_tasting_tea(void **state)
{
    (void)state;
    assert_p(8, 4, 4, 4, log(1.0 / 70));
    assert_p(8, 4, 4, 3, log(17.0 / 70));
    assert_p(8, 4, 4, 2, log(53.0 / 70));
    assert_p(8, 4, 4, 1, log(69.0 / 70));
    assert_p(8, 4, 4, 0, 0);
}

/* Fisher 1935, "The logic of inductive inference": 10 of 13 twins and 2 of 17. */
static void test_twins(void **state)
{
    (void)state;
    assert_p(30, 12, 13, 10, log(619.0 / 1330665));
    assert_p(30, 13, 12, 10, log(619.0 / 1330665));
}

static void test_many(void **state)
{
    (void)state;
    assert_p(20000, 500, 1000, 60, -21.94452297974221904974886);
    assert_p(20000, 500, 1000, 20, -0.1325458217518336146543832);
    assert_p(20000, 500, 1000, 500, -1644.655970730863866767873);
}

/* The table is the same whichever way round. */
static void test_margins_at_the_end(void **state)
{
    (void)state;
    assert_p(10, 10, 4, 4, 0); /* all failed */
    assert_p(10, 0, 4, 0, 0);  /* none */
    assert_p(10, 4, 10, 4, 0); /* all have the value */
    assert_p(10, 8, 9, 7, 0);  /* 7 is the least there can be */
    assert_p(10, 8, 9, 8, log(0.2));
}

static void test_least(void **state)
{
    (void)state;
    assert_true(fabs(fisher_ln_least_p(&(struct fisher_margins){18, 5, 12}) - log(792.0 / 8568)) <
                1e-12);
    assert_true(fabs(fisher_ln_least_p(&(struct fisher_margins){18, 5, 1}) - log(5.0 / 18)) <
                1e-12);
}

static void assert_holm(const double *p, const double *adjusted, size_t count)
{
    double ln_p[8];

    for (size_t i = 0; i < count; i++)
        ln_p[i] = log(p[i]);
    fisher_holm(ln_p, count);
    for (size_t i = 0; i < count; i++)
        if (fabs(exp(ln_p[i]) - adjusted[i]) > 1e-12)
            fail_msg("%zu: %g, not %g", i, exp(ln_p[i]), adjusted[i]);
}

/* The k-th of m times m + 1 - k, never below the one before it, never above 1. */
static void test_holm(void **state)
{
    (void)state;
    assert_holm((double[]){0.005, 0.01, 0.03, 0.04}, (double[]){0.02, 0.03, 0.06, 0.06}, 4);
    assert_holm((double[]){0.4, 0.6, 0.7}, (double[]){1, 1, 1}, 3);
    assert_holm((double[]){0.03}, (double[]){0.03}, 1);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_lady_tasting_tea),
        cmocka_unit_test(test_twins),
        cmocka_unit_test(test_many),
        cmocka_unit_test(test_margins_at_the_end),
        cmocka_unit_test(test_least),
        cmocka_unit_test(test_holm),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
