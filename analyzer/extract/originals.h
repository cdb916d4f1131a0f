/* The captures of a case that hold what was chosen: where they are now, and that they are still the
 * same. */
#ifndef ORIGINALS_H
#define ORIGINALS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "capture/order.h"
#include "case/context.h"
#include "extract/choice.h"

struct original {
    int64_t id;   /* of the row in `capture` */
    char *path;   /* as the case has it */
    char *sha256; /* likewise */
    char *alias;  /* what it is called in an anonymized case */
    char *found;  /* where it is */
    int64_t first_frame, packets;
    size_t next, end; /* what was chosen of it: from items[next] to before items[end] */
    bool in_pieces;   /* there are fragments among that */
    struct clock_map clock;
};

struct originals {
    struct original *items;
    size_t count, capacity;
};

/* Finds each capture that holds chosen frames: under the path of the case, or in the folder `dir`
 * if that is not NULL, under its name or any other. STATUS_INPUT if one is missing or its SHA-256
 * is another; the latter is only a line on stderr with `force`. Done with originals_done(),
 * whatever the status. */
enum status originals_find(struct originals *originals, const struct report *report,
                           const struct choice *choice, const char *dir, bool force,
                           struct error *err) __attribute__((warn_unused_result));

void originals_done(struct originals *originals);

#endif
