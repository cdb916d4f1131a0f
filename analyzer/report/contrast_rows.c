#include "report/contrast_rows.h"

#include <stdlib.h>
#include <string.h>
#include <xxhash.h>

#include "base/memory.h"
#include "case/query.h"

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

enum status contrast_check_failed(const struct report *report, const char *failed,
                                  struct error *err)
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

enum status contrast_count_values(struct contrast *contrast, const struct report *report,
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

/* How many connections there are on either side: as contrast.sql tells them. Most cases have none
 * that failed, and then their features need not be looked at. */
enum status contrast_count_sides(struct contrast *contrast, const struct report *report,
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
