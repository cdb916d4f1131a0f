/* Takes packets out of the captures of a case. */
#ifndef EXTRACT_H
#define EXTRACT_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "anonymize/anonymizer.h"
#include "base/error.h"
#include "decode/tunnel.h"

struct extract_options {
    int64_t finding, connection;   /* one of them; 0: not this */
    int64_t context;               /* segments around the evidence of a finding */
    const char *captures;          /* the folder where they are now; NULL: where they were */
    const char *output;            /* FILE.pcap */
    bool payload;                  /* write all that was captured, not only headers */
    bool force;                    /* take captures that are not those that were analysed */
    struct anonymizer *anonymizer; /* NULL: nothing is hidden; not with `payload` */
    struct tunnel_map tunnels;     /* besides those that the case knows */
};

/* Writes what was chosen from the case at `case_path`, and says on `out` where it is. STATUS_USAGE
 * if the case has no such finding or connection, STATUS_INPUT if a capture is missing or another
 * one; then nothing is written. */
enum status extract_run(const char *case_path, const struct extract_options *options, FILE *out,
                        struct error *err) __attribute__((warn_unused_result));

#endif
