/* How things look in a picture: the traces of the points, and what deserves a mark of its own. */
#ifndef MARK_H
#define MARK_H

#include <stdbool.h>
#include <stddef.h>

/* In the order in which they are drawn: the later lies on top. */
enum mark {
    MARK_SYN,
    MARK_FIN,
    MARK_OUT_OF_ORDER,
    MARK_RETRANSMISSION,
    MARK_DUPLICATE,
    MARK_LATE,
    MARK_INVALID,
    MARK_NOT_FORWARDED,
    MARK_INJECTED,
    MARK_RST_CLIENT,
    MARK_RST_SERVER,
    MARKS
};

/* Shapes that nest: what befell a segment (late, sent again) is a filled shape, what became of
 * it (not forwarded, injected) is a ring around it. Shape and colour both tell it apart. */
struct mark_style {
    const char *legend;
    const char *colour;
    int shape;    /* gnuplot's pointtype */
    double size;  /* gnuplot's pointsize */
    double width; /* of its lines */
};

const struct mark_style *mark_style(enum mark mark);

/* The mark of an event (analyzer/track/README.md), or MARKS if the event has none. */
enum mark mark_of_event(const char *kind);

/* The marks that a segment has by its flags, as bits 1 << MARK_…; `dir` says who sent it. */
unsigned mark_bits_of_flags(unsigned flags, int dir);

/* The colour of the trace number `trace`, dark for data, or in a light tone. */
const char *mark_trace_colour(size_t trace, bool light);

#endif
