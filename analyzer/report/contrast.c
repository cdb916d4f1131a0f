#include "report/contrast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/contrast_rows.h"
#include "report/fisher.h"

static struct fisher_margins margins_of(const struct contrast *contrast,
                                        const struct contrast_value *value)
{
    const struct contrast_feature *feature = &contrast->features[value->feature];

    return (struct fisher_margins){.all = feature->failed + feature->worked,
                                   .drawn = feature->failed,
                                   .marked = value->failed + value->worked};
}

/* Values of the same connections side by side, the first feature first. */
static int compare_members(const void *left, const void *right)
{
    const struct contrast_value *a = left, *b = right;

    if (a->members != b->members)
        return a->members < b->members ? -1 : 1;
    if (a->feature != b->feature)
        return a->feature < b->feature ? -1 : 1;
    return strcmp(a->text, b->text);
}

/* The least likely first. Among what is likely enough by chance, first that which all have that
 * failed: if one thing made them fail, it is there; and before numbers that were drawn what
 * somebody has set. */
static int compare_values(const void *left, const void *right)
{
    const struct contrast_value *a = left, *b = right;
    bool significant = contrast_is_significant(a);

    if (significant != contrast_is_significant(b))
        return significant ? -1 : 1;
    if (!significant && a->shared != b->shared)
        return a->shared ? -1 : 1;
    if (!significant && a->chance != b->chance)
        return a->chance ? 1 : -1;
    if (a->ln_p < b->ln_p || a->ln_p > b->ln_p)
        return a->ln_p < b->ln_p ? -1 : 1;
    if (a->feature != b->feature)
        return a->feature < b->feature ? -1 : 1;
    return strcmp(a->text, b->text);
}

static bool same_connections(const struct contrast *contrast, const struct contrast_value *a,
                             const struct contrast_value *b)
{
    const struct contrast_feature *p = &contrast->features[a->feature];
    const struct contrast_feature *q = &contrast->features[b->feature];

    return a->members == b->members && a->failed == b->failed && a->worked == b->worked &&
           p->failed == q->failed && p->worked == q->worked;
}

static void note_also(const struct contrast *contrast, struct contrast_value *value,
                      const struct contrast_value *other)
{
    char *longer = memory_print("%s%s%s %s", value->also != NULL ? value->also : "",
                                value->also != NULL ? ", " : "",
                                contrast->features[other->feature].name, other->text);

    free(value->also);
    value->also = longer;
}

/* One value for each set of connections: the others say the same and are no test of their own. */
static void merge_values(struct contrast *contrast)
{
    size_t kept = 0;

    if (contrast->count > 0)
        qsort(contrast->values, contrast->count, sizeof *contrast->values, compare_members);
    for (size_t i = 0; i < contrast->count; i++) {
        struct contrast_value *value = &contrast->values[i];

        if (contrast->features[value->feature].failed == 0) { /* known of none that failed */
            free(value->text);
            continue;
        }
        if (kept > 0 && same_connections(contrast, &contrast->values[kept - 1], value)) {
            if (value->failed > 0) /* else nobody reads it */
                note_also(contrast, &contrast->values[kept - 1], value);
            free(value->text);
            continue;
        }
        contrast->values[kept++] = *value;
    }
    contrast->count = kept;
}

/* What could not be significant however the failures fell is not tested, which is known from the
 * margins alone and so costs no level: R. E. Tarone, "A modified Bonferroni method for discrete
 * data", Biometrics 46 (1990), pp. 515-522. */
static void test_value(struct contrast *contrast, struct contrast_value *value)
{
    struct fisher_margins margins = margins_of(contrast, value);

    value->ln_p = fisher_ln_p(&margins, value->failed);
    value->tested = fisher_ln_least_p(&margins) <= log(CONTRAST_LEVEL);
    value->chance = contrast->features[value->feature].chance;
    value->shared = value->failed > 0 && value->failed == margins.drawn;
    contrast->tested += value->tested;
}

static int compare_p(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* The adjusted p of equal p is the same, so that each finds its own by its value. */
static void adjust(struct contrast *contrast)
{
    double *ln_p = memory_zalloc((contrast->tested + 1) * sizeof *ln_p);
    double *adjusted = memory_zalloc((contrast->tested + 1) * sizeof *adjusted);
    size_t count = 0;

    for (size_t i = 0; i < contrast->count; i++)
        if (contrast->values[i].tested)
            ln_p[count++] = contrast->values[i].ln_p;
    qsort(ln_p, count, sizeof *ln_p, compare_p);
    memcpy(adjusted, ln_p, count * sizeof *ln_p);
    fisher_holm(adjusted, count);
    for (size_t i = 0; i < contrast->count; i++) {
        struct contrast_value *value = &contrast->values[i];
        const double *found;

        if (!value->tested)
            continue;
        found = bsearch(&value->ln_p, ln_p, count, sizeof *ln_p, compare_p);
        if (found != NULL)
            value->ln_adjusted = adjusted[found - ln_p];
    }
    free(ln_p);
    free(adjusted);
}

enum status contrast_load(struct contrast *contrast, const struct report *report,
                          const char *failed, struct error *err)
{
    enum status status = STATUS_OK;

    *contrast = (struct contrast){0};
    if (failed != NULL)
        status = contrast_check_failed(report, failed, err);
    if (status == STATUS_OK)
        status = contrast_count_sides(contrast, report, failed, err);
    if (status != STATUS_OK || contrast->failed == 0 || contrast->worked == 0)
        return status;
    contrast->failed = contrast->worked = contrast->left_out = 0;
    status = contrast_count_values(contrast, report, failed, err);
    if (status != STATUS_OK || contrast->failed == 0 || contrast->worked == 0)
        return status;
    merge_values(contrast);
    for (size_t i = 0; i < contrast->count; i++)
        test_value(contrast, &contrast->values[i]);
    adjust(contrast);
    qsort(contrast->values, contrast->count, sizeof *contrast->values, compare_values);
    return STATUS_OK;
}

void contrast_done(struct contrast *contrast)
{
    for (size_t i = 0; i < contrast->features_count; i++)
        free(contrast->features[i].column);
    for (size_t i = 0; i < contrast->count; i++) {
        free(contrast->values[i].text);
        free(contrast->values[i].also);
    }
    free(contrast->features);
    free(contrast->values);
    *contrast = (struct contrast){0};
}

bool contrast_is_significant(const struct contrast_value *value)
{
    return value->tested && value->ln_adjusted <= log(CONTRAST_LEVEL);
}

double contrast_lift(const struct contrast *contrast, const struct contrast_value *value)
{
    struct fisher_margins m = margins_of(contrast, value);

    return (double)value->failed * (double)m.all / ((double)m.marked * (double)m.drawn);
}
