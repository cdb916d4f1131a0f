#include "picture/plots.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"
#include "case/query.h"
#include "picture/chart_kinds.h"
#include "picture/drawing.h"
#include "picture/picture_folder.h"
#include "picture/picture_script.h"

static enum status move_both(const char *name, const char *folder, const char *plots,
                             struct error *err)
{
    static const char *const suffixes[] = {".png", ".svg"};
    enum status status = STATUS_OK;

    for (int i = 0; i < 2 && status == STATUS_OK; i++) {
        char *to = memory_print("%s/%s%s", plots, name, suffixes[i]);

        status = picture_folder_move(folder, name, suffixes[i], to, err);
        free(to);
    }
    return status;
}

static enum status move_all(const struct drawing *drawing, const char *folder, const char *plots,
                            struct error *err)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < drawing->set.count && status == STATUS_OK; i++)
        status = move_both(drawing->set.pictures[i].name, folder, plots, err);
    for (size_t i = 0; i < drawing->charts_count && status == STATUS_OK; i++)
        status = move_both(drawing->charts[i].name, folder, plots, err);
    return status;
}

/* What report.md links to: zoom and ladder stand behind the picture that they belong to. */
static void note_pictures(struct report *report, const struct picture_set *set)
{
    for (size_t i = 0; i < set->count; i++) {
        const struct picture *picture = &set->pictures[i];
        size_t count = report->pictures_count;
        struct report_picture *note;

        if (count == 0 || report->pictures[count - 1].connection != picture->connection) {
            note =
                MEMORY_APPEND(report->pictures, report->pictures_count, report->pictures_capacity);
            note->connection = picture->connection;
            continue;
        }
        note = &report->pictures[count - 1];
        if (picture->kind == PICTURE_LADDER)
            note->ladder = true;
        else
            note->zoom = true;
    }
}

/* The whole file into memory. */
static enum status load_svg(struct report_chart *chart, const char *plots, struct error *err)
{
    char *path = memory_print("%s/%s.svg", plots, chart->name);
    FILE *file = fopen(path, "r");
    bool failed = file == NULL;

    if (file != NULL) {
        FILE *copy = text_open(&chart->svg, &chart->svg_size);
        char bytes[BUFSIZ];
        size_t length;

        while ((length = fread(bytes, 1, sizeof bytes, file)) > 0)
            fwrite(bytes, 1, length, copy);
        failed = ferror(file) != 0;
        fclose(copy);
        fclose(file);
    }
    if (failed)
        (void)error_set(err, STATUS_OUTPUT, "%s: %s", path, strerror(errno));
    free(path);
    return failed ? STATUS_OUTPUT : STATUS_OK;
}

static enum status note_charts(struct report *report, const struct drawing *drawing,
                               const char *plots, struct error *err)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < drawing->charts_count && status == STATUS_OK; i++) {
        struct report_chart *note =
            MEMORY_APPEND(report->charts, report->charts_count, report->charts_capacity);

        note->name = memory_copy_text(drawing->charts[i].name);
        note->title = memory_copy_text(drawing->charts[i].plain_title);
        status = load_svg(note, plots, err);
    }
    return status;
}

static enum status draw_into(struct report *report, const struct drawing *drawing, const char *dir,
                             const char *plots, struct error *err)
{
    char *folder = NULL;
    enum status status = picture_folder_make(dir, &folder, err);

    if (status != STATUS_OK)
        goto out;
    if (drawing_draw(drawing, folder, PICTURE_PNG | PICTURE_SVG, err) != STATUS_OK) {
        warn_user("%s: no pictures", err->text);
        goto out;
    }
    status = output_make_folder(plots, err);
    if (status == STATUS_OK)
        status = move_all(drawing, folder, plots, err);
    if (status == STATUS_OK) {
        note_pictures(report, &drawing->set);
        status = note_charts(report, drawing, plots, err);
    }
out:
    picture_folder_remove(folder);
    free(folder);
    return status;
}

/* Whether one of the kind's rules has found something, and on which connection the worst of it is
 * (0: on none). */
static enum status find_occasion(const struct chart_kind *kind, const struct report *report,
                                 bool *found, int64_t *connection, struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT coalesce(connection_id, 0) FROM worst"
               " WHERE instr(' ' || :rules || ' ', ' ' || rule_id || ' ') ORDER BY place LIMIT 1",
               err);
    query_bind_text(&q, ":rules", kind->rules != NULL ? kind->rules : "");
    *found = query_next(&q);
    *connection = *found ? query_int(&q, 0) : 0;
    return query_close(&q);
}

/* Charts are of the whole case where that is possible, and at most half of the pictures. */
static enum status add_charts(struct drawing *drawing, const struct report *report, int max,
                              struct error *err)
{
    const struct time_range all = {0};
    size_t count;
    const struct chart_kind *const *kinds = chart_kinds(&count);
    enum status status = STATUS_OK;

    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        struct chart *chart = &drawing->charts[drawing->charts_count];
        int64_t connection = 0;
        bool found = false;

        if (drawing->charts_count == DRAWING_CHARTS || (int)drawing->charts_count >= max / 2)
            break;
        status = find_occasion(kinds[i], report, &found, &connection, err);
        if (status != STATUS_OK || !found || (kinds[i]->one && connection == 0))
            continue;
        status = chart_make(chart, kinds[i], report, kinds[i]->one ? connection : 0, &all, err);
        if (status == STATUS_OK && chart_has_points(chart))
            drawing->charts_count++;
        else
            chart_done(chart);
    }
    return status;
}

enum status plots_write(struct report *report, const char *dir, int max,
                        const struct time_range *range, struct error *err)
{
    char *plots = memory_print("%s/plots", dir);
    struct drawing drawing = {0};
    enum status status;

    picture_folder_clear(plots);
    status = add_charts(&drawing, report, max, err);
    if (status == STATUS_OK)
        status =
            picture_set_choose(&drawing.set, report, max - (int)drawing.charts_count, range, err);
    if (status == STATUS_OK)
        status = picture_set_fill(&drawing.set, report, err);
    picture_set_drop_empty(&drawing.set);
    if (status == STATUS_OK && drawing.set.count + drawing.charts_count > 0)
        status = draw_into(report, &drawing, dir, plots, err);
    drawing_done(&drawing);
    free(plots);
    return status;
}
