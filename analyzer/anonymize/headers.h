/* The headers of a frame, with other addresses. */
#ifndef HEADERS_H
#define HEADERS_H

#include <stdint.h>

#include "anonymize/anonymizer.h"
#include "decode/trail.h"

/* Rewrites the first trail->end bytes of a frame of link type `dlt`, which are at `bytes`: MAC and
 * IP addresses, ports, and options that may hold more of them, in tunnels and quotes too. Then all
 * checksums are right, with zeros in the place of what comes after those bytes; in IP fragments
 * those of TCP are zero. Tags, labels and tunnels' numbers stay. */
void anonymize_headers(const struct anonymizer *anonymizer, const struct trail *trail, int dlt,
                       uint8_t *bytes);

#endif
