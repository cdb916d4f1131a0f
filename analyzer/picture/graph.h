/* The segments of a connection as data for the graph in report.html: some ten bytes each. */
#ifndef GRAPH_H
#define GRAPH_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

struct graph;
struct picture_segment;

/* Of plain segments every `stride`-th is kept; one that a person looks for always is: SYN, FIN,
 * RST, any mark, and the segments in `wanted` (ascending, borrowed). Caller frees with
 * graph_free(). */
struct graph *graph_new(int64_t origin_ns, int64_t stride, const int64_t *wanted,
                        size_t wanted_count) __attribute__((warn_unused_result));
void graph_free(struct graph *graph); /* accepts NULL */

/* Adds a segment of the trace `lane`, in the order of segment ids. */
void graph_add(struct graph *graph, size_t lane, const struct picture_segment *segment);

size_t graph_count(const struct graph *graph);
int64_t graph_left_out(const struct graph *graph);

/* Where the segment stands among those that were kept, from 0; -1 if it was not. */
int64_t graph_index(const struct graph *graph, int64_t segment);

/* Writes what graph.js reads: base64 of numbers of 7 bits a byte, the lowest first, bit 7 set if
 * more follow. `z` are signed ones (0, -1, 1, -2 as 0, 1, 2, 3), as the difference from the
 * segment before (of the same lane and direction, from `z off` on). A segment is
 *     z time (ns since origin), lane * 1024 + has ACK * 512 + dir * 256 + flags, marks,
 *     len, win, how many segments back the sighting before is (0: none),
 *     z off, z frame of the case, z TTL, z ACK (if it has one). */
void graph_write_data(FILE *out, struct graph *graph);

#endif
