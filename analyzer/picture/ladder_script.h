/* A ladder as commands for gnuplot: all but the title and the output. */
#ifndef LADDER_SCRIPT_H
#define LADDER_SCRIPT_H

#include <stdio.h>

#include "picture/picture.h"

/* In pixels: a ladder is as high as it has rows. */
int ladder_height(const struct picture *picture);

/* Lanes are at 1, 2, … on the axis of x, the ends of the connection at 0 and behind the last. */
void ladder_write_script(FILE *out, const struct picture *picture);

#endif
