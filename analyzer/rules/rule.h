/* A rule as it stands in its file: a header of comments and one SELECT. */
#ifndef RULE_H
#define RULE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "rules/param.h"

enum rule_kind {
    RULE_PLAIN,
    RULE_DIAGNOSIS
};

struct rule {
    char *id; /* the name of the file without .sql */
    char *path;
    enum rule_kind kind;
    char *text;        /* the whole file */
    size_t sql_offset; /* where the header ends */
    char sha256[65];   /* of the file, hexadecimal */
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

/* Reads a file. A file that cannot be read or whose header is wrong gives a rule with a
 * `problem`: id, path and kind are there all the same. Done with rule_done(). */
void rule_load(struct rule *rule, const char *path, enum rule_kind kind);
void rule_done(struct rule *rule);
bool rule_is_broken(const struct rule *rule);

/* "rule" or "diagnosis", as in the table `rule`. Static. */
const char *rule_kind_name(enum rule_kind kind);

/* The parameter called `name`; NULL if there is none. Borrowed. */
struct param *rule_param(const struct rule *rule, const char *name);

/* Reads the header of rule->text into `rule`; rules/README.md has its grammar. STATUS_RULE if it is
 * wrong: `err` is `path:line: reason`. */
enum status header_parse(struct rule *rule, struct error *err) __attribute__((warn_unused_result));

/* The line, from 1, of the character at `offset` of the rule's file. */
int rule_line(const struct rule *rule, size_t offset);

/* Reads all of `dir`: NAME.sql in the order of names, then diagnoses/NAME.sql likewise. STATUS_RULE
 * if there is no rule; broken ones are in the set. Done with rule_set_done(). */
enum status rule_set_load(struct rule_set *set, const char *dir, struct error *err)
    __attribute__((warn_unused_result));
void rule_set_done(struct rule_set *set);

/* Adds one file to the set. */
void rule_set_add(struct rule_set *set, const char *path, enum rule_kind kind);

/* Applies one `RULE.PARAM=VALUE`. STATUS_USAGE if there is no such rule or parameter, or if the
 * value does not fit it. */
enum status rule_set_override(struct rule_set *set, const char *assignment, struct error *err)
    __attribute__((warn_unused_result));

#endif
