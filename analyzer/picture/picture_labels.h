/* The words beside the evidence in a picture, as commands for gnuplot. */
#ifndef PICTURE_LABELS_H
#define PICTURE_LABELS_H

#include <stdio.h>

#include "picture/axis.h"
#include "picture/picture.h"

/* A picture on its axes: where on it something lies. */
struct picture_view {
    const struct picture *picture;
    struct axis time, bytes; /* nanoseconds since the picture's origin; bytes since the ISN */
};

/* Writes each label where it is free, with a thin line to its mark if it had to move away. */
void picture_write_labels(FILE *out, const struct picture_view *view);

#endif
