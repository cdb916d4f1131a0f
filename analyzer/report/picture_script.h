/* A picture as commands for gnuplot. */
#ifndef PICTURE_SCRIPT_H
#define PICTURE_SCRIPT_H

#include <stdio.h>

#include "report/picture.h"

enum {
    PICTURE_PNG = 1,
    PICTURE_SVG = 2,
};

/* Writes the commands that draw `picture` into NAME.png, NAME.svg or both (`formats`) in
 * gnuplot's current folder. All data is in the commands; numbers and safe strings only. */
void picture_write_script(FILE *out, const struct picture *picture, int formats);

#endif
