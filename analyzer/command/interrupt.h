/* A run that is interrupted leaves nothing half-written. */
#ifndef INTERRUPT_H
#define INTERRUPT_H

/* From now on SIGINT and SIGTERM remove what base/scrap.h has been told, and end the program with
 * 130 and 143. To be called before any other thread begins, and again in a process that was forked.
 */
void interrupt_begin(void);

#endif
