/* The two tables that get a row for each packet: as they wait for their INSERT. */
#ifndef ROWS_H
#define ROWS_H

#include "store/store.h"
#include "store/writer.h"

void rows_segment_feed(struct feed *feed); /* sets all that feed_open() needs */
void rows_event_feed(struct feed *feed);

/* Adds one row. */
void rows_add_segment(struct writer *writer, struct feed *feed, const struct segment_row *row);
void rows_add_event(struct writer *writer, struct feed *feed, const struct event *event);

#endif
