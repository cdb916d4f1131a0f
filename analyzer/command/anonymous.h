/* The option --anonymize of analyze, report and extract. */
#ifndef ANONYMOUS_H
#define ANONYMOUS_H

#include <stdbool.h>

#include "base/error.h"

/* --anonymize[=KEYFILE] */
struct anonymous_option {
    bool wanted;
    const char *key_file; /* NULL: a random key; borrowed */
};

/* Makes a case of the one at `from` that has neither its names nor its addresses, at `to`, which is
 * replaced if it is there. Its findings are gone. On failure there is no file. */
enum status anonymous_copy(const struct anonymous_option *option, const char *from, const char *to,
                           struct error *err) __attribute__((warn_unused_result));

/* The same, published at `DIR/case.db` with its findings: the rules run again, those of `rules_dir`
 * (NULL: of this program) with the parameters that they had. STATUS_USAGE if that is the case
 * itself; STATUS_RULE if a rule is broken, and then it is published all the same. Caller frees
 * `*path`, which is NULL if nothing is. */
enum status anonymous_publish(const struct anonymous_option *option, const char *case_path,
                              const char *dir, const char *rules_dir, char **path,
                              struct error *err) __attribute__((warn_unused_result));

#endif
