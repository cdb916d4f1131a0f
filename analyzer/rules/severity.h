/* How grave a finding is. */
#ifndef SEVERITY_H
#define SEVERITY_H

/* The place of a severity in "info", "notice", "warning", "error", from 0; -1 if `name` is none of
 * them. A higher rank is graver. */
int severity_rank(const char *name);

/* The name of a rank; static. `rank` is one that severity_rank() gave. */
const char *severity_name(int rank);

#endif
