/* The ladder of a finding: the ten or twenty segments that tell it. Chosen once, written as Mermaid
 * for report.md and as SVG for report.html. */
#ifndef LADDER_TOLD_H
#define LADDER_TOLD_H

#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "case/context.h"
#include "picture/ladder.h"
#include "picture/ladder_missing.h"

struct ladder_lane {
    int64_t leg;         /* 0: the finding says that its segments never came there */
    int64_t first, last; /* segment ids */
    char *name;          /* its point */
};

/* What a segment is to the finding. */
struct ladder_role {
    int64_t segment;
    char *text;
};

struct ladder_told {
    int64_t finding, connection;
    char *client, *server;
    int64_t origin_ns;         /* the connection's first segment */
    struct ladder_lane *lanes; /* from the client to the server */
    size_t lanes_count, lanes_capacity;
    struct ladder_missing missing; /* the lane without a leg */
    struct ladder_role *roles;
    size_t roles_count, roles_capacity;
    int64_t *chosen; /* segment ids, ascending */
    size_t chosen_count, chosen_capacity;
    struct ladder ladder;
    int64_t *left_out; /* for each row, the segments of its first leg since the row before */
};

/* Chooses the evidence of `finding`, the handshake, the segment before and after each, and where
 * else these were seen. No rows if the finding has no evidence on one connection, or too many
 * points. Caller frees with ladder_told_free(). */
enum status ladder_told_load(struct ladder_told *told, const struct report *report, int64_t finding,
                             struct error *err) __attribute__((warn_unused_result));
void ladder_told_free(struct ladder_told *told);

/* Writes what the row is to the finding, or else what befell it, as a list without an end; nothing
 * if neither is known. */
void ladder_told_write_notes(FILE *out, enum text_style style, const struct ladder_told *told,
                             const struct ladder_row *row);

/* Each loads and writes the ladder of a finding; nothing if it has none. */
enum status ladder_told_write_mermaid(FILE *out, const struct report *report, int64_t finding,
                                      struct error *err) __attribute__((warn_unused_result));
enum status ladder_told_write_svg(FILE *out, const struct report *report, int64_t finding,
                                  struct error *err) __attribute__((warn_unused_result));

#endif
