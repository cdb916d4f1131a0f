/* A run that is interrupted leaves nothing half-written. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

/* From now on SIGINT and SIGTERM remove the file at `path` (copied) and end the program with 130
 * and 143. NULL: nothing to remove any more. */
void interrupt_removes(const char *path);

#endif
