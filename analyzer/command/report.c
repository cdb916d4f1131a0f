/* tcpmortem report: the reports of a case, written again. */
#include "report/report.h"

#include <stdbool.h>
#include <stdlib.h>

#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"
#include "command/anonymous.h"
#include "command/arguments.h"
#include "command/command.h"

static const char usage[] =
    "Usage: tcpmortem report CASE.db [option]...\n"
    "\n"
    "Writes findings.csv, connections.csv, report.md, report.html and plots/ from a case\n"
    "database.\n"
    "\n"
    "  -o, --output DIR     where to write; made if it is missing (default: beside the case)\n"
    "  --format LIST        which reports to write, of csv,md,html,json (default: all but json)\n"
    "  --max-plots N        pictures: charts, and the worst connections (default: 12)\n"
    "  --from T, --to T     time range of the pictures: seconds after the connection's start, or,\n"
    "                       if negative, before its end\n"
    "  --anonymize[=KEYFILE]\n"
    "                       of a copy of the case with other addresses, ports and names, which\n"
    "                       becomes DIR/case.db (needs -o): reports/README.md\n"
    "  --rules DIR          the rules that run on that copy (default: those of this program)\n"
    "  -h, --help           this text\n"
    "\n"
    "reports/README.md describes the files and their columns.\n"
    "\n"
    "Example:\n"
    "  tcpmortem report out/case.db --format md --from -0.05\n";

struct request {
    struct report_options report;
    const char *case_path;
    const char *output;
    struct anonymous_option anonymous;
    const char *rules;
    bool help;
};

enum {
    OPTION_FORMAT = OPTION_FIRST,
    OPTION_MAX_PLOTS,
    OPTION_FROM,
    OPTION_TO,
    OPTION_ANONYMIZE,
    OPTION_RULES
};

static const struct option long_options[] = {
    {"output",    required_argument, NULL, 'o'             },
    {"format",    required_argument, NULL, OPTION_FORMAT   },
    {"max-plots", required_argument, NULL, OPTION_MAX_PLOTS},
    {"from",      required_argument, NULL, OPTION_FROM     },
    {"to",        required_argument, NULL, OPTION_TO       },
    {"anonymize", optional_argument, NULL, OPTION_ANONYMIZE},
    {"rules",     required_argument, NULL, OPTION_RULES    },
    {"help",      no_argument,       NULL, 'h'             },
    {NULL,        0,                 NULL, 0               },
};

static enum status take_option(void *context, int option, struct error *err)
{
    struct request *request = context;
    enum status status;
    int64_t number;

    switch (option) {
    case 'o':
        request->output = optarg;
        return STATUS_OK;
    case OPTION_FORMAT:
        request->report.formats = optarg;
        return STATUS_OK;
    case OPTION_MAX_PLOTS:
        status = argument_number("--max-plots", optarg, 0, 10000, &number, err);
        if (status == STATUS_OK)
            request->report.max_plots = (int)number;
        return status;
    case OPTION_FROM:
        request->report.from = optarg;
        return STATUS_OK;
    case OPTION_TO:
        request->report.to = optarg;
        return STATUS_OK;
    case OPTION_ANONYMIZE:
        request->anonymous = (struct anonymous_option){true, optarg};
        return STATUS_OK;
    case OPTION_RULES:
        request->rules = optarg;
        return STATUS_OK;
    default:
        abort();
    }
}

static const struct arguments arguments = {"report", "ho:", long_options, take_option};

static enum status read_request(int argc, char **argv, struct request *request, struct error *err)
{
    enum status status = arguments_read(&arguments, argc, argv, request, &request->help, err);

    if (status != STATUS_OK || request->help)
        return status;
    status = arguments_case(&arguments, argc, argv, &request->case_path, err);
    if (status != STATUS_OK)
        return status;
    if (request->anonymous.wanted && request->output == NULL)
        return error_set(err, STATUS_USAGE, "report: where to? --anonymize needs -o DIR");
    if (request->rules != NULL && !request->anonymous.wanted)
        return error_set(err, STATUS_USAGE, "report: --rules is for --anonymize");
    return STATUS_OK;
}

/* The reports of a copy that tells no names: the copy is kept beside them. */
static enum status report_anonymous(const struct request *request, const char *dir,
                                    struct error *err)
{
    struct error report_err = {0};
    char *path;
    enum status status =
        anonymous_publish(&request->anonymous, request->case_path, dir, request->rules, &path, err);

    if (path != NULL) {
        enum status written = report_write(path, dir, &request->report, &report_err);

        if (status == STATUS_OK) {
            status = written;
            *err = report_err;
        } else if (report_err.text[0] != '\0') {
            warn_user("%s", report_err.text);
        }
    }
    free(path);
    return status;
}

enum status command_report(int argc, char **argv, struct error *err)
{
    struct request request = {.report = {.max_plots = REPORT_MAX_PLOTS}};
    enum status status = read_request(argc, argv, &request, err);
    char *dir;

    if (status != STATUS_OK)
        return status;
    if (request.help) {
        fputs(usage, stdout);
        return STATUS_OK;
    }
    dir = request.output != NULL ? memory_copy_text(request.output)
                                 : text_folder_name(request.case_path);
    status = output_make_folder(dir, err);
    if (status == STATUS_OK && request.anonymous.wanted)
        status = report_anonymous(&request, dir, err);
    else if (status == STATUS_OK)
        status = report_write(request.case_path, dir, &request.report, err);
    free(dir);
    return status;
}
