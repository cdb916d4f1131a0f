/* tcpmortem regress: every sample in a folder against its expected findings. */
#include <assert.h>
#include <dirent.h>
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "command/command.h"
#include "command/junit.h"
#include "command/sample.h"

static const char usage[] =
    "Usage: tcpmortem regress [--update] [--junit FILE] [--rules DIR] DIR\n"
    "\n"
    "Analyses every sample in DIR, or DIR itself if it is one, and compares the findings with its\n"
    "expected.csv. A diff is printed for each that differs; then the exit status is 1.\n"
    "\n"
    "  --update       rewrite the expectation of those that differ\n"
    "  --junit FILE   write the results for a CI system\n"
    "  --rules DIR    the folder of the rules (default: those of this program)\n"
    "  --help         this text\n"
    "\n"
    "A sample is a folder with captures, case.conf (lines `point = file[,file...]`) and\n"
    "expected.csv. To add one: make the folder, put the captures in, write case.conf, run\n"
    "`tcpmortem regress --update DIR`, read the diff.\n";

struct request {
    struct rules_options rules;
    const char *dir, *junit;
    bool update, help;
};

struct results {
    struct junit_case *cases;
    size_t count, capacity;
    unsigned differ;
};

enum {
    OPTION_UPDATE = 256,
    OPTION_JUNIT,
    OPTION_RULES,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"update", no_argument,       NULL, OPTION_UPDATE},
    {"junit",  required_argument, NULL, OPTION_JUNIT },
    {"rules",  required_argument, NULL, OPTION_RULES },
    {"help",   no_argument,       NULL, OPTION_HELP  },
    {NULL,     0,                 NULL, 0            },
};

static enum status read_request(int argc, char **argv, struct request *request, struct error *err)
{
    int option;

    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (option) {
        case OPTION_UPDATE:
            request->update = true;
            break;
        case OPTION_JUNIT:
            request->junit = optarg;
            break;
        case OPTION_RULES:
            request->rules.dir = optarg;
            break;
        case OPTION_HELP:
            request->help = true;
            return STATUS_OK;
        default:
            fputs("Try `tcpmortem regress --help`.\n", stderr);
            return STATUS_USAGE;
        }
    }
    if (optind + 1 != argc)
        return error_set(err, STATUS_USAGE, "regress: name one folder of samples");
    request->dir = argv[optind];
    return STATUS_OK;
}

static void run_one(const struct request *request, const char *dir, const char *name,
                    struct results *results)
{
    static const char *const said[] = {
        [SAMPLE_SAME] = "ok",
        [SAMPLE_DIFFERS] = "DIFFERS",
        [SAMPLE_UPDATED] = "updated",
        [SAMPLE_FAILED] = "FAILED",
    };
    void *cases = results->cases;
    struct junit_case *result =
        memory_append(&cases, &results->count, &results->capacity, sizeof *result);
    struct error err = {0};

    results->cases = cases;
    result->name = memory_copy_text(name);
    result->result = sample_run(dir, &request->rules, request->update, &err);
    result->message = err.text[0] ? memory_copy_text(err.text) : NULL;
    results->differ += result->result == SAMPLE_DIFFERS || result->result == SAMPLE_FAILED;
    printf("%-7s %s%s%s\n", said[result->result], name, err.text[0] ? ": " : "", err.text);
}

static int only_visible(const struct dirent *entry)
{
    return entry->d_name[0] != '.';
}

static enum status run_all(const struct request *request, struct results *results,
                           struct error *err)
{
    struct dirent **entries;
    int count = scandir(request->dir, &entries, only_visible, alphasort);

    if (count < 0)
        return error_set(err, STATUS_INPUT, "%s: %s", request->dir, strerror(errno));
    for (int i = 0; i < count; i++) {
        char *path = memory_print("%s/%s", request->dir, entries[i]->d_name);

        if (sample_is(path))
            run_one(request, path, entries[i]->d_name, results);
        free(path);
        free(entries[i]);
    }
    free(entries);
    if (results->count == 0)
        return error_set(err, STATUS_INPUT, "%s: no sample in it (a folder with case.conf)",
                         request->dir);
    return STATUS_OK;
}

static enum status write_junit(const char *path, const struct results *results, struct error *err)
{
    FILE *out = fopen(path, "w");

    if (out != NULL) {
        junit_write(out, results->cases, results->count);
        if (fclose(out) == 0)
            return STATUS_OK;
    }
    return error_set(err, STATUS_OUTPUT, "%s: %s", path, strerror(errno));
}

static enum status regress(const struct request *request, struct error *err)
{
    struct results results = {0};
    enum status status = STATUS_OK;

    assert(request->dir != NULL);
    if (sample_is(request->dir))
        run_one(request, request->dir, request->dir, &results);
    else
        status = run_all(request, &results, err);
    if (status == STATUS_OK) {
        printf("%zu samples, %u differ\n", results.count, results.differ);
        if (request->junit != NULL)
            status = write_junit(request->junit, &results, err);
    }
    if (status == STATUS_OK && results.differ > 0)
        status = STATUS_FOUND;
    for (size_t i = 0; i < results.count; i++) {
        free(results.cases[i].name);
        free(results.cases[i].message);
    }
    free(results.cases);
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
