#include "picture/plot.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "picture/chart_kinds.h"
#include "picture/drawing.h"
#include "picture/picture_folder.h"
#include "picture/picture_script.h"

/* Pictures of one connection's segments; all other kinds are charts. */
static const struct picture_kind_name {
    const char *name, *title;
    enum status (*add)(struct picture_set *set, const struct report *report, struct error *err);
    const char *missing; /* if there is none */
} pictures[] = {
    {"sequence", "Time-sequence diagram",                             NULL,                   "nothing in that range"},
    {"zoom",     "The same around the evidence of its worst finding", picture_set_add_zoom,
     "no evidence that is a small part of it"                                                                        },
    {"ladder",   "Each segment, and how far it came",                 picture_set_add_ladder,
     "nothing in that range, or too many segments for a ladder"                                                      },
};

enum {
    PICTURES = sizeof pictures / sizeof *pictures
};

void plot_write_kinds(FILE *out)
{
    size_t count;
    const struct chart_kind *const *kinds = chart_kinds(&count);

    for (size_t i = 0; i < PICTURES; i++)
        fprintf(out, "  %-12s%s\n", pictures[i].name, pictures[i].title);
    for (size_t i = 0; i < count; i++)
        fprintf(out, "  %-12s%s%s\n", kinds[i]->name, kinds[i]->title,
                kinds[i]->one ? "" : "; of the whole case without --connection");
}

static enum status add_picture(struct drawing *drawing, const struct picture_kind_name *kind,
                               const struct report *report, int64_t connection,
                               const struct time_range *range, struct error *err)
{
    struct picture_set *set = &drawing->set;
    enum status status;

    if (connection == 0)
        return error_set(err, STATUS_USAGE, "plot: %s of which connection? Give --connection N",
                         kind->name);
    status = picture_set_add(set, report, connection, range, err);
    if (status == STATUS_OK && kind->add != NULL) {
        status = kind->add(set, report, err);
        picture_done(&set->pictures[0]); /* it only led to the other one */
        set->count--;
        memmove(set->pictures, set->pictures + 1, set->count * sizeof *set->pictures);
    }
    if (status == STATUS_OK)
        status = picture_set_fill(set, report, err);
    picture_set_drop_empty(set);
    if (status == STATUS_OK && set->count == 0)
        status = error_set(err, STATUS_USAGE, "%s: connection %" PRId64 " has %s", report->path,
                           connection, kind->missing);
    return status;
}

static enum status add_chart(struct drawing *drawing, const struct chart_kind *kind,
                             const struct report *report, int64_t connection,
                             const struct time_range *range, struct error *err)
{
    enum status status =
        chart_make(&drawing->charts[drawing->charts_count++], kind, report, connection, range, err);

    if (status == STATUS_OK && !chart_has_points(&drawing->charts[0]))
        status = error_set(err, STATUS_USAGE, "%s: nothing there for a plot of %s: %s",
                           report->path, kind->name, kind->missing);
    return status;
}

static enum status draw_file(const struct drawing *drawing, const char *file, struct error *err)
{
    const char *name =
        drawing->set.count > 0 ? drawing->set.pictures[0].name : drawing->charts[0].name;
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
        status = drawing_draw(drawing, folder, format, err);
    if (status == STATUS_OK)
        status = picture_folder_move(folder, name, suffix, file, err);
    picture_folder_remove(folder);
    free(folder);
    free(beside);
    return status;
}

static enum status add_kind(struct drawing *drawing, const struct report *report,
                            const struct plot_options *options, struct error *err)
{
    const struct time_range range = {options->from, options->to};
    const char *name = options->kind != NULL ? options->kind : pictures[0].name;
    const struct chart_kind *kind = chart_kind_find(name);

    for (size_t i = 0; i < PICTURES; i++)
        if (strcmp(pictures[i].name, name) == 0)
            return add_picture(drawing, &pictures[i], report, options->connection, &range, err);
    if (kind == NULL)
        return error_set(err, STATUS_USAGE, "--kind %s: there is none; see plot --help", name);
    return add_chart(drawing, kind, report, options->connection, &range, err);
}

enum status plot_draw(const char *case_path, const struct plot_options *options, struct error *err)
{
    const struct time_range range = {options->from, options->to};
    struct drawing drawing = {0};
    struct report report;
    enum status status = time_range_check(&range, err);

    if (status != STATUS_OK)
        return status;
    status = report_open(&report, case_path, err);
    if (status != STATUS_OK)
        return status;
    status = add_kind(&drawing, &report, options, err);
    if (status == STATUS_OK) {
        char *file =
            options->file != NULL
                ? memory_copy_text(options->file)
                : memory_print("%s.png", drawing.set.count > 0 ? drawing.set.pictures[0].name
                                                               : drawing.charts[0].name);

        status = draw_file(&drawing, file, err);
        free(file);
    }
    drawing_done(&drawing);
    report_close(&report);
    return status;
}
