/* Words of a rule, in which addresses and the names of points may stand. */
#ifndef WORDS_H
#define WORDS_H

#include <stddef.h>

#include "anonymize/anonymizer.h"

/* What stands for a name. */
struct words_name {
    const char *name, *alias;
};

/* The text with the alias for each name, and other addresses and ports (`address:port`). Of names
 * that begin alike the longest counts. Caller frees with free(). */
char *words_anonymize(const struct anonymizer *anonymizer, const struct words_name *names,
                      size_t count, const char *text) __attribute__((warn_unused_result));

#endif
