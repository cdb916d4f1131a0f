/* tcpmortem regress: every sample in a folder against its expected findings. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/jobs.h"

static const char usage[] =
    "Usage: tcpmortem regress [--update] [--jobs N] [--timings] [--junit FILE] [--rules DIR] DIR\n"
    "\n"
    "Analyses every sample in DIR, or DIR itself if it is one, and compares the findings with its\n"
    "expected.csv. A diff is printed for each that differs; then the exit status is 1.\n"
    "\n"
    "  --update       rewrite the expectation of those that differ\n"
    "  --jobs N       so many samples at one time (default: one for each processor); what is "
    "printed\n"
    "                 is the same\n"
    "  --timings      how many seconds each sample took\n"
    "  --junit FILE   write the results for a CI system; with `-` to stdout, all else to stderr\n"
    "  --rules DIR    the folder of the rules (default: those of this program)\n"
    "  -h, --help     this text\n"
    "\n"
    "A sample is a folder with captures, case.conf (lines `point = file[,file...]`) and\n"
    "expected.csv. To add one: make the folder, put the captures in, write case.conf, run\n"
    "`tcpmortem regress --update DIR`, read the diff.\n";

struct request {
    struct rules_options rules;
    const char *dir, *junit;
    int64_t jobs;
    bool update, timings, help;
};

struct results {
    struct job *jobs;
    size_t count, capacity;
    unsigned differ;
    bool timings;
};

enum {
    OPTION_UPDATE = OPTION_FIRST,
    OPTION_JOBS,
    OPTION_TIMINGS,
    OPTION_JUNIT,
    OPTION_RULES
};

static const struct option long_options[] = {
    {"update",  no_argument,       NULL, OPTION_UPDATE },
    {"jobs",    required_argument, NULL, OPTION_JOBS   },
    {"timings", no_argument,       NULL, OPTION_TIMINGS},
    {"junit",   required_argument, NULL, OPTION_JUNIT  },
    {"rules",   required_argument, NULL, OPTION_RULES  },
    {"help",    no_argument,       NULL, 'h'           },
    {NULL,      0,                 NULL, 0             },
};

static enum status take_option(void *context, int option, struct error *err)
{
    struct request *request = context;

    switch (option) {
    case OPTION_UPDATE:
        request->update = true;
        return STATUS_OK;
    case OPTION_JOBS:
        return argument_number("--jobs", optarg, 1, 1000, &request->jobs, err);
    case OPTION_TIMINGS:
        request->timings = true;
        return STATUS_OK;
    case OPTION_JUNIT:
        request->junit = optarg;
        return STATUS_OK;
    case OPTION_RULES:
        request->rules.dir = optarg;
        return STATUS_OK;
    default:
        abort();
    }
}

static const struct arguments arguments = {"regress", "h", long_options, take_option};

static enum status read_request(int argc, char **argv, struct request *request, struct error *err)
{
    enum status status = arguments_read(&arguments, argc, argv, request, &request->help, err);

    if (status != STATUS_OK || request->help)
        return status;
    if (optind + 1 != argc)
        return error_set(err, STATUS_USAGE, "regress: name one folder of samples");
    request->dir = argv[optind];
    return STATUS_OK;
}

static void add_job(struct results *results, const char *dir, const char *name)
{
    struct job *job = MEMORY_APPEND(results->jobs, results->count, results->capacity);

    *job = (struct job){.dir = memory_copy_text(dir), .result.name = memory_copy_text(name)};
}

static void tell(void *context, const struct job *job)
{
    static const char *const said[] = {
        [SAMPLE_SAME] = "ok",
        [SAMPLE_DIFFERS] = "DIFFERS",
        [SAMPLE_UPDATED] = "updated",
        [SAMPLE_FAILED] = "FAILED",
    };
    struct results *results = context;
    const struct junit_case *result = &job->result;

    results->differ += result->result == SAMPLE_DIFFERS || result->result == SAMPLE_FAILED;
    printf("%-7s ", said[result->result]);
    if (results->timings)
        printf("%7.3f s  ", result->seconds);
    printf("%s%s%s\n", result->name, result->message != NULL ? ": " : "",
           result->message != NULL ? result->message : "");
}

static int only_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static enum status find_samples(const struct request *request, struct results *results,
                                struct error *err)
{
    struct dirent **entries;
    int count = scandir(request->dir, &entries, only_visible, alphasort);

    if (count < 0)
        return error_set(err, STATUS_INPUT, "%s: %s", request->dir, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path = memory_print("%s/%s", request->dir, entries[i]->d_name);

        if (sample_is(path))
            add_job(results, path, entries[i]->d_name);
        free(path);
        free(entries[i]);
    }
    free(entries);
    if (results->count == 0)
        return error_set(err, STATUS_INPUT, "%s: no sample in it (a folder with case.conf)",
                         request->dir);
    return STATUS_OK;
}

/* "-" takes standard output for itself: whatever the samples print there goes to stderr from now
 * on. Before the run, so that a file that can't be written is told at once. */
static enum status open_junit(const char *path, FILE **out, struct error *err)
{
    if (strcmp(path, "-") != 0) {
        *out = fopen(path, "w");
    } else {
        int copy = dup(STDOUT_FILENO);

        *out = copy >= 0 ? fdopen(copy, "w") : NULL;
        if (*out != NULL && dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
            return error_set(err, STATUS_OUTPUT, "standard output: %s", strerror(errno));
    }
    return *out != NULL ? STATUS_OK
                        : error_set(err, STATUS_OUTPUT, "%s: %s", path, strerror(errno));
}

static void write_junit(FILE *out, const struct results *results)
{
    struct junit_case *cases = memory_zalloc(results->count * sizeof *cases);

    for (size_t i = 0; i < results->count; i++)
        cases[i] = results->jobs[i].result;
    junit_write(out, cases, results->count);
    free(cases);
}

static void results_done(struct results *results)
{
    for (size_t i = 0; i < results->count; i++) {
        free(results->jobs[i].dir);
        free(results->jobs[i].result.name);
        free(results->jobs[i].result.message);
    }
    free(results->jobs);
}

static enum status regress(const struct request *request, struct error *err)
{
    struct results results = {.timings = request->timings};
    const struct jobs_options options = {
        .rules = &request->rules,
        .parallel = request->jobs > 0 ? (size_t)request->jobs : jobs_processors(),
        .update = request->update,
    };
    enum status status = STATUS_OK;
    FILE *junit = NULL;

    assert(request->dir != NULL);
    if (sample_is(request->dir))
        add_job(&results, request->dir, request->dir);
    else
        status = find_samples(request, &results, err);
    if (status == STATUS_OK && request->junit != NULL)
        status = open_junit(request->junit, &junit, err);
    if (status == STATUS_OK)
        status = jobs_run(results.jobs, results.count, &options, tell, &results, err);
    if (status == STATUS_OK) {
        printf("%zu samples, %u differ\n", results.count, results.differ);
        if (junit != NULL)
            write_junit(junit, &results);
    }
    if (junit != NULL && fclose(junit) != 0 && status == STATUS_OK)
        status = error_set(err, STATUS_OUTPUT, "%s: %s", request->junit, strerror(errno));
    if (status == STATUS_OK && results.differ > 0)
        status = STATUS_FOUND;
    results_done(&results);
    return status;
}

enum status command_regress(int argc, char **argv, struct error *err)
{
    struct request request = {0};
    enum status status = read_request(argc, argv, &request, err);

    if (request.help)
        fputs(usage, stdout);
    else if (status == STATUS_OK)
        status = regress(&request, err);
    return status;
}
