/* The points of the captures. */
#ifndef POINT_H
#define POINT_H

#include "survey/found.h"

/* The point of a frame: its input, or one of its interfaces, which pcapng names and SLL2 numbers.
 * `reader` is the frame's. The point is made when it is new and `create` is set, else NULL is
 * returned. Valid until the next point is made. */
struct point *survey_point(struct survey *survey, struct capture *capture,
                           const struct reader *reader, const struct frame *frame, uint32_t ifindex,
                           bool create);

/* Names the points of an input, whose captures were read. One that had no segment gets a point as
 * well: that it saw nothing is a fact. An interface is named only where there are several. */
void survey_finish_points(struct survey *survey, struct capture *captures, size_t count);

#endif
