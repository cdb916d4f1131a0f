/* The connections of a case as contrast.sql gives them: counted, value by value. */
#ifndef CONTRAST_ROWS_H
#define CONTRAST_ROWS_H

#include "report/contrast.h"

/* STATUS_USAGE if `failed` is neither a rule that ran nor an outcome. */
enum status contrast_check_failed(const struct report *report, const char *failed,
                                  struct error *err) __attribute__((warn_unused_result));

/* Sets failed, worked and left_out. */
enum status contrast_count_sides(struct contrast *contrast, const struct report *report,
                                 const char *failed, struct error *err)
    __attribute__((warn_unused_result));

/* The same, and all features and values, which are not tested yet. They are the contrast's,
 * whatever the status. */
enum status contrast_count_values(struct contrast *contrast, const struct report *report,
                                  const char *failed, struct error *err)
    __attribute__((warn_unused_result));

#endif
