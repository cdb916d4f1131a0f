/* gnuplot, run as a program: it draws what a script says. */
#ifndef GNUPLOT_H
#define GNUPLOT_H

#include "base/error.h"

/* Runs gnuplot on the file `script` of the folder `folder`, in which it also writes. No shell is
 * involved, no settings of the user and no locale. STATUS_OUTPUT if there is no gnuplot, or if it
 * fails: then its own first message is in `err`. */
enum status gnuplot_run(const char *folder, const char *script, struct error *err)
    __attribute__((warn_unused_result));

#endif
