/* What the reports have in common about findings. */
#ifndef FINDINGS_H
#define FINDINGS_H

/* The rank of a severity in SQL: 0 is the worst. */
#define SEVERITY_RANK(column)                                                                      \
    "CASE " column " WHEN 'error' THEN 0 WHEN 'warning' THEN 1 WHEN 'notice' THEN 2 ELSE 3 END"

/* Worst first: by severity, causes before symptoms, the surer first. For queries in which
 * `finding` is f and `rule` is r. */
#define FINDING_ORDER SEVERITY_RANK("f.severity") ", r.kind <> 'diagnosis', f.confidence DESC, f.id"

#endif
