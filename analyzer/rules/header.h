/* The comments above a rule's SELECT. */
#ifndef HEADER_H
#define HEADER_H

#include "rules/rule.h"

/* Reads the header of rule->text into `rule`; rules/README.md has its grammar. STATUS_RULE if it is
 * wrong: `err` is `path:line: reason`. */
enum status header_parse(struct rule *rule, struct error *err) __attribute__((warn_unused_result));

#endif
