/* Which packets are taken out of the captures of a case. */
#ifndef CHOICE_H
#define CHOICE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "case/context.h"

struct chosen {
    int64_t frame;      /* as in the case */
    int64_t segment_id; /* 0: an ICMP error */
    int64_t point_id;
    int64_t ts_ns;  /* common */
    bool in_pieces; /* its IP datagram was fragmented */
    char *role;
};

/* In the order of `frame`: capture by capture. */
struct choice {
    struct chosen *items;
    size_t count, capacity;
};

/* What proves finding `id`, `context` segments of the same leg before and after each, and the ICMP
 * errors about its legs in its time. STATUS_USAGE if there is no such finding, or if it names no
 * segment. Done with choice_done(), whatever the status. */
enum status choice_of_finding(struct choice *choice, const struct report *report, int64_t id,
                              int64_t context, struct error *err)
    __attribute__((warn_unused_result));

/* All segments of connection `id`, and the ICMP errors about it. STATUS_USAGE if there is none. */
enum status choice_of_connection(struct choice *choice, const struct report *report, int64_t id,
                                 struct error *err) __attribute__((warn_unused_result));

void choice_done(struct choice *choice);

#endif
