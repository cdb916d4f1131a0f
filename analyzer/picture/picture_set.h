/* The pictures of a case that are drawn together: chosen, then filled in one go over the
 * segments of their connections. */
#ifndef PICTURE_SET_H
#define PICTURE_SET_H

#include "base/error.h"
#include "case/context.h"
#include "case/time_range.h"
#include "picture/picture.h"

struct picture_set {
    struct picture *pictures;
    size_t count, capacity;
};

/* Adds a picture of each connection that has findings, the worst first, `max` connections at
 * most. Without a range a connection whose evidence is a small part of it gets a second picture
 * around that, and a connection of few segments a ladder. */
enum status picture_set_choose(struct picture_set *set, const struct report *report, int max,
                               const struct time_range *range, struct error *err)
    __attribute__((warn_unused_result));

/* Adds the picture of one connection, under the name `connection-N`. STATUS_USAGE if there is no
 * such connection. If it has nothing in the range the picture will be empty. */
enum status picture_set_add(struct picture_set *set, const struct report *report,
                            int64_t connection, const struct time_range *range, struct error *err)
    __attribute__((warn_unused_result));

/* Adds another picture of the connection that was added last: around the evidence of its worst
 * finding where that is a small part of it, its ladder where its segments are few. */
enum status picture_set_add_zoom(struct picture_set *set, const struct report *report,
                                 struct error *err) __attribute__((warn_unused_result));
enum status picture_set_add_ladder(struct picture_set *set, const struct report *report,
                                   struct error *err) __attribute__((warn_unused_result));

/* Gives every picture its segments. */
enum status picture_set_fill(struct picture_set *set, const struct report *report,
                             struct error *err) __attribute__((warn_unused_result));

/* Removes the pictures that show nothing. */
void picture_set_drop_empty(struct picture_set *set);

void picture_set_done(struct picture_set *set);

#endif
