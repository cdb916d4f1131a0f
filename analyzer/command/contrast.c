/* tcpmortem contrast: what sets connections that failed apart from those that worked. */
#include <getopt.h>
#include <stdbool.h>
#include <stdio.h>

#include "command/command.h"
#include "report/report.h"

static const char usage[] =
    "Usage: tcpmortem contrast CASE.db [--failed RULE|OUTCOME] [--all]\n"
    "\n"
    "Compares the connections that failed with those that worked: TTL, sizes and options of the "
    "SYN,\n"
    "addresses, ports, tunnels, time. Tells which values are more frequent among the failed than\n"
    "chance can make them, and shows the SYNs of two connections side by side, byte for byte.\n"
    "\n"
    "Failed are connections that were refused, never answered or reset, and those with a finding "
    "of\n"
    "warning or error; all others worked.\n"
    "\n"
    "  --failed RULE     failed are those with a finding of this rule;\n"
    "  --failed OUTCOME  or with this outcome: refused, unanswered, reset, closed, half-closed,\n"
    "                    established or midstream. What failed otherwise is left out\n"
    "  --all             every value that was counted, not only the first of them\n"
    "  --help            this text\n"
    "\n"
    "Columns: how many of the failed and of the worked have the value, of those of which it is "
    "known;\n"
    "lift: how many times as likely a failure is with it; p: of Fisher's exact test, one-sided, "
    "and\n"
    "adjusted after Holm for all values tested (\"-\": too few connections to test it).\n"
    "\n"
    "Example:\n"
    "  tcpmortem contrast out/case.db --failed unanswered\n";

enum {
    OPTION_FAILED = 256,
    OPTION_ALL,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"failed", required_argument, NULL, OPTION_FAILED},
    {"all",    no_argument,       NULL, OPTION_ALL   },
    {"help",   no_argument,       NULL, OPTION_HELP  },
    {NULL,     0,                 NULL, 0            },
};

enum status command_contrast(int argc, char **argv, struct error *err)
{
    const char *failed = NULL;
    bool all = false;
    int option;

    optind = 1;
    while ((option = getopt_long(argc, argv, "", long_options, NULL)) != -1) {
        switch (option) {
        case OPTION_FAILED:
            failed = optarg;
            break;
        case OPTION_ALL:
            all = true;
            break;
        case OPTION_HELP:
            fputs(usage, stdout);
            return STATUS_OK;
        default:
            fputs("Try `tcpmortem contrast --help`.\n", stderr);
            return STATUS_USAGE;
        }
    }
    if (argc - optind != 1)
        return error_set(err, STATUS_USAGE,
                         "contrast: one case database is needed: see contrast --help");
    return report_contrast(argv[optind], failed, all, stdout, err);
}
