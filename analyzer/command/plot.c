/* tcpmortem plot: one picture. */
#include <getopt.h>
#include <stdbool.h>

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
    "  --help               this text\n"
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
    OPTION_FROM = 256,
    OPTION_TO,
    OPTION_HELP
};

static const struct option long_options[] = {
    {"kind",       required_argument, NULL, 'k'        },
    {"connection", required_argument, NULL, 'c'        },
    {"output",     required_argument, NULL, 'o'        },
    {"from",       required_argument, NULL, OPTION_FROM},
    {"to",         required_argument, NULL, OPTION_TO  },
    {"help",       no_argument,       NULL, OPTION_HELP},
    {NULL,         0,                 NULL, 0          },
};

static enum status take_option(struct request *request, int option, struct error *err)
{
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
    case OPTION_HELP:
        request->help = true;
        return STATUS_OK;
    default:
        fputs("Try `tcpmortem plot --help`.\n", stderr);
        return STATUS_USAGE; /* getopt_long has said why */
    }
}

static enum status read_request(int argc, char **argv, struct request *request, struct error *err)
{
    int option;

    optind = 1;
    while ((option = getopt_long(argc, argv, "k:c:o:", long_options, NULL)) != -1) {
        enum status status = take_option(request, option, err);

        if (status != STATUS_OK || request->help)
            return status;
    }
    if (argc - optind != 1)
        return error_set(err, STATUS_USAGE, "plot: one case database is needed: see plot --help");
    request->case_path = argv[optind];
    return STATUS_OK;
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
