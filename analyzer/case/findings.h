/* The findings of a case in the order in which people should read them. */
#ifndef CASE_FINDINGS_H
#define CASE_FINDINGS_H

#include "base/error.h"
#include "case/context.h"

/* The rank of a severity in SQL: 0 is the worst. */
#define SEVERITY_RANK(column)                                                                      \
    "CASE " column " WHEN 'error' THEN 0 WHEN 'warning' THEN 1 WHEN 'notice' THEN 2 ELSE 3 END"

/* Makes the temporary table `worst (place, finding_id, rule_id, connection_id)`, one row a
 * finding, `place` from 1 on: by severity, causes (diagnoses) before symptoms, the surer first.
 * The case itself stays as it is. */
enum status findings_rank(const struct report *report, struct error *err)
    __attribute__((warn_unused_result));

#endif
