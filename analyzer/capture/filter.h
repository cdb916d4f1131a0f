/* A BPF expression, as tcpdump takes it, over the frames that are read. */
#ifndef FILTER_H
#define FILTER_H

#include <stdbool.h>

#include "base/error.h"
#include "capture/reader.h"

struct filter;

/* Checks the expression on Ethernet; it is compiled for other link types as they come. STATUS_USAGE
 * and `err` if it makes no sense. Caller frees with filter_free(). */
enum status filter_new(const char *expression, struct filter **out, struct error *err)
    __attribute__((warn_unused_result));

/* Whether the frame is to be looked at. True for a NULL filter. A link type on which the expression
 * makes no sense passes nothing. */
bool filter_passes(struct filter *filter, const struct frame *frame);

void filter_free(struct filter *filter); /* accepts NULL */

#endif
