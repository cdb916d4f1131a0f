/* tcpmortem analyze: everything, from captures to reports. */
#include <stdlib.h>

#include "base/memory.h"
#include "base/output.h"
#include "command/analysis.h"
#include "command/arguments.h"
#include "command/command.h"
#include "command/fail_on.h"
#include "report/report.h"
#include "rules/severity.h"

static const char usage[] =
    "Usage: tcpmortem analyze -o DIR [option]... [POINT=]FILE[,FILE...]...\n"
    "\n"
    "Reads the captures of one incident, puts them on one clock, joins the connections across\n"
    "NAT, runs the rules and writes case.db, findings.csv, connections.csv, report.md,\n"
    "report.html and plots/ into DIR. A POINT is a place where packets were recorded; without it\n"
    "the point is called after the file. `-` is standard input.\n"
    "\n"
    "  -o, --output DIR          where to write; made if it is missing\n"
    "  --filter EXPRESSION       only the frames that this tcpdump expression passes\n"
    "  --tunnel udp/PORT=KIND    a port of a tunnel: vxlan, geneve, gue, fou or gtpu\n"
    "  --path A,B,C              the points from client to server, where the evidence errs\n"
    "  --conntrack POINT[=KERNEL[,SYSCTL[=N]]...]\n"
    "                            what the conntrack of this point's machine says of each segment,\n"
    "                            with this kernel (default: 5.10, at the points of a NAT)\n"
    "  --nat FILE                what a NAT did: CSV, or the text of conntrack -L or conntrack -E\n"
    "  --rules DIR               the folder of the rules (default: those of this program)\n"
    "  --set RULE.PARAM=VALUE    another value for a rule's parameter\n"
    "  --rule-budget STEPS       steps of SQLite's virtual machine that a rule may take\n"
    "  --timings                 store how long each rule took: rule.ms\n"
    "  --format LIST             which reports, of csv,md,html,json (default: all but json)\n"
    "  --max-plots N             pictures: charts, and the worst connections (default: 12)\n"
    "  --from T, --to T          time range of the pictures: seconds after the connection's "
    "start,\n"
    "                            or, if negative, before its end\n"
    "  --anonymize[=KEYFILE]     other addresses, ports and names in all that is written: "
    "reports/README.md\n"
    "  --fail-on SEVERITY        exit status 1 if a finding is at least an info, notice, warning "
    "or\n"
    "                            error\n"
    "  --strict                  exit status 3 if a capture is cut or damaged\n"
    "  -h, --help                this text\n"
    "\n"
    "Example:\n"
    "  tcpmortem analyze -o out container=inside.pcap host=eth0-1.pcap,eth0-2.pcap\n";

struct request {
    struct analysis_options analysis;
    struct report_options report;
    struct input_set inputs;
    struct nat_map nat;
    struct tunnel_map tunnels;
    const char *output;
    const char *fail_on;
    bool strict, help;
};

enum {
    OPTION_FILTER = OPTION_FIRST,
    OPTION_TUNNEL,
    OPTION_PATH,
    OPTION_NAT,
    OPTION_CONNTRACK,
    OPTION_RULES,
    OPTION_SET,
    OPTION_BUDGET,
    OPTION_TIMINGS,
    OPTION_FORMAT,
    OPTION_MAX_PLOTS,
    OPTION_FROM,
    OPTION_TO,
    OPTION_ANONYMIZE,
    OPTION_FAIL_ON,
    OPTION_STRICT
};

static const struct option long_options[] = {
    {"output",      required_argument, NULL, 'o'             },
    {"filter",      required_argument, NULL, OPTION_FILTER   },
    {"tunnel",      required_argument, NULL, OPTION_TUNNEL   },
    {"path",        required_argument, NULL, OPTION_PATH     },
    {"nat",         required_argument, NULL, OPTION_NAT      },
    {"conntrack",   required_argument, NULL, OPTION_CONNTRACK},
    {"rules",       required_argument, NULL, OPTION_RULES    },
    {"set",         required_argument, NULL, OPTION_SET      },
    {"rule-budget", required_argument, NULL, OPTION_BUDGET   },
    {"timings",     no_argument,       NULL, OPTION_TIMINGS  },
    {"format",      required_argument, NULL, OPTION_FORMAT   },
    {"max-plots",   required_argument, NULL, OPTION_MAX_PLOTS},
    {"from",        required_argument, NULL, OPTION_FROM     },
    {"to",          required_argument, NULL, OPTION_TO       },
    {"anonymize",   optional_argument, NULL, OPTION_ANONYMIZE},
    {"fail-on",     required_argument, NULL, OPTION_FAIL_ON  },
    {"strict",      no_argument,       NULL, OPTION_STRICT   },
    {"help",        no_argument,       NULL, 'h'             },
    {NULL,          0,                 NULL, 0               },
};

static enum status check_severity(const char *name, struct error *err)
{
    if (severity_rank(name) >= 0)
        return STATUS_OK;
    return error_set(err, STATUS_USAGE, "--fail-on %s: must be info, notice, warning or error",
                     name);
}

static enum status take_report_option(struct report_options *report, int option, struct error *err)
{
    int64_t number;

    switch (option) {
    case OPTION_FORMAT:
        report->formats = optarg;
        return STATUS_OK;
    case OPTION_MAX_PLOTS:
        if (argument_number("--max-plots", optarg, 0, 10000, &number, err) != STATUS_OK)
            return STATUS_USAGE;
        report->max_plots = (int)number;
        return STATUS_OK;
    case OPTION_FROM:
        report->from = optarg;
        return STATUS_OK;
    default:
        report->to = optarg;
        return STATUS_OK;
    }
}

static enum status take_option(void *context, int option, struct error *err)
{
    struct request *request = context;
    struct rules_options *rules = &request->analysis.rules;

    switch (option) {
    case 'o':
        request->output = optarg;
        return STATUS_OK;
    case OPTION_FILTER:
        filter_free(request->analysis.survey.filter);
        return filter_new(optarg, &request->analysis.survey.filter, err);
    case OPTION_TUNNEL:
        request->analysis.survey.tunnels = &request->tunnels;
        return tunnel_map_add(&request->tunnels, optarg, err);
    case OPTION_PATH:
        request->analysis.survey.path = optarg;
        return STATUS_OK;
    case OPTION_NAT:
        request->analysis.survey.nat = &request->nat;
        return nat_map_read(&request->nat, optarg, err);
    case OPTION_CONNTRACK:
        return conntrack_requests_add(&request->analysis.conntrack, optarg, err);
    case OPTION_RULES:
        rules->dir = optarg;
        return STATUS_OK;
    case OPTION_SET:
        rules->sets[rules->sets_count++] = optarg;
        return STATUS_OK;
    case OPTION_BUDGET:
        return argument_number("--rule-budget", optarg, 1, INT64_MAX, &rules->step_budget, err);
    case OPTION_TIMINGS:
        rules->timings = true;
        return STATUS_OK;
    case OPTION_FORMAT:
    case OPTION_MAX_PLOTS:
    case OPTION_FROM:
    case OPTION_TO:
        return take_report_option(&request->report, option, err);
    case OPTION_ANONYMIZE:
        request->analysis.anonymous = (struct anonymous_option){true, optarg};
        return STATUS_OK;
    case OPTION_FAIL_ON:
        request->fail_on = optarg;
        return check_severity(optarg, err);
    case OPTION_STRICT:
        request->strict = true;
        return STATUS_OK;
    default:
        abort();
    }
}

static const struct arguments arguments = {"analyze", "ho:", long_options, take_option};

static enum status read_request(int argc, char **argv, struct request *request, struct error *err)
{
    enum status status = arguments_read(&arguments, argc, argv, request, &request->help, err);

    if (status != STATUS_OK || request->help)
        return status;
    if (request->output == NULL)
        return error_set(err, STATUS_USAGE, "analyze: where to? Give -o DIR");
    if (optind == argc)
        return error_set(err, STATUS_USAGE, "analyze: no capture named: see analyze --help");
    for (int i = optind; i < argc && status == STATUS_OK; i++)
        status = input_set_add(&request->inputs, argv[i], err);
    return status;
}

/* The reports of a case, and what the exit status must tell of it. */
static enum status conclude(const struct request *request, const char *case_path,
                            const struct analysis_result *result, struct error *err)
{
    enum status status = report_write(case_path, request->output, &request->report, err);
    bool reached = false;

    if (status == STATUS_OK)
        status = report_summary(case_path, request->output, request->report.formats, stdout, err);
    if (status == STATUS_OK && request->strict && result->incomplete)
        return error_set(err, STATUS_INPUT, "--strict: a capture is cut or damaged");
    if (status == STATUS_OK && request->fail_on != NULL)
        status = fail_on_reached(case_path, request->fail_on, &reached, err);
    return status == STATUS_OK && reached ? STATUS_FOUND : status;
}

static enum status analyze(const struct request *request, struct error *err)
{
    char *case_path = memory_print("%s/case.db", request->output);
    struct analysis_result result = {0};
    enum status status = output_make_folder(request->output, err), concluded;
    struct error conclude_err = {0};

    if (status == STATUS_OK)
        status = analysis_run(case_path, &request->analysis, &result, err);
    if (status == STATUS_OK || status == STATUS_RULE) {
        concluded = conclude(request, case_path, &result, &conclude_err);
        if (status == STATUS_OK) {
            *err = conclude_err;
            status = concluded;
        } else if (conclude_err.text[0] != '\0') {
            warn_user("%s", conclude_err.text);
        }
    }
    free(case_path);
    return status;
}

enum status command_analyze(int argc, char **argv, struct error *err)
{
    struct request request = {.report = {.max_plots = REPORT_MAX_PLOTS}};
    char *command_line = arguments_print(argc, argv);
    enum status status;

    request.analysis.rules.sets = memory_zalloc((size_t)argc * sizeof(char *));
    request.analysis.command_line = command_line;
    request.analysis.inputs = &request.inputs;
    status = read_request(argc, argv, &request, err);
    if (request.help)
        fputs(usage, stdout);
    else if (status == STATUS_OK)
        status = analyze(&request, err);
    input_set_done(&request.inputs);
    nat_map_done(&request.nat);
    conntrack_requests_done(&request.analysis.conntrack);
    filter_free(request.analysis.survey.filter);
    free((void *)request.analysis.rules.sets);
    free(command_line);
    return status;
}
