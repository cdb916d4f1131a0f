/* tcpmortem rules: lists the rules, checks rule files, runs them again over a case. */
#include "rules/rules.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "command/arguments.h"
#include "command/command.h"
#include "rules/check.h"
#include "rules/load.h"
#include "rules/sandbox.h"

static const char usage[] =
    "Usage: tcpmortem rules list  [--rules DIR]\n"
    "       tcpmortem rules check [--rules DIR] [FILE.sql...]\n"
    "       tcpmortem rules run   CASE.db [--rules DIR] [--set RULE.PARAM=VALUE]...\n"
    "                             [--rule-budget STEPS] [--timings]\n"
    "\n"
    "list   a table of the rules and their parameters\n"
    "check  reads and prepares rule files (default: all) and prints `path:line: reason` for each\n"
    "       that is broken; exit status 5 if one is\n"
    "run    replaces the findings of a case: `analyze` has run the rules before\n"
    "\n"
    "  --rules DIR               the folder of the rules (default: those of this program)\n"
    "  --set RULE.PARAM=VALUE    another value for a parameter, as `list` shows them\n"
    "  --rule-budget STEPS       steps of SQLite's virtual machine that a rule may take\n"
    "                            (default: 2000000000)\n"
    "  --timings                 store how long each rule took: rule.ms\n"
    "  -h, --help                this text\n"
    "\n"
    "rules/README.md says how to write a rule.\n";

struct request {
    struct rules_options options;
    char **files; /* what is left of the command line */
    int files_count;
};

enum {
    OPTION_RULES = OPTION_FIRST,
    OPTION_SET,
    OPTION_BUDGET,
    OPTION_TIMINGS
};

static const struct option long_options[] = {
    {"rules",       required_argument, NULL, OPTION_RULES  },
    {"set",         required_argument, NULL, OPTION_SET    },
    {"rule-budget", required_argument, NULL, OPTION_BUDGET },
    {"timings",     no_argument,       NULL, OPTION_TIMINGS},
    {"help",        no_argument,       NULL, 'h'           },
    {NULL,          0,                 NULL, 0             },
};

static enum status take_option(void *context, int option, struct error *err)
{
    struct rules_options *options = &((struct request *)context)->options;

    switch (option) {
    case OPTION_RULES:
        options->dir = optarg;
        return STATUS_OK;
    case OPTION_SET:
        options->sets[options->sets_count++] = optarg;
        return STATUS_OK;
    case OPTION_BUDGET:
        return argument_number("--rule-budget", optarg, 1, INT64_MAX, &options->step_budget, err);
    case OPTION_TIMINGS:
        options->timings = true;
        return STATUS_OK;
    default:
        abort();
    }
}

static const struct arguments arguments = {"rules", "h", long_options, take_option};

static int widest(int width, const char *text)
{
    int length = (int)strlen(text);

    return length > width ? length : width;
}

static enum status list(const struct request *request, struct error *err)
{
    struct rule_set set = {0};
    enum status status = rule_set_load(&set, request->options.dir, err);
    int id_width = 2, title_width = 5;

    for (size_t i = 0; i < set.count; i++) {
        id_width = widest(id_width, set.rules[i].id);
        if (set.rules[i].title != NULL)
            title_width = widest(title_width, set.rules[i].title);
    }
    if (status == STATUS_OK)
        printf("%-*s  %-8s  %-9s  %-*s  %s\n", id_width, "id", "severity", "kind", title_width,
               "title", "parameters");
    for (size_t i = 0; i < set.count; i++) {
        const struct rule *rule = &set.rules[i];

        if (rule_is_broken(rule)) {
            warn_user("%s", rule->problem.text);
            continue;
        }
        printf("%-*s  %-8s  %-9s  %-*s ", id_width, rule->id, rule->severity,
               rule_kind_name(rule->kind), title_width, rule->title);
        for (size_t j = 0; j < rule->params_count; j++)
            printf(" %s=%s", rule->params[j].name, rule->params[j].value);
        putchar('\n');
    }
    rule_set_done(&set);
    return status;
}

static enum status check(const struct request *request, struct error *err)
{
    struct rule_set set = {0};
    enum status status = STATUS_OK;
    size_t broken = 0;

    if (request->files_count == 0)
        status = rule_set_load(&set, request->options.dir, err);
    for (int i = 0; i < request->files_count; i++)
        rule_set_add(&set, request->files[i], RULE_PLAIN);
    for (size_t i = 0; i < set.count; i++) {
        struct error problem;

        if (rule_check(&set.rules[i], &problem) == STATUS_OK)
            continue;
        puts(problem.text);
        broken++;
    }
    if (broken > 0)
        status = error_set(err, STATUS_RULE, "rules: %zu of %zu broken", broken, set.count);
    else if (status == STATUS_OK)
        printf("%zu rule%s, none broken\n", set.count, set.count == 1 ? "" : "s");
    rule_set_done(&set);
    return status;
}

static enum status run(const struct request *request, struct error *err)
{
    if (request->files_count != 1)
        return error_set(err, STATUS_USAGE, "rules run: one case database is needed");
    return rules_run(request->files[0], &request->options, err);
}

static const struct {
    const char *name;
    enum status (*function)(const struct request *request, struct error *err);
    bool takes_files;
} subcommands[] = {
    {"list",  list,  false},
    {"check", check, true },
    {"run",   run,   true },
};

static enum status dispatch(int argc, char **argv, struct request *request, struct error *err)
{
    for (size_t i = 0; i < sizeof subcommands / sizeof subcommands[0]; i++) {
        enum status status;
        bool help;

        if (strcmp(argv[0], subcommands[i].name) != 0)
            continue;
        request->options.sets = memory_zalloc((size_t)argc * sizeof *request->options.sets);
        status = arguments_read(&arguments, argc, argv, request, &help, err);
        if (help)
            fputs(usage, stdout);
        if (status != STATUS_OK || help)
            return status;
        request->files = argv + optind;
        request->files_count = argc - optind;
        if (request->files_count > 0 && !subcommands[i].takes_files)
            return error_set(err, STATUS_USAGE, "rules %s: %s is not expected", argv[0],
                             request->files[0]);
        return subcommands[i].function(request, err);
    }
    return error_set(err, STATUS_USAGE, "rules %s: no such command; see tcpmortem rules --help",
                     argv[0]);
}

enum status command_rules(int argc, char **argv, struct error *err)
{
    struct request request = {0};
    enum status status;

    if (argc < 2) {
        fputs(usage, stderr);
        return error_set(err, STATUS_USAGE, "rules: list, check or run?");
    }
    if (strcmp(argv[1], "--help") == 0 || strcmp(argv[1], "-h") == 0) {
        fputs(usage, stdout);
        return STATUS_OK;
    }
    status = dispatch(argc - 1, argv + 1, &request, err);
    free(request.options.sets);
    return status;
}
