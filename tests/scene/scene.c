/* Random scenes whose truth is known, and whether the analyzer finds it. Prints tests in TAP.
 *
 * usage: scene [--from SEED] [--scenes N] [--exact N] [--seed SEED] [--keep DIR] [--verbose]
 *
 * --scenes N   that many scenes through pass 1 (1000), from --from on (1)
 * --exact N    that many, of another kind, through pass 2 as well (300)
 * --seed SEED  one scene alone, with all that is wrong; after it, `--scenes 0 --exact 1` asks for
 *              the exact one of that seed
 * --keep DIR   leaves the captures of the last scene there, and scene.txt, which tells the truth
 * --verbose    names also what is known to go wrong
 *
 * Without --keep the captures are in $SCRATCH, or /tmp. */
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "scene/checks.h"
#include "scene/describe.h"
#include "scene/record.h"

enum {
    ONE_REPEATED_IN = 50 /* scenes are made twice, to see whether they are the same */
};

struct options {
    uint64_t from, scenes, exact;
    const char *folder;
    bool keep, verbose;
};

static bool add_inputs(const struct scene *scene, const char *folder, struct input_set *inputs)
{
    bool good = true;

    for (unsigned i = 0; i < scene->inputs_count && good; i++) {
        char *path = record_path(scene, i, folder);
        char *argument = memory_print("input%u=%s", i, path);
        struct error err;

        good = input_set_add(inputs, argument, &err) == STATUS_OK;
        if (!good)
            fprintf(stderr, "%s\n", err.text);
        free(argument);
        free(path);
    }
    return good;
}

/* Makes a scene again, over its captures, and compares them by their hashes. */
static bool is_same_again(const struct scene *scene, const struct survey *survey,
                          const struct input_set *inputs, const char *folder)
{
    static const struct survey_options options;
    struct scene *again = scene_make(scene->seed, scene->exact);
    struct survey survey_again;
    struct error err;
    bool same = record_write(again, folder) &&
                survey_run(&survey_again, inputs, &options, &err) == STATUS_OK;

    if (same) {
        for (size_t i = 0; i < survey->captures_count; i++)
            same &= strcmp(survey->captures[i].sha256, survey_again.captures[i].sha256) == 0;
        survey_done(&survey_again);
    }
    scene_free(again);
    return same;
}

static bool check(const struct scene *scene, struct survey *survey, const char *folder,
                  struct tally *tally)
{
    struct told_list list = {0};
    struct truth truth;
    bool good = true;

    truth_init(&truth, scene, survey);
    if (scene->exact) {
        good = told_by_pass(scene, survey, folder, &list);
        if (truth.sound)
            check_events(&truth, &list, tally);
        free(list.items);
    } else {
        check_links(&truth, tally);
        if (truth.sound) {
            check_clocks(&truth, tally);
            check_paths(&truth, tally);
        }
    }
    truth_done(&truth);
    return good;
}

/* One scene, from its seed to what was found of it. False, with a message on stderr, if that could
 * not be done. */
static bool play(uint64_t seed, bool exact, const struct options *options, struct tally *tally)
{
    static const struct survey_options survey_options;
    struct scene *scene = scene_make(seed, exact);
    struct input_set inputs = {0};
    struct survey survey;
    struct error err;
    bool good = record_write(scene, options->folder) && add_inputs(scene, options->folder, &inputs);

    if (good && survey_run(&survey, &inputs, &survey_options, &err) != STATUS_OK) {
        fprintf(stderr, "%s\n", err.text);
        good = false;
    }
    if (good) {
        good = check(scene, &survey, options->folder, tally);
        if (!options->keep && seed % ONE_REPEATED_IN == 0 &&
            tally_add(tally, TALLY_REPEATED,
                      !is_same_again(scene, &survey, &inputs, options->folder)))
            fprintf(tally->details, "# seed %llu is not the same again\n",
                    (unsigned long long)seed);
        survey_done(&survey);
    }
    tally->scenes++;
    input_set_done(&inputs);
    scene_free(scene);
    return good;
}

static bool keep_description(uint64_t seed, bool exact, const char *folder)
{
    struct scene *scene = scene_make(seed, exact);
    char *path = memory_print("%s/scene.txt", folder);
    FILE *file = fopen(path, "w");
    bool good = file != NULL;

    if (good) {
        describe_scene(scene, file);
        good = fclose(file) == 0;
    }
    if (!good)
        perror(path);
    free(path);
    scene_free(scene);
    return good;
}

static bool play_all(const struct options *options, struct tally *tally)
{
    bool good = true;

    for (uint64_t i = 0; i < options->scenes && good; i++)
        good = play(options->from + i, false, options, tally);
    for (uint64_t i = 0; i < options->exact && good; i++)
        good = play(options->from + i, true, options, tally);
    if (good && options->keep)
        good = options->exact > 0
                   ? keep_description(options->from + options->exact - 1, true, options->folder)
                   : keep_description(options->from + options->scenes - 1, false, options->folder);
    return good;
}

static bool parse(int argc, char **argv, struct options *options)
{
    static const struct option names[] = {
        {"from",    required_argument, NULL, 'f'},
        {"scenes",  required_argument, NULL, 'n'},
        {"exact",   required_argument, NULL, 'e'},
        {"seed",    required_argument, NULL, 's'},
        {"keep",    required_argument, NULL, 'k'},
        {"verbose", no_argument,       NULL, 'v'},
        {NULL,      0,                 NULL, 0  },
    };
    int name;

    while ((name = getopt_long(argc, argv, "", names, NULL)) != -1) {
        uint64_t number = optarg ? strtoull(optarg, NULL, 10) : 0;

        switch (name) {
        case 'f':
            options->from = number;
            break;
        case 'n':
            options->scenes = number;
            break;
        case 'e':
            options->exact = number;
            break;
        case 's':
            options->from = number;
            options->scenes = 1;
            options->exact = 0;
            options->verbose = true;
            break;
        case 'k':
            options->folder = optarg;
            options->keep = true;
            break;
        case 'v':
            options->verbose = true;
            break;
        default:
            return false;
        }
    }
    return optind == argc;
}

int main(int argc, char **argv)
{
    const char *scratch = getenv("SCRATCH");
    struct options options = {
        .from = 1, .scenes = 1000, .exact = 300, .folder = scratch ? scratch : "/tmp"};
    struct tally tally = {0};

    if (!parse(argc, argv, &options)) {
        fprintf(stderr, "usage: scene [--from SEED] [--scenes N] [--exact N] [--seed SEED]"
                        " [--keep DIR] [--verbose]\n");
        return 2;
    }
    tally.details = options.verbose ? stdout : NULL;
    if (!play_all(&options, &tally))
        return 3;
    return tally_print(&tally, stdout) ? 0 : 1;
}
