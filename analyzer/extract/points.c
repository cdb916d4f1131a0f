#include "extract/points.h"

#include <inttypes.h>
#include <stdlib.h>

#include "anonymize/words.h"
#include "base/memory.h"
#include "case/query.h"

const struct point_name *points_find(const struct points *points, int64_t id)
{
    for (size_t i = 0; i < points->count; i++)
        if (points->items[i].id == id)
            return &points->items[i];
    return NULL;
}

enum status points_read(struct points *points, const struct report *report,
                        const struct choice *choice, bool hide, struct error *err)
{
    enum status status;
    struct query q;

    query_open(&q, report, "SELECT id, name FROM point ORDER BY id", err);
    while (query_next(&q)) {
        struct point_name *point = MEMORY_APPEND(points->items, points->count, points->capacity);

        point->id = query_int(&q, 0);
        point->name = memory_copy_text(query_text(&q, 1));
        point->alias =
            hide ? memory_print("point-%" PRId64, point->id) : memory_copy_text(point->name);
    }
    status = query_close(&q);
    for (size_t i = 0; i < choice->count && status == STATUS_OK; i++)
        if (points_find(points, choice->items[i].point_id) == NULL)
            status = error_set(err, STATUS_INPUT, "%s: it has no point %" PRId64, report->path,
                               choice->items[i].point_id);
    return status;
}

size_t points_chosen(const struct points *points, const struct choice *choice)
{
    size_t chosen = 0;

    for (size_t p = 0; p < points->count; p++)
        for (size_t i = 0; i < choice->count; i++)
            if (choice->items[i].point_id == points->items[p].id) {
                chosen++;
                break;
            }
    return chosen;
}

void points_hide_roles(const struct points *points, const struct anonymizer *anonymizer,
                       struct choice *choice)
{
    struct words_name *names = memory_zalloc(points->count * sizeof *names);

    for (size_t p = 0; p < points->count; p++)
        names[p] = (struct words_name){points->items[p].name, points->items[p].alias};
    for (size_t i = 0; i < choice->count; i++) {
        struct chosen *chosen = &choice->items[i];
        char *role = words_anonymize(anonymizer, names, points->count, chosen->role);

        free(chosen->role);
        chosen->role = role;
    }
    free(names);
}

void points_done(struct points *points)
{
    for (size_t i = 0; i < points->count; i++) {
        free(points->items[i].name);
        free(points->items[i].alias);
    }
    free(points->items);
}
