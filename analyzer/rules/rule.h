/* A rule as it stands in its file: a header of comments and one SELECT. */
#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "capture/hasher.h"
#include "rules/param.h"

enum rule_kind {
    RULE_PLAIN,
    RULE_DIAGNOSIS
};

struct rule {
    char *id; /* the name of the file without .sql */
    char *path;
    enum rule_kind kind;
    char *text;               /* the whole file */
    size_t sql_offset;        /* where the header ends */
    char sha256[SHA256_TEXT]; /* of the file */
    char *title;
    const char *severity; /* static */
    char *explain;        /* NULL: not given; so are the next two */
    char *remedy;
    char *reference;
    struct param *params;
    size_t params_count;
    struct error problem; /* why the file is no rule; text[0] is 0 if it is one */
};

/* The rules of one folder. */
struct rule_set {
    struct rule *rules;
    size_t count;
    size_t capacity;
};

void rule_done(struct rule *rule);
bool rule_is_broken(const struct rule *rule);

/* "rule" or "diagnosis", as in the table `rule`. Static. */
const char *rule_kind_name(enum rule_kind kind);

/* The parameter called `name`; NULL if there is none. Borrowed. */
struct param *rule_param(const struct rule *rule, const char *name);

/* The line, from 1, of the character at `offset` of the rule's file. */
int rule_line(const struct rule *rule, size_t offset);

#endif
