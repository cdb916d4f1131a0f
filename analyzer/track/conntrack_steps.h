/* One segment on its way through the conntrack model: for the files of this folder. */
#ifndef CONNTRACK_STEPS_H
#define CONNTRACK_STEPS_H

#include "track/conntrack.h"

struct conntrack_step {
    struct conntrack_entry *entry;
    const struct conntrack_config *config;
    const struct segment *tcp;
    struct conntrack_result *result;
    enum conntrack_class class;
    int dir;
    uint32_t end; /* one past its last byte; SYN and FIN count */
    int64_t ts_ns;
};

/* The four tests of the window (METHODS 3.6). What passes moves the window. */
enum conntrack_verdict conntrack_in_window(const struct conntrack_step *step);

/* Takes over what a SYN offers. */
void conntrack_read_options(struct conntrack_side *side, const struct tcp_options *options);

/* Notes which test failed: `value` is beyond `bound`, the last number that would have passed. */
void conntrack_note_bound(struct conntrack_result *result, enum conntrack_reason reason,
                          uint32_t bound, uint32_t value);

#endif
