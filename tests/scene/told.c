#include "scene/told.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/memory.h"
#include "command/pass.h"
#include "store/case.h"
#include "store/store.h"

/* The sighting of each frame, frames counted over all captures. */
static size_t *list_frames(const struct scene *scene, const struct survey *survey)
{
    const struct capture *last = &survey->captures[survey->captures_count - 1];
    size_t *sightings = memory_zalloc((last->first_frame + last->packets + 1) * sizeof *sightings);

    for (size_t i = 0; i < scene->sightings_count; i++) {
        const struct scene_sighting *sighting = &scene->sightings[i];
        unsigned input = scene->points[scene->stop[sighting->stop].point].input;

        if (sighting->frame != 0)
            sightings[survey->captures[input].first_frame + sighting->frame - 1] = i;
    }
    return sightings;
}

static bool read_events(sqlite3 *db, const size_t *sightings, struct told_list *list)
{
    static const char query[] = "SELECT frame, kind = 'injected', a, b FROM event"
                                " JOIN segment ON segment.id = event.segment_id"
                                " WHERE kind IN ('not-forwarded', 'injected')";
    sqlite3_stmt *stmt = NULL;
    int result = sqlite3_prepare_v2(db, query, -1, &stmt, NULL);

    while (result == SQLITE_OK || result == SQLITE_ROW) {
        struct told *told;

        result = sqlite3_step(stmt);
        if (result != SQLITE_ROW)
            break;
        told = MEMORY_APPEND(list->items, list->count, list->capacity);
        told->sighting = sightings[sqlite3_column_int64(stmt, 0)];
        told->injected = sqlite3_column_int(stmt, 1) != 0;
        told->bytes = (uint32_t)sqlite3_column_int64(stmt, 2);
        told->absent = (uint32_t)sqlite3_column_int64(stmt, 3) - 1;
    }
    sqlite3_finalize(stmt);
    return result == SQLITE_DONE;
}

static int compare_told(const void *a, const void *b)
{
    const struct told *x = a, *y = b;

    return (x->sighting > y->sighting) - (x->sighting < y->sighting);
}

bool told_by_pass(const struct scene *scene, struct survey *survey, const char *folder,
                  struct told_list *list)
{
    static const struct conntrack_requests no_requests;
    char *path = memory_print("%s/scene.db", folder), *part = store_part_path(path);
    size_t *sightings = list_frames(scene, survey);
    struct store *store = NULL;
    sqlite3 *db = NULL;
    struct error err = {""}, close_err;
    enum status status = store_open(path, &store, &err), closed;
    bool good = false;

    *list = (struct told_list){0};
    if (status == STATUS_OK) {
        store_survey(store, survey);
        status = pass_run(survey, &no_requests, store, &err);
        closed = store_close(store, &close_err);
        status = status == STATUS_OK ? closed : status;
    }
    if (status == STATUS_OK)
        status = case_open(part, CASE_READ, &db, &err);
    if (status == STATUS_OK)
        good = read_events(db, sightings, list);
    if (!good)
        fprintf(stderr, "%s: %s %s\n", path, err.text, db ? sqlite3_errmsg(db) : "");
    sqlite3_close(db);
    unlink(part);
    if (list->count > 0)
        qsort(list->items, list->count, sizeof *list->items, compare_told);
    free(sightings);
    free(part);
    free(path);
    return good;
}
