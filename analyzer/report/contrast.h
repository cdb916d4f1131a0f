/* What sets the connections that failed apart from those that worked: which value of which feature
 * (contrast.sql) is more frequent among them than chance can make it. */
#ifndef CONTRAST_H
#define CONTRAST_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

#include "base/error.h"
#include "case/context.h"

struct contrast_value {
    size_t feature; /* place in `features` */
    char *text;
    int64_t failed, worked; /* connections with this value */
    uint64_t members;       /* a digest of which connections these are */
    double ln_p;            /* Fisher's exact test, one-sided */
    double ln_adjusted;     /* Holm's correction; 0 for what is not tested */
    bool tested;            /* the margins allow a significant count */
    bool shared;            /* by all that failed */
    bool chance;            /* its feature's */
    char *also; /* what the same connections have too: "mss 1460, dscp 2"; NULL: nothing */
};

struct contrast_feature {
    char *column;           /* of contrast.sql */
    const char *name;       /* without the mark of chance; in `column` */
    bool chance;            /* nobody sets it: a port that was drawn, a time */
    int64_t failed, worked; /* connections of which it is known */
};

struct contrast {
    int64_t failed, worked, left_out;
    struct contrast_feature *features;
    size_t features_count;
    struct contrast_value *values; /* the most telling first */
    size_t count, capacity;
    size_t tested; /* of them; values that the same connections have are one */
};

/* Below this, adjusted, a value is significant. */
#define CONTRAST_LEVEL 0.01

/* `failed` is a rule's id, an outcome, or NULL for what has failed by itself. STATUS_USAGE if it is
 * neither. Done with contrast_done(). */
enum status contrast_load(struct contrast *contrast, const struct report *report,
                          const char *failed, struct error *err)
    __attribute__((warn_unused_result));
void contrast_done(struct contrast *contrast);

bool contrast_is_significant(const struct contrast_value *value);

/* P(failed | value) / P(failed), among those of which the feature is known. */
double contrast_lift(const struct contrast *contrast, const struct contrast_value *value);

/* Of a connection that failed and of one that worked, seen at one point. */
struct contrast_pair {
    int64_t syn[2]; /* segments; 0: there is no such pair */
    int64_t connection[2];
};

/* For `value`: the first connection that failed with it, and as like it as can be one that worked
 * without it: seen at the same point, to the same server, from the same client, and next to it in
 * time. */
enum status contrast_find_pair(const struct report *report, const char *failed,
                               const struct contrast *contrast, const struct contrast_value *value,
                               struct contrast_pair *pair, struct error *err)
    __attribute__((warn_unused_result));

/* Writes the section of a report into `report->contrast`, for all formats that have it: each
 * connection is looked at for it. report_close() frees it. */
enum status contrast_prepare(struct report *report, struct error *err)
    __attribute__((warn_unused_result));

/* How it is done, in one sentence with the numbers. */
void contrast_write_method(FILE *out, const struct contrast *contrast);

/* Both SYNs, field by field and byte by byte, with the fields that differ. Plain text; `style` is
 * that of the lines around it. */
enum status contrast_write_pair(FILE *out, enum text_style style, const struct report *report,
                                const struct contrast_pair *pair, struct error *err)
    __attribute__((warn_unused_result));

/* "4.1e-07", "1e-512", "0.25". */
enum {
    CONTRAST_P_SIZE = 24
};
const char *contrast_print_p(double ln_p, char text[static CONTRAST_P_SIZE]);

#endif
