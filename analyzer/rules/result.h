/* What a rule's SELECT gave, before it is a finding. */
#ifndef RESULT_H
#define RESULT_H

#include <sqlite3.h>
#include <stdint.h>

#include "base/error.h"
#include "rules/rule.h"
#include "rules/sandbox.h"

/* Ids are 0 where the rule gave NULL. */
struct result {
    int64_t connection_id;
    int64_t leg_id;
    int64_t first_segment;
    int64_t last_segment;
    double confidence;
    const char *severity; /* static */
    char *summary;
    char *detail;   /* NULL: none */
    char *evidence; /* JSON array; NULL: none */
};

struct results {
    struct result *rows;
    size_t count;
    size_t capacity;
    size_t bytes; /* of memory, about */
};

/* Steps through `stmt` to its end. STATUS_RULE if the columns are not those of a rule, if a value
 * is not of its kind, or if the rule fails; `err` says which. Done with results_done(). */
enum status results_read(struct results *results, const struct rule *rule, struct sandbox *sandbox,
                         sqlite3_stmt *stmt, struct error *err) __attribute__((warn_unused_result));
void results_done(struct results *results);

#endif
