/* What two clocks may differ by, given what must have happened before what. */
#ifndef FEASIBLE_H
#define FEASIBLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A segment that both of two points saw: `apart_ns` is the raw time at b less the raw time at a. */
struct crossing {
    int64_t at_ns; /* raw time at a */
    int64_t apart_ns;
    bool from_a; /* it passed a first: then b's clock is at most `apart_ns` ahead; else at
                  * least */
    bool loose;  /* a segment and its answer: time has passed between */
};

struct crossings {
    struct crossing *items;
    size_t count, capacity;
    bool has_span;
    int64_t from_ns, to_ns; /* raw time at a: the error holds for all of it */
};

void crossings_add(struct crossings *crossings, const struct crossing *crossing);

/* Halves them: of each two of a kind that were added one after the other, the one stays that bounds
 * the clocks more tightly. */
void crossings_thin(struct crossings *crossings);

/* Says that what is found is needed from one raw time at a to another. */
void crossings_span(struct crossings *crossings, int64_t from_ns, int64_t to_ns);

enum feasible_result {
    FEASIBLE_UNKNOWN, /* nothing crossed */
    FEASIBLE_AGREE,   /* the clocks may be the same: nothing is to be corrected */
    FEASIBLE_OFFSET,  /* they differ by a constant */
    FEASIBLE_DRIFT,   /* and by a rate */
    FEASIBLE_STEP,    /* one of them was set: no line holds for all of it */
};

/* b's clock less a's: offset_ns at `origin_ns` (raw time at a), growing by drift_ppb. */
struct feasible {
    enum feasible_result result;
    int64_t origin_ns, offset_ns;
    int64_t drift_ppb;
    bool has_error;              /* both directions bound it */
    int64_t error_ns;            /* how far what is possible may be from that, at any time */
    int64_t step_at_ns, step_ns; /* only FEASIBLE_STEP: when, and by how much b jumped */
};

/* Finds the least correction that no crossing contradicts: none, a constant, a line. Segments pass
 * the first point before the second (Moon, Skelly, Towsley 1999). Timestamps are
 * taken by software, so causes may seem to come 50 µs late. Sorts the crossings. */
struct feasible feasible_solve(struct crossings *crossings);

/* How far what is possible may be from another line: b's clock less a's at crossings->from_ns and
 * at to_ns. `feasible` is what was found, of both directions and no step. */
int64_t feasible_error(const struct crossings *crossings, const struct feasible *feasible,
                       int64_t ahead_from_ns, int64_t ahead_to_ns);

#endif
