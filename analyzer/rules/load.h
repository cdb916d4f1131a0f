/* Rules from their files: one, or those of a folder. */
#ifndef LOAD_H
#define LOAD_H

#include "rules/rule.h"

/* Reads a file. A file that cannot be read or whose header is wrong gives a rule with a
 * `problem`: id, path and kind are there all the same. Done with rule_done(). */
void rule_load(struct rule *rule, const char *path, enum rule_kind kind);

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
