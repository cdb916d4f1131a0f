/* The two tables that get a row for each packet: as they wait for their INSERT. */
#ifndef ROWS_H
#define ROWS_H

#include "store/feed.h"
#include "store/store.h"

void rows_segment_feed(struct feed *feed); /* sets all that feed_open() needs */
void rows_event_feed(struct feed *feed);

/* Adds one row; the feed may not be full. */
void rows_add_segment(struct feed *feed, const struct segment_row *row);
void rows_add_event(struct feed *feed, const struct event *event);

#endif
