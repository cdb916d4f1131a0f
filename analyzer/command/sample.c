#include "command/sample.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/scrap.h"
#include "command/analysis.h"
#include "command/sample_conf.h"
#include "report/report.h"

extern char **environ;

bool sample_is(const char *dir)
{
    char *conf = memory_print("%s/case.conf", dir);
    bool is = access(conf, F_OK) == 0;

    free(conf);
    return is;
}

/* Analyses the sample into the folder `work` and writes `work`/expected.csv. */
static enum status analyse(const char *dir, const char *work, const struct rules_options *rules,
                           struct error *err)
{
    char *case_path = memory_print("%s/case.db", work);
    struct analysis_options options = {.rules = *rules, .command_line = "tcpmortem regress"};
    struct analysis_result result;
    struct sample_conf conf;
    enum status status = sample_conf_read(dir, &conf, err);

    if (status == STATUS_OK) {
        options.inputs = &conf.inputs;
        options.rules.sets = (const char **)conf.sets;
        options.rules.sets_count = conf.sets_count;
        options.survey.tunnels = &conf.tunnels;
        options.survey.nat = &conf.nat;
        options.survey.filter = conf.filter;
        options.survey.path = conf.path;
        options.conntrack = conf.conntrack;
        status = analysis_run(case_path, &options, &result, err);
    }
    if (status == STATUS_OK)
        status = report_expectation(case_path, work, err);
    sample_conf_done(&conf);
    unlink(case_path);
    free(case_path);
    return status;
}

/* Runs `diff -u`, which prints on our stdout; under names that are the same in each run. 0: the
 * files are alike, 1: they differ, else it could not be run. */
static int print_diff(const char *expected, const char *actual)
{
    char *argv[] = {"diff",  "-u", "--label",        (char *)expected, "--label",
                    "found", "--", (char *)expected, (char *)actual,   NULL};
    int status = 0;
    pid_t pid;

    fflush(stdout);
    if (posix_spawnp(&pid, "diff", NULL, NULL, argv, environ) != 0 || waitpid(pid, &status, 0) < 0)
        return -1;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

static enum status copy_file(const char *from, const char *to, struct error *err)
{
    enum status status = STATUS_OK;
    FILE *in = fopen(from, "r"), *out = in ? fopen(to, "w") : NULL;
    char bytes[65536];
    size_t got;

    while (out != NULL && (got = fread(bytes, 1, sizeof bytes, in)) > 0)
        fwrite(bytes, 1, got, out);
    if (in == NULL || out == NULL || ferror(in) || ferror(out))
        status = error_set(err, STATUS_OUTPUT, "%s: %s", to, strerror(errno));
    if (in != NULL)
        fclose(in);
    if (out != NULL && fclose(out) != 0 && status == STATUS_OK)
        status = error_set(err, STATUS_OUTPUT, "%s: %s", to, strerror(errno));
    return status;
}

static enum sample_result compare(const char *dir, const char *actual, bool update,
                                  struct error *err)
{
    char *path = memory_print("%s/expected.csv", dir);
    bool exists = access(path, F_OK) == 0;
    int differs = print_diff(exists ? path : "/dev/null", actual);
    enum sample_result result = differs == 0 ? SAMPLE_SAME : SAMPLE_DIFFERS;

    if (differs < 0 || differs > 1) {
        error_set(err, STATUS_INPUT, "%s: `diff` can't be run", path);
        result = SAMPLE_FAILED;
    } else if (update && (differs || !exists)) {
        result = copy_file(actual, path, err) == STATUS_OK ? SAMPLE_UPDATED : SAMPLE_FAILED;
    } else if (!exists) {
        error_set(err, STATUS_INPUT, "%s: missing: `--update` writes it", path);
        result = SAMPLE_FAILED;
    }
    free(path);
    return result;
}

enum sample_result sample_run(const char *dir, const struct rules_options *rules, bool update,
                              struct error *err)
{
    const char *tmp = getenv("TMPDIR");
    char *work = memory_print("%s/tcpmortem-XXXXXX", tmp && *tmp ? tmp : "/tmp");
    enum sample_result result = SAMPLE_FAILED;
    char *actual;

    if (mkdtemp(work) == NULL) {
        error_set(err, STATUS_OUTPUT, "%s: %s", work, strerror(errno));
        free(work);
        return SAMPLE_FAILED;
    }
    scrap_add(work);
    actual = memory_print("%s/expected.csv", work);
    if (analyse(dir, work, rules, err) == STATUS_OK)
        result = compare(dir, actual, update, err);
    unlink(actual);
    rmdir(work);
    scrap_forget(work);
    free(actual);
    free(work);
    return result;
}
