/* tcpmortem contrast: what sets connections that failed apart from those that worked. */
#include <stdbool.h>
#include <stdio.h>

#include "command/arguments.h"
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
    "  -h, --help        this text\n"
    "\n"
    "Columns: how many of the failed and of the worked have the value, of those of which it is "
    "known;\n"
    "lift: how many times as likely a failure is with it; p: of Fisher's exact test, one-sided, "
    "and\n"
    "adjusted after Holm for all values tested (\"-\": too few connections to test it).\n"
    "\n"
    "Example:\n"
    "  tcpmortem contrast out/case.db --failed unanswered\n";

struct request {
    const char *case_path;
    const char *failed; /* NULL: what failed by itself */
    bool all, help;
};

enum {
    OPTION_FAILED = OPTION_FIRST,
    OPTION_ALL
};

static const struct option long_options[] = {
    {"failed", required_argument, NULL, OPTION_FAILED},
    {"all",    no_argument,       NULL, OPTION_ALL   },
    {"help",   no_argument,       NULL, 'h'          },
    {NULL,     0,                 NULL, 0            },
};

static enum status take_option(void *context, int option, struct error *err)
{
    struct request *request = context;

    (void)err;
    if (option == OPTION_FAILED)
        request->failed = optarg;
    else
        request->all = true;
    return STATUS_OK;
}

static const struct arguments arguments = {"contrast", "h", long_options, take_option};

enum status command_contrast(int argc, char **argv, struct error *err)
{
    struct request request = {0};
    enum status status = arguments_read(&arguments, argc, argv, &request, &request.help, err);

    if (request.help)
        fputs(usage, stdout);
    if (status != STATUS_OK || request.help)
        return status;
    status = arguments_case(&arguments, argc, argv, &request.case_path, err);
    if (status != STATUS_OK)
        return status;
    return report_contrast(request.case_path, request.failed, request.all, stdout, err);
}
