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

enum conntrack_class conntrack_class_of(uint8_t flags);

/* Whether a stack sends this combination: tcp_error(). */
bool conntrack_are_sane(uint8_t flags);

/* From which state to which a segment takes an entry if the window lets it. */
struct conntrack_move {
    enum conntrack_state former, next;
};

enum conntrack_todo {
    CONNTRACK_TEST_WINDOW,
    CONNTRACK_SKIP_WINDOW, /* it is accepted */
    CONNTRACK_BEGIN_AGAIN, /* the entry is over, and this begins another */
    CONNTRACK_STOP,        /* the verdict is in the result */
};

/* What the state of the entry says of a segment: nf_conntrack_tcp_packet(), before the window.
 * `move` is filled where it may go on to the window, or past it. */
enum conntrack_todo conntrack_find_next(const struct conntrack_step *step,
                                        struct conntrack_move *move);

/* The four tests of the window: tcp_in_window(). What passes moves the window. */
enum conntrack_verdict conntrack_in_window(const struct conntrack_step *step);

/* Takes over what a SYN offers. */
void conntrack_read_options(struct conntrack_side *side, const struct tcp_options *options);

/* Notes which test failed: `value` is beyond `bound`, the last number that would have passed. */
void conntrack_note_bound(struct conntrack_result *result, enum conntrack_reason reason,
                          uint32_t bound, uint32_t value);

#endif
