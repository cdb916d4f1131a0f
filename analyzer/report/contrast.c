#include "report/contrast.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/memory.h"
#include "case/query.h"
#include "report/fisher.h"

static const char contrast_sql[] =
#include "report/contrast.inc"
    ;

enum {
    COLUMN_ID,
    COLUMN_FAILED,
    COLUMN_SYN,
    COLUMN_POINT,
    COLUMN_FIRST_NS,
    COLUMN_FEATURES /* the first of them */
};

/* The values by feature and text: places in contrast.values plus one; 0 is free. */
struct index {
    size_t *slots;
    size_t size; /* a power of two, never more than half full */
};

static uint64_t hash_value(size_t feature, const char *text)
{
    return XXH3_64bits_withSeed(text, strlen(text), feature);
}

static void index_grow(struct index *index, const struct contrast *contrast)
{
    index->size = index->size == 0 ? 1024 : 2 * index->size;
    free(index->slots);
    index->slots = memory_zalloc(index->size * sizeof *index->slots);
    for (size_t i = 0; i < contrast->count; i++) {
        size_t slot = hash_value(contrast->values[i].feature, contrast->values[i].text);

        while (index->slots[slot & (index->size - 1)] != 0)
            slot++;
        index->slots[slot & (index->size - 1)] = i + 1;
    }
}

static struct contrast_value *value_of(struct contrast *contrast, struct index *index,
                                       size_t feature, const char *text)
{
    size_t slot = hash_value(feature, text);
    struct contrast_value *value;

    if (index->slots == NULL || 2 * (contrast->count + 1) > index->size)
        index_grow(index, contrast);
    for (;; slot++) {
        size_t place = index->slots[slot & (index->size - 1)];

        if (place == 0)
            break;
        value = &contrast->values[place - 1];
        if (value->feature == feature && strcmp(value->text, text) == 0)
            return value;
    }
    value = MEMORY_APPEND(contrast->values, contrast->count, contrast->capacity);
    *value = (struct contrast_value){.feature = feature, .text = memory_copy_text(text)};
    index->slots[slot & (index->size - 1)] = contrast->count;
    return value;
}

/* One connection. */
static void add_row(struct contrast *contrast, struct index *index, struct query *q)
{
    int64_t id = query_int(q, COLUMN_ID);
    bool failed = query_int(q, COLUMN_FAILED) != 0;
    uint64_t digest = XXH3_64bits(&id, sizeof id);

    if (query_is_null(q, COLUMN_FAILED)) {
        contrast->left_out++;
        return;
    }
    *(failed ? &contrast->failed : &contrast->worked) += 1;
    for (size_t i = 0; i < contrast->features_count; i++) {
        struct contrast_feature *feature = &contrast->features[i];
        struct contrast_value *value;

        if (query_is_null(q, COLUMN_FEATURES + (int)i))
            continue;
        value = value_of(contrast, index, i, query_text(q, COLUMN_FEATURES + (int)i));
        *(failed ? &feature->failed : &feature->worked) += 1;
        *(failed ? &value->failed : &value->worked) += 1;
        value->members += digest;
    }
}

static enum status check_failed(const struct report *report, const char *failed, struct error *err)
{
    struct query q;
    enum status status;
    bool known;

    query_open(&q, report,
               "SELECT :failed IN ('established', 'refused', 'unanswered', 'reset', 'closed',"
               " 'half-closed', 'midstream') OR :failed IN (SELECT id FROM rule)",
               err);
    query_bind_text(&q, ":failed", failed);
    known = query_next(&q) && query_int(&q, 0) != 0;
    status = query_close(&q);
    if (status == STATUS_OK && !known)
        return error_set(err, STATUS_USAGE,
                         "--failed %s: neither a rule that ran in this case nor an outcome",
                         failed);
    return status;
}

static enum status count_values(struct contrast *contrast, const struct report *report,
                                const char *failed, struct error *err)
{
    struct index index = {0};
    struct query q;

    query_open(&q, report, contrast_sql, err);
    if (failed != NULL)
        query_bind_text(&q, ":failed", failed);
    if (q.status == STATUS_OK)
        contrast->features_count = (size_t)(sqlite3_column_count(q.stmt) - COLUMN_FEATURES);
    contrast->features = memory_zalloc((contrast->features_count + 1) * sizeof *contrast->features);
    for (size_t i = 0; i < contrast->features_count; i++) {
        struct contrast_feature *feature = &contrast->features[i];

        feature->column = memory_copy_text(sqlite3_column_name(q.stmt, COLUMN_FEATURES + (int)i));
        feature->chance = feature->column[0] == '~';
        feature->name = feature->column + feature->chance;
    }
    while (query_next(&q))
        add_row(contrast, &index, &q);
    free(index.slots);
    return query_close(&q);
}

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

/* How many connections there are on either side: as contrast.sql tells them. Most cases have none
 * that failed, and then their features need not be looked at. */
static enum status count_sides(struct contrast *contrast, const struct report *report,
                               const char *failed, struct error *err)
{
    static const char sides_sql[] =
        "WITH grave AS MATERIALIZED (SELECT DISTINCT connection_id FROM finding"
        " WHERE connection_id IS NOT NULL AND severity IN ('warning', 'error')),"
        " named AS MATERIALIZED (SELECT DISTINCT connection_id FROM finding"
        " WHERE rule_id = :failed AND connection_id IS NOT NULL),"
        " side AS (SELECT outcome IN ('refused', 'unanswered', 'reset') OR id IN grave AS is_grave,"
        " outcome = :failed OR id IN named AS is_named FROM connection)"
        " SELECT coalesce(sum(iif(:failed IS NULL, is_grave, is_named)), 0),"
        " coalesce(sum(iif(:failed IS NULL, NOT is_grave, NOT is_named AND NOT is_grave)), 0),"
        " coalesce(sum(:failed IS NOT NULL AND is_grave AND NOT is_named), 0) FROM side";
    struct query q;

    query_open(&q, report, sides_sql, err);
    if (failed != NULL)
        query_bind_text(&q, ":failed", failed);
    if (query_next(&q)) {
        contrast->failed = query_int(&q, 0);
        contrast->worked = query_int(&q, 1);
        contrast->left_out = query_int(&q, 2);
    }
    return query_close(&q);
}

enum status contrast_load(struct contrast *contrast, const struct report *report,
                          const char *failed, struct error *err)
{
    enum status status = STATUS_OK;

    *contrast = (struct contrast){0};
    if (failed != NULL)
        status = check_failed(report, failed, err);
    if (status == STATUS_OK)
        status = count_sides(contrast, report, failed, err);
    if (status != STATUS_OK || contrast->failed == 0 || contrast->worked == 0)
        return status;
    contrast->failed = contrast->worked = contrast->left_out = 0;
    status = count_values(contrast, report, failed, err);
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

enum status contrast_find_pair(const struct report *report, const char *failed,
                               const struct contrast *contrast, const struct contrast_value *value,
                               struct contrast_pair *pair, struct error *err)
{
    const char *name = contrast->features[value->feature].column;
    char *sql = memory_print(
        "WITH c AS MATERIALIZED (%s), x AS (SELECT *, CAST(\"%s\" AS TEXT) AS value FROM c"
        " WHERE syn IS NOT NULL AND \"%s\" IS NOT NULL), bad AS MATERIALIZED (SELECT * FROM x"
        " WHERE failed = 1 AND value = :value ORDER BY id LIMIT 1)"
        " SELECT bad.syn, good.syn, bad.id, good.id FROM bad JOIN x AS good ON good.failed = 0"
        " AND good.value <> :value AND good.point_id = bad.point_id"
        " ORDER BY good.\"server\" <> bad.\"server\","
        " good.\"server address\" <> bad.\"server address\","
        " good.\"client address\" <> bad.\"client address\","
        " abs(good.first_ns - bad.first_ns), good.id LIMIT 1",
        contrast_sql, name, name);
    struct query q;
    enum status status;

    *pair = (struct contrast_pair){0};
    query_open(&q, report, sql, err);
    if (failed != NULL)
        query_bind_text(&q, ":failed", failed);
    query_bind_text(&q, ":value", value->text);
    if (query_next(&q))
        *pair = (struct contrast_pair){
            {query_int(&q, 0), query_int(&q, 1)},
            {query_int(&q, 2), query_int(&q, 3)}
        };
    status = query_close(&q);
    free(sql);
    return status;
}
