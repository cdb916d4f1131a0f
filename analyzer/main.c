/* The commands by name, and the program's only exit. */
#include <errno.h>
#include <locale.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>

#include "command/command.h"
#include "command/interrupt.h"

static const struct {
    const char *name;
    enum status (*run)(int argc, char **argv, struct error *err);
    const char *what;
} commands[] = {
    {"analyze",  command_analyze,  "captures of one incident into a case, findings and a report"},
    {"rules",    command_rules,    "list the rules, check rule files, run them again on a case" },
    {"report",   command_report,   "write the reports of a case again"                          },
    {"contrast", command_contrast, "what sets failed connections apart from those that worked"  },
    {"extract",  command_extract,  "the packets that are the evidence, and only those"          },
    {"plot",     command_plot,     "one picture of one connection"                              },
    {"regress",  command_regress,  "every sample in a folder against its expected findings"     },
};

enum {
    COMMANDS = sizeof commands / sizeof *commands
};

static void usage(FILE *out)
{
    fprintf(out, "tcpmortem - a post-mortem for TCP\n\n"
                 "  tcpmortem analyze -o out container=inside.pcap host=eth0.pcap\n\n"
                 "Commands (each with --help):\n");
    for (size_t i = 0; i < COMMANDS; i++)
        fprintf(out, "  %-8s  %s\n", commands[i].name, commands[i].what);
    fprintf(out,
            "\nExit status: 0 done; 1 a finding reached --fail-on, or a regression differs;\n"
            "2 wrong usage; 3 an input cannot be read at all; 4 the output cannot be written;\n"
            "5 a rule is broken.\n");
}

static int is_help(const char *text)
{
    return strcmp(text, "--help") == 0 || strcmp(text, "-h") == 0 || strcmp(text, "help") == 0;
}

static enum status run(int argc, char **argv)
{
    struct error err = {0};

    if (argc < 2) {
        usage(stderr);
        return STATUS_USAGE;
    }
    if (is_help(argv[1])) {
        usage(stdout);
        return STATUS_OK;
    }
    if (strcmp(argv[1], "--version") == 0) {
        printf("tcpmortem %s\n", VERSION);
        return STATUS_OK;
    }
    for (size_t i = 0; i < COMMANDS; i++) {
        if (strcmp(argv[1], commands[i].name) == 0) {
            enum status status = commands[i].run(argc - 1, argv + 1, &err);

            if (err.text[0] != '\0')
                warn_user("%s", err.text);
            return status;
        }
    }
    warn_user("'%s' is not a command: see tcpmortem --help", argv[1]);
    return STATUS_USAGE;
}

int main(int argc, char **argv)
{
    enum status status;

    setlocale(LC_ALL, "C");   /* numbers are written alike everywhere */
    signal(SIGXFSZ, SIG_IGN); /* a file as large as it may get is an error of write() */
    interrupt_begin();
    status = run(argc, argv);
    if (fflush(stdout) != 0 || ferror(stdout)) {
        warn_user("standard output: %s", strerror(errno));
        status = STATUS_OUTPUT;
    }
    return (int)status;
}
