/* A picture as commands for gnuplot. */
#ifndef PICTURE_SCRIPT_H
#define PICTURE_SCRIPT_H

#include <stdio.h>

#include "picture/picture.h"

enum {
    PICTURE_PNG = 1,
    PICTURE_SVG = 2,
};

/* Writes the commands that draw `picture` into NAME.png, NAME.svg or both (`formats`) in
 * gnuplot's current folder. All data is in the commands; numbers and safe strings only. */
void picture_write_script(FILE *out, const struct picture *picture, int formats);

/* What the scripts of all pictures begin with. Sizes are pixels of the PNG; the texts are gnuplot's
 * strings. */
void picture_write_heading(FILE *out, const char *title, char *const subtitle[2], int height);

/* Legends from x, y down, parts of the width and the height: `count` lines in `room` pixels. Many
 * are smaller, so that gnuplot puts none beside the others, where it would be cut off. */
void picture_write_key(FILE *out, double x, double y, size_t count, double room);

void picture_write_terminal(FILE *out, const char *name, const char *terminal, const char *font,
                            const char *suffix, int height);

#endif
