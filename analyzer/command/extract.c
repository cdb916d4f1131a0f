/* tcpmortem extract: the packets of a finding or a connection, as small captures. */
#include "extract/extract.h"

#include <stdlib.h>

#include "command/anonymous.h"
#include "command/arguments.h"
#include "command/command.h"

static const char usage[] =
    "Usage: tcpmortem extract CASE.db --finding N -o FILE.pcap [option]...\n"
    "       tcpmortem extract CASE.db --connection N -o FILE.pcap [option]...\n"
    "\n"
    "Takes the packets that prove a finding, or all of a connection, out of the captures that "
    "were\n"
    "analysed, and the ICMP errors about them. Each point (and link type) gets a capture of its "
    "own:\n"
    "FILE.pcap if there is one, else FILE-POINT.pcap. FILE.txt lists as CSV which frame of which\n"
    "original each of them is, and what it proves. Times are those of the original file.\n"
    "\n"
    "  -o, --output FILE.pcap   where to write\n"
    "  --finding N              the evidence of a finding: column `id` of findings.csv\n"
    "  --connection N           all segments of a connection\n"
    "  --context N              so many segments of the same leg around each that is evidence\n"
    "  --payload                what was captured of the payload too; without, only headers\n"
    "  --anonymize[=KEYFILE]    other addresses, ports and names: reports/README.md\n"
    "  --captures DIR           where the captures are now, under any name\n"
    "  --tunnel udp/PORT=KIND   a port of a tunnel, if analyze was not told it\n"
    "  --force                  take captures that have changed since\n"
    "  -h, --help               this text\n"
    "\n"
    "Example:\n"
    "  tcpmortem extract out/case.db --finding 1 --context 5 -o evidence.pcap\n";

struct request {
    struct extract_options extract;
    const char *case_path;
    struct anonymous_option anonymous;
    bool help;
};

enum {
    OPTION_FINDING = OPTION_FIRST,
    OPTION_CONNECTION,
    OPTION_CONTEXT,
    OPTION_PAYLOAD,
    OPTION_ANONYMIZE,
    OPTION_CAPTURES,
    OPTION_TUNNEL,
    OPTION_FORCE
};

static const struct option long_options[] = {
    {"output",     required_argument, NULL, 'o'              },
    {"finding",    required_argument, NULL, OPTION_FINDING   },
    {"connection", required_argument, NULL, OPTION_CONNECTION},
    {"context",    required_argument, NULL, OPTION_CONTEXT   },
    {"payload",    no_argument,       NULL, OPTION_PAYLOAD   },
    {"anonymize",  optional_argument, NULL, OPTION_ANONYMIZE },
    {"captures",   required_argument, NULL, OPTION_CAPTURES  },
    {"tunnel",     required_argument, NULL, OPTION_TUNNEL    },
    {"force",      no_argument,       NULL, OPTION_FORCE     },
    {"help",       no_argument,       NULL, 'h'              },
    {NULL,         0,                 NULL, 0                },
};

static enum status take_option(void *context, int option, struct error *err)
{
    struct request *request = context;
    struct extract_options *extract = &request->extract;

    switch (option) {
    case 'o':
        extract->output = optarg;
        return STATUS_OK;
    case OPTION_FINDING:
        return argument_number("--finding", optarg, 1, INT64_MAX, &extract->finding, err);
    case OPTION_CONNECTION:
        return argument_number("--connection", optarg, 1, INT64_MAX, &extract->connection, err);
    case OPTION_CONTEXT:
        return argument_number("--context", optarg, 0, 1000000, &extract->context, err);
    case OPTION_PAYLOAD:
        extract->payload = true;
        return STATUS_OK;
    case OPTION_ANONYMIZE:
        request->anonymous = (struct anonymous_option){true, optarg};
        return STATUS_OK;
    case OPTION_CAPTURES:
        extract->captures = optarg;
        return STATUS_OK;
    case OPTION_TUNNEL:
        return tunnel_map_add(&extract->tunnels, optarg, err);
    case OPTION_FORCE:
        extract->force = true;
        return STATUS_OK;
    default:
        abort();
    }
}

static const struct arguments arguments = {"extract", "ho:", long_options, take_option};

static enum status read_request(int argc, char **argv, struct request *request, struct error *err)
{
    enum status status = arguments_read(&arguments, argc, argv, request, &request->help, err);

    if (status != STATUS_OK || request->help)
        return status;
    status = arguments_case(&arguments, argc, argv, &request->case_path, err);
    if (status != STATUS_OK)
        return status;
    if ((request->extract.finding == 0) == (request->extract.connection == 0))
        return error_set(err, STATUS_USAGE, "extract: what? Give --finding N or --connection N");
    if (request->extract.output == NULL)
        return error_set(err, STATUS_USAGE, "extract: where to? Give -o FILE.pcap");
    if (request->anonymous.wanted && request->extract.payload)
        return error_set(err, STATUS_USAGE,
                         "extract: --anonymize writes no payload, which may hold anything");
    return STATUS_OK;
}

enum status command_extract(int argc, char **argv, struct error *err)
{
    struct request request = {0};
    enum status status = read_request(argc, argv, &request, err);

    if (status != STATUS_OK)
        return status;
    if (request.help) {
        fputs(usage, stdout);
        return STATUS_OK;
    }
    if (request.anonymous.wanted)
        status = anonymizer_new(request.anonymous.key_file, &request.extract.anonymizer, err);
    if (status == STATUS_OK)
        status = extract_run(request.case_path, &request.extract, stdout, err);
    anonymizer_free(request.extract.anonymizer);
    return status;
}
