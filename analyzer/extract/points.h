/* The points of a case, and what an extract calls them. */
#ifndef POINTS_H
#define POINTS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "anonymize/anonymizer.h"
#include "base/error.h"
#include "case/context.h"
#include "extract/choice.h"

struct point_name {
    int64_t id;
    char *name;  /* in the case */
    char *alias; /* in the extract */
};

struct points {
    struct point_name *items;
    size_t count, capacity;
};

/* An alias is the name; "point-N" if `hide`. STATUS_INPUT if the case cannot be read, or if a
 * chosen packet is of no point of it. Done with points_done(), whatever the status. */
enum status points_read(struct points *points, const struct report *report,
                        const struct choice *choice, bool hide, struct error *err)
    __attribute__((warn_unused_result));

/* The point of a chosen packet. Borrows. */
const struct point_name *points_find(const struct points *points, int64_t id);

/* How many of the points have chosen packets. */
size_t points_chosen(const struct points *points, const struct choice *choice);

/* Roles are a rule's words, "at POINT", "there from ADDRESS": puts aliases into them, and the
 * addresses that the anonymizer has for others. */
void points_hide_roles(const struct points *points, const struct anonymizer *anonymizer,
                       struct choice *choice);

void points_done(struct points *points);

#endif
