/* tcpmortem plot: one picture. */
#include <stdbool.h>
#include <stdlib.h>

#include "command/arguments.h"
#include "command/command.h"
#include "picture/plot.h"

static const char usage[] =
    "Usage: tcpmortem plot CASE.db [--kind KIND] [--connection N] [-o FILE.png|FILE.svg]\n"
    "                      [--from T] [--to T]\n"
    "\n"
    "Draws one picture. Without --kind: the time-sequence diagram of a connection, the data of "
    "its\n"
    "busier direction, the other end's ACKs, and what befell single segments, at all points on "
    "one\n"
    "clock.\n"
    "\n"
    "  -k, --kind KIND      what to draw: see below\n"
    "  -c, --connection N   its id in the case, in connections.csv and in the report\n"
    "  -o, --output FILE    where to write (default: connection-N.png, ttl.png and the like)\n"
    "  --from T, --to T     time range: seconds after the start of the connection or of the case,\n"
    "                       or, if negative, before its end (default: all of it)\n"
    "  -h, --help           this text\n"
    "\n"
    "Examples: the last 50 ms; which connections left with another TTL\n"
    "  tcpmortem plot out/case.db --connection 1 --from -0.05 -o end.svg\n"
    "  tcpmortem plot out/case.db --kind ttl\n"
    "\n"
    "Kinds:\n";

struct request {
    struct plot_options plot;
    const char *case_path;
    bool help;
};

enum {
    OPTION_FROM = OPTION_FIRST,
    OPTION_TO
};

static const struct option long_options[] = {
    {"kind",       required_argument, NULL, 'k'        },
    {"connection", required_argument, NULL, 'c'        },
    {"output",     required_argument, NULL, 'o'        },
    {"from",       required_argument, NULL, OPTION_FROM},
    {"to",         required_argument, NULL, OPTION_TO  },
    {"help",       no_argument,       NULL, 'h'        },
    {NULL,         0,                 NULL, 0          },
};

static enum status take_option(void *context, int option, struct error *err)
{
    struct request *request = context;

    switch (option) {
    case 'c':
        return argument_number("--connection", optarg, 1, INT64_MAX, &request->plot.connection,
                               err);
    case 'k':
        request->plot.kind = optarg;
        return STATUS_OK;
    case 'o':
        request->plot.file = optarg;
        return STATUS_OK;
    case OPTION_FROM:
        request->plot.from = optarg;
        return STATUS_OK;
    case OPTION_TO:
        request->plot.to = optarg;
        return STATUS_OK;
    default:
        abort();
    }
}

static const struct arguments arguments = {"plot", "hk:c:o:", long_options, take_option};

static enum status read_request(int argc, char **argv, struct request *request, struct error *err)
{
    enum status status = arguments_read(&arguments, argc, argv, request, &request->help, err);

    if (status != STATUS_OK || request->help)
        return status;
    return arguments_case(&arguments, argc, argv, &request->case_path, err);
}

enum status command_plot(int argc, char **argv, struct error *err)
{
    struct request request = {0};
    enum status status = read_request(argc, argv, &request, err);

    if (status != STATUS_OK)
        return status;
    if (request.help) {
        fputs(usage, stdout);
        plot_write_kinds(stdout);
        return STATUS_OK;
    }
    return plot_draw(request.case_path, &request.plot, err);
}
