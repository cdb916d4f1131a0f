#include "survey/survey.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/progress.h"
#include "survey/link.h"
#include "survey/parts.h"
#include "survey/point.h"
#include "survey/reading.h"
#include "survey/sketch.h"

/* Opens every file once: what can't be read at all is said before any work is done. The first of
 * them is for `err`. */
static enum status probe_all(const struct survey *survey, struct order_file *files,
                             struct error *err)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < survey->captures_count; i++) {
        struct error reason;

        if (order_probe(&files[i], &reason) == STATUS_OK)
            continue;
        if (status == STATUS_OK)
            *err = reason;
        else
            warn_user("%s", reason.text);
        status = STATUS_INPUT;
    }
    return status;
}

static void list_captures(struct survey *survey)
{
    for (size_t i = 0; i < survey->inputs->count; i++) {
        for (size_t k = 0; k < survey->inputs->items[i].paths_count; k++) {
            struct capture *capture =
                MEMORY_APPEND(survey->captures, survey->captures_count, survey->captures_capacity);

            capture->path = survey->inputs->items[i].paths[k];
            capture->input = (uint32_t)i;
        }
    }
}

static void number_frames(struct survey *survey)
{
    uint64_t next = 1;

    for (size_t i = 0; i < survey->captures_count; i++) {
        survey->captures[i].first_frame = next;
        next += survey->captures[i].packets;
    }
}

/* What the survey could not know. */
static void remark_on_survey(struct survey *survey)
{
    if (survey->ambiguous_legs > 0)
        remark_add(&survey->remarks, "ambiguous-link",
                   "%llu legs were left apart, since more than one partner was as good",
                   (unsigned long long)survey->ambiguous_legs);
    for (size_t i = 0; i < survey->captures_count; i++)
        if (survey->captures[i].dropped > 0)
            remark_add(&survey->remarks, "drops",
                       "the capture %s says that it missed %llu packets: what is absent there "
                       "proves nothing",
                       survey->captures[i].path, (unsigned long long)survey->captures[i].dropped);
    for (size_t i = 0; i < survey->inputs->count; i++) {
        const struct clock *clock = &survey->clocks[i];
        const char *name = survey->inputs->items[i].name;

        if (clock->method == CLOCK_NONE && clock->has_frames)
            remark_add(&survey->remarks, "clock",
                       "no connection joins the clock of %s to the first one: times there and "
                       "elsewhere can't be compared",
                       name);
        if (clock->method == CLOCK_STEP)
            remark_add(&survey->remarks, "clock",
                       "a clock was set by %.6f s while %s recorded, about %.3f s after its first "
                       "packet: times after that are wrong by as much",
                       (double)clock->step_ns / 1e9, name,
                       (double)(clock->step_at_ns - clock->first_ns) / 1e9);
    }
}

enum status survey_run(struct survey *survey, const struct input_set *inputs,
                       const struct survey_options *options, struct error *err)
{
    struct reading reading = {.survey = survey};
    struct order_file *files;
    enum status status;
    size_t first = 0;

    *survey = (struct survey){.inputs = inputs, .options = options};
    survey->spill = spill_new(SPILL_MEMORY, SPILL_RESIDENT);
    spill_array_init(&survey->sketches, survey->spill, sizeof(struct sketch));
    list_captures(survey);
    survey->clocks = memory_zalloc(inputs->count * sizeof *survey->clocks);
    files = survey_files(survey);
    status = probe_all(survey, files, err);
    progress_begin("survey", input_set_bytes(inputs));
    for (size_t i = 0; i < inputs->count && status == STATUS_OK; i++) {
        size_t count = inputs->items[i].paths_count;

        reading.captures = &survey->captures[first];
        status = reading_input(&reading, &files[first], count, &survey->clocks[i], err);
        if (status != STATUS_OK)
            break;
        survey_finish_points(survey, reading.captures, count);
        first += count;
    }
    free(files);
    progress_end();
    if (status != STATUS_OK)
        return status;
    number_frames(survey);
    survey_link(survey);
    status = spill_status(survey->spill, err);
    if (status != STATUS_OK)
        return status;
    survey_roles(survey);
    survey_clocks(survey);
    survey_paths(survey);
    if (options->nat != NULL)
        link_check_nat(survey, options->nat);
    remark_on_survey(survey);
    return survey_check_path(survey, err);
}

void survey_done(struct survey *survey)
{
    for (size_t i = 0; i < survey->points_count; i++) {
        free(survey->points[i].name);
        free(survey->points[i].interface);
        spill_array_done(&survey->points[i].legs);
    }
    for (size_t i = 0; i < survey->captures_count; i++)
        free(survey->captures[i].interface_points);
    for (size_t i = 0; i < survey->comments_count; i++)
        free(survey->comments[i].text);
    free(survey->comments);
    remarks_done(&survey->remarks);
    free(survey->points);
    free(survey->captures);
    free(survey->clocks);
    free(survey->one_link);
    spill_array_done(&survey->links);
    spill_array_done(&survey->members);
    spill_array_done(&survey->sketches);
    spill_free(survey->spill);
    *survey = (struct survey){0};
}
