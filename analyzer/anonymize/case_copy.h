/* A case without the names and addresses of the network that it is from. */
#ifndef CASE_COPY_H
#define CASE_COPY_H

#include "anonymize/anonymizer.h"
#include "base/error.h"

/* Learns which ports keep their number: those of servers and of tunnels in the case at `path`. */
enum status anonymizer_read_case(struct anonymizer *anonymizer, const char *path, struct error *err)
    __attribute__((warn_unused_result));

/* Writes to `to`, which may not exist, a case with the facts of the one at `from`: addresses and
 * ports are others, points and files have numbers for names, comments and the command line are
 * gone. The findings are gone too: the rules have to run again. Whatever the status, the caller
 * removes `to`. */
enum status case_anonymize(const struct anonymizer *anonymizer, const char *from, const char *to,
                           struct error *err) __attribute__((warn_unused_result));

/* What becomes of a column, as SQL over its table; NULL: it is not known, and must not be copied.
 * `is_number` if its values can be no text. */
const char *case_column(const char *table, const char *column, int is_number);

#endif
