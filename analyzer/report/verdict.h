/* The verdict: what a case comes to, in one sentence. */
#ifndef VERDICT_H
#define VERDICT_H

#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "case/context.h"

enum {
    SEVERITIES = 4
};

struct verdict {
    int64_t found[SEVERITIES];     /* findings by severity, the worst severity first */
    int64_t connections, affected; /* affected: with a finding of warning or worse */
    int64_t failed;                /* any of the next three */
    int64_t refused, reset, unanswered;
    int64_t segments, points, rules; /* rules: that ran */
    int64_t broken_rules;
    /* The worst finding; `summary` is NULL if none is of warning or worse. */
    char *summary, *severity;
    int64_t alike, alike_connections; /* findings of its rule, and the connections they are on */
};

/* "error", "warning", "notice", "info" for 0 to 3. Static. */
const char *verdict_severity_name(int rank);

/* Caller frees with verdict_free(). */
enum status verdict_load(struct verdict *verdict, const struct report *report, struct error *err)
    __attribute__((warn_unused_result));
void verdict_free(struct verdict *verdict);

/* The sentence. It starts with the severity, or with "Nothing unusual". */
void verdict_write(FILE *out, enum text_style style, const struct verdict *verdict);

/* What it was found in: "1 error, 3 notices in 14 connections (2 failed), 1,140 segments at 2
 * points". */
void verdict_write_counts(FILE *out, const struct verdict *verdict);

#endif
