#include "command/analysis.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/scrap.h"
#include "command/pass.h"
#include "store/store.h"
#include "survey/survey.h"

/* Says what is odd about the inputs as a whole. What was skipped is in the report. */
static void warn_of_survey(const struct survey *survey, struct analysis_result *result)
{
    for (size_t i = 0; i < survey->captures_count; i++) {
        const struct capture *capture = &survey->captures[i];

        if (capture->end != READ_END)
            result->incomplete = true;
        if (capture->packets == 0)
            warn_user("%s: the capture has no packets", capture->path);
        else if (capture->segments == 0 && capture->skipped[SKIP_CUT] > 0)
            warn_user(
                "%s: none of its %llu packets is whole to the end of a TCP header, %llu are cut "
                "before it: a larger snaplen (-s 200) has it",
                capture->path, (unsigned long long)capture->packets,
                (unsigned long long)capture->skipped[SKIP_CUT]);
        else if (capture->segments == 0)
            warn_user("%s: none of its %llu packets is TCP", capture->path,
                      (unsigned long long)capture->packets);
    }
}

/* The ports of tunnels that were named: whoever reads the captures again needs them. */
static void store_tunnels(struct store *store, const struct tunnel_map *map)
{
    char key[32], text[TUNNEL_TEXT];

    for (size_t i = 0; map != NULL && i < map->count; i++) {
        snprintf(key, sizeof key, "tunnel-%02zu", i + 1);
        tunnel_map_print(map, i, text);
        store_meta(store, key, text);
    }
}

static enum status build_case(const char *case_path, struct survey *survey,
                              const struct analysis_options *options, struct error *err)
{
    struct error close_err;
    struct store *store;
    enum status status = store_open(case_path, &store, err), closed;

    if (status != STATUS_OK)
        return status;
    store_meta(store, "program", "tcpmortem " VERSION);
    store_meta(store, "command", options->command_line);
    store_tunnels(store, options->survey.tunnels);
    store_survey(store, survey);
    status = pass_run(survey, &options->conntrack, store, err);
    closed = store_close(store, &close_err);
    if (status == STATUS_OK && closed != STATUS_OK) {
        *err = close_err;
        status = closed;
    }
    return status;
}

/* Puts a case that tells no names and addresses in the place of the one at `part`. */
static enum status hide(const char *part, const struct anonymous_option *option, struct error *err)
{
    char *hidden = memory_print("%s.hidden", part);
    enum status status;

    scrap_add(hidden);
    status = anonymous_copy(option, part, hidden, err);
    if (status == STATUS_OK && rename(hidden, part) != 0) {
        status = error_set(err, STATUS_OUTPUT, "%s: %s", part, strerror(errno));
        unlink(hidden);
    }
    scrap_forget(hidden);
    free(hidden);
    return status;
}

enum status analysis_run(const char *case_path, const struct analysis_options *options,
                         struct analysis_result *result, struct error *err)
{
    char *part = store_part_path(case_path);
    struct rules_options rules = options->rules;
    struct survey survey;
    enum status status, published;

    *result = (struct analysis_result){0};
    rules.unpublished = true;
    scrap_add(part);
    status = survey_run(&survey, options->inputs, &options->survey, err);
    if (status == STATUS_OK) {
        warn_of_survey(&survey, result);
        status = build_case(case_path, &survey, options, err);
    }
    survey_done(&survey);
    if (status == STATUS_OK && options->anonymous.wanted)
        status = hide(part, &options->anonymous, err);
    if (status == STATUS_OK)
        status = rules_run(part, &rules, err);
    if (status == STATUS_OK || status == STATUS_RULE) {
        struct error publish_err;

        published = store_publish(case_path, &publish_err);
        if (published != STATUS_OK) {
            *err = publish_err;
            status = published;
        }
    } else {
        store_discard(case_path);
    }
    scrap_forget(part);
    free(part);
    return status;
}
