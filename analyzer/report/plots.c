#include "report/plots.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "report/gnuplot.h"
#include "report/output.h"
#include "report/picture_folder.h"
#include "report/picture_script.h"
#include "report/picture_set.h"
#include "report/report.h"

#define SCRIPT_NAME "pictures.gp"

/* Draws all pictures into `folder` by one run of gnuplot. */
static enum status draw(const struct picture_set *set, const char *folder, int formats,
                        struct error *err)
{
    char *path = memory_print("%s/" SCRIPT_NAME, folder);
    FILE *script = fopen(path, "w");
    bool failed = script == NULL;
    enum status status;

    if (script != NULL) {
        for (size_t i = 0; i < set->count; i++)
            picture_write_script(script, &set->pictures[i], formats);
        failed = ferror(script) != 0;
        failed = fclose(script) != 0 || failed;
    }
    if (failed)
        status = error_set(err, STATUS_OUTPUT, "%s: %s", path, strerror(errno));
    else
        status = gnuplot_run(folder, SCRIPT_NAME, err);
    free(path);
    return status;
}

static enum status move_all(const struct picture_set *set, const char *folder, const char *plots,
                            struct error *err)
{
    static const char *const suffixes[] = {".png", ".svg"};
    enum status status = STATUS_OK;

    for (size_t i = 0; i < set->count; i++) {
        for (int j = 0; j < 2 && status == STATUS_OK; j++) {
            char *to = memory_print("%s/%s%s", plots, set->pictures[i].name, suffixes[j]);

            status = picture_folder_move(folder, set->pictures[i].name, suffixes[j], to, err);
            free(to);
        }
    }
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

static enum status draw_into(struct report *report, const struct picture_set *set, const char *dir,
                             const char *plots, struct error *err)
{
    char *folder = NULL;
    enum status status = picture_folder_make(dir, &folder, err);

    if (status != STATUS_OK)
        goto out;
    if (draw(set, folder, PICTURE_PNG | PICTURE_SVG, err) != STATUS_OK) {
        warn_user("%s: no pictures", err->text);
        goto out;
    }
    status = output_make_folder(plots, err);
    if (status == STATUS_OK)
        status = move_all(set, folder, plots, err);
    if (status == STATUS_OK)
        note_pictures(report, set);
out:
    picture_folder_remove(folder);
    free(folder);
    return status;
}

enum status plots_write(struct report *report, const char *dir, int max,
                        const struct time_range *range, struct error *err)
{
    char *plots = memory_print("%s/plots", dir);
    struct picture_set set = {0};
    enum status status;

    picture_folder_clear(plots);
    status = picture_set_choose(&set, report, max, range, err);
    if (status == STATUS_OK)
        status = picture_set_fill(&set, report, err);
    picture_set_drop_empty(&set);
    if (status == STATUS_OK && set.count > 0)
        status = draw_into(report, &set, dir, plots, err);
    picture_set_done(&set);
    free(plots);
    return status;
}

static enum status draw_file(const struct picture_set *set, const char *file, struct error *err)
{
    size_t length = strlen(file);
    const char *suffix = length > 4 ? file + length - 4 : "";
    int format = strcmp(suffix, ".png") == 0   ? PICTURE_PNG
                 : strcmp(suffix, ".svg") == 0 ? PICTURE_SVG
                                               : 0;
    char *folder = NULL;
    char *beside = NULL;
    enum status status;

    if (format == 0)
        return error_set(err, STATUS_USAGE, "%s: neither .png nor .svg", file);
    beside = text_folder_name(file);
    status = picture_folder_make(beside, &folder, err);
    if (status == STATUS_OK)
        status = draw(set, folder, format, err);
    if (status == STATUS_OK)
        status = picture_folder_move(folder, set->pictures[0].name, suffix, file, err);
    picture_folder_remove(folder);
    free(folder);
    free(beside);
    return status;
}

enum status report_plot(const char *case_path, const struct plot_options *options,
                        struct error *err)
{
    const struct time_range range = {options->from, options->to};
    struct picture_set set = {0};
    struct report report;
    char *file = NULL;
    enum status status = time_range_check(&range, err);

    if (status != STATUS_OK)
        return status;
    status = report_open(&report, case_path, err);
    if (status != STATUS_OK)
        return status;
    status = picture_set_add(&set, &report, options->connection, &range, err);
    if (status == STATUS_OK)
        status = picture_set_fill(&set, &report, err);
    picture_set_drop_empty(&set);
    if (status == STATUS_OK && set.count == 0)
        status =
            error_set(err, STATUS_USAGE, "%s: connection %" PRId64 " has nothing in that range",
                      case_path, options->connection);
    if (status != STATUS_OK)
        goto out;
    file = options->file != NULL ? memory_copy_text(options->file)
                                 : memory_print("connection-%" PRId64 ".png", options->connection);
    status = draw_file(&set, file, err);
out:
    free(file);
    picture_set_done(&set);
    report_close(&report);
    return status;
}
