/* Internet checksums (RFC 1071) of headers that were rewritten. */
#ifndef CHECKSUMS_H
#define CHECKSUMS_H

#include "decode/trail.h"

/* Makes all checksums in the first trail->end bytes of a frame right, with zeros for what comes
 * after those bytes. A UDP checksum that was not used stays so; those of TCP, UDP and ICMP in IP
 * fragments become zero. */
void checksums_write(const struct trail *trail, uint8_t *bytes);

#endif
