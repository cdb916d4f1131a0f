#include "report/plots.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "report/drawing.h"
#include "report/output.h"
#include "report/picture_folder.h"
#include "report/picture_script.h"

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
            note = memory_append((void **)&report->pictures, &report->pictures_count,
                                 &report->pictures_capacity, sizeof *note);
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
    if (status == STATUS_OK)
        note_pictures(report, &drawing->set);
out:
    picture_folder_remove(folder);
    free(folder);
    return status;
}

enum status plots_write(struct report *report, const char *dir, int max,
                        const struct time_range *range, struct error *err)
{
    char *plots = memory_print("%s/plots", dir);
    struct drawing drawing = {0};
    enum status status;

    picture_folder_clear(plots);
    status = picture_set_choose(&drawing.set, report, max, range, err);
    if (status == STATUS_OK)
        status = picture_set_fill(&drawing.set, report, err);
    picture_set_drop_empty(&drawing.set);
    if (status == STATUS_OK && drawing.set.count > 0)
        status = draw_into(report, &drawing, dir, plots, err);
    drawing_done(&drawing);
    free(plots);
    return status;
}
