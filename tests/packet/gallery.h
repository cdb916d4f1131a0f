/* One frame of every kind that the decoder knows: what the tests cut short and the fuzzer
 * starts from. */
#ifndef GALLERY_H
#define GALLERY_H

#include "packet/frame.h"

struct gallery_picture {
    const char *name;
    struct frame_spec spec;
};

extern const struct gallery_picture gallery[];
extern const size_t gallery_size;

#endif
