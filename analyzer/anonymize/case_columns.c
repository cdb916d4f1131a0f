/* What becomes of each column of a case. A number is harmless unless it is a port; of everything
 * else it must be said here. */
#include <stddef.h>
#include <string.h>

#include "anonymize/case_copy.h"

#define SAME "" /* the column itself */

static const struct {
    const char *table, *column, *sql;
} columns[] = {
    {"meta",       "key",          SAME                                         },
    {"meta",       "value",        SAME                                         },
    {"point",      "name",         "'point-' || id"                             },
    {"point",      "clock_method", SAME                                         },
    {"capture",    "path",         "'file-' || id || '.' || format"             },
    {"capture",    "sha256",       SAME                                         },
    {"capture",    "format",       SAME                                         },
    {"capture",    "linktype",     SAME                                         },
    {"capture",    "status",       SAME                                         },
    {"capture",    "message",      SAME                                         },
    {"skipped",    "reason",       SAME                                         },
    {"remark",     "kind",         SAME                                         },
    {"remark",     "text",         "anonymous_remark(kind, text)"               },
    {"connection", "client_addr",  "anonymous_address(client_addr)"             },
    {"connection", "server_addr",  "anonymous_address(server_addr)"             },
    {"connection", "outcome",      SAME                                         },
    {"connection", "link_method",  SAME                                         },
    {"leg",        "client_addr",  "anonymous_address(client_addr)"             },
    {"leg",        "server_addr",  "anonymous_address(server_addr)"             },
    {"leg",        "encap",        SAME                                         },
    {"leg",        "nat",          SAME                                         },
    {"leg",        "opening",      SAME                                         },
    {"leg",        "syn_answer",   SAME                                         },
    {"leg",        "state_client", SAME                                         },
    {"leg",        "state_server", SAME                                         },
    {"syn",        "options",      SAME                                         },
    {"syn",        "ip_header",    "anonymous_ip_header(ip_header, tcp_header)" },
    {"syn",        "tcp_header",   "anonymous_tcp_header(ip_header, tcp_header)"},
    {"event",      "kind",         SAME                                         },
    {"event",      "cause",        SAME                                         },
    {"event",      "decided_by",   SAME                                         },
    {"reset",      "place",        SAME                                         },
    {"reset",      "answers_by",   SAME                                         },
    {"reset",      "after",        SAME                                         },
    {"reset",      "proof",        SAME                                         },
    {"conntrack",  "kernel",       SAME                                         },
    {"conntrack",  "verdict",      SAME                                         },
    {"conntrack",  "reason",       SAME                                         },
    {"icmp",       "src",          "anonymous_address(src)"                     },
};

static const struct {
    const char *column, *sql;
} ports[] = {
    {"client_port", "anonymous_port(client_port)"},
    {"server_port", "anonymous_port(server_port)"},
};

const char *case_column(const char *table, const char *column, int is_number)
{
    size_t length = strlen(column);

    for (size_t i = 0; i < sizeof columns / sizeof *columns; i++)
        if (strcmp(columns[i].table, table) == 0 && strcmp(columns[i].column, column) == 0)
            return columns[i].sql;
    for (size_t i = 0; i < sizeof ports / sizeof *ports; i++)
        if (strcmp(ports[i].column, column) == 0)
            return ports[i].sql;
    if (!is_number || (length >= 4 && strcmp(column + length - 4, "port") == 0))
        return NULL;
    return SAME;
}
