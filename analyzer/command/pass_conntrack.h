/* conntrack in pass 2: at which points it is asked, what it must know of a leg before its first
 * segment, and what of its verdicts is stored. */
#ifndef PASS_CONNTRACK_H
#define PASS_CONNTRACK_H

#include "base/error.h"
#include "store/store.h"
#include "survey/found.h"
#include "track/conntrack_leg.h"

/* `--conntrack POINT[=KERNEL…]`. */
struct conntrack_request {
    char *point;
    struct conntrack_cases cases;
};

struct conntrack_requests {
    struct conntrack_request *items;
    size_t count, capacity;
};

/* Adds what `text` asks for. STATUS_USAGE and `err` if it makes no sense. Caller ends with
 * conntrack_requests_done(). */
enum status conntrack_requests_add(struct conntrack_requests *requests, const char *text,
                                   struct error *err) __attribute__((warn_unused_result));
void conntrack_requests_done(struct conntrack_requests *requests);

struct pass_conntrack;

/* For each point that is requested; without requests, for each where the survey sees that a NAT
 * has translated: the machine that did is where its conntrack sees these packets too. STATUS_USAGE
 * and `err` if a point is not there. `survey` and `requests` are borrowed. Caller frees with
 * pass_conntrack_free(), which accepts NULL. */
enum status pass_conntrack_new(const struct survey *survey,
                               const struct conntrack_requests *requests,
                               struct pass_conntrack **out, struct error *err)
    __attribute__((warn_unused_result));
void pass_conntrack_free(struct pass_conntrack *conntrack);

/* One segment of a leg at its point. `*state` is the leg's: NULL at its beginning, and NULL for
 * good where nobody asks. Writes a row for each configuration unless all of them accept it, and an
 * event if the chosen one does not. */
void pass_conntrack_segment(struct pass_conntrack *conntrack, struct conntrack_leg **state,
                            const struct tracked_segment *segment, int64_t raw_ns,
                            struct store *store);

/* Takes the state of a leg that is over: if its tuple is used again now, so is its entry. */
void pass_conntrack_end(struct pass_conntrack *conntrack, struct conntrack_leg *state);

#endif
