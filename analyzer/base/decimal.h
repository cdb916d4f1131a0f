/* Numbers as digits, where there is one for each row and printf() would be most of the work. */
#ifndef DECIMAL_H
#define DECIMAL_H

#include <stdint.h>

enum {
    DECIMAL_SIZE = 21 /* the longest: "-9223372036854775808" and the end of the text */
};

/* Both write at `at`, without an end of text, and return where to go on. The first takes as many
 * digits as there are, the second `width` of them, the lowest, with zeros in front. */
char *decimal_put(char *at, uint64_t value);
char *decimal_put_padded(char *at, uint64_t value, int width);

/* The whole text, with its end. Returns `text`. */
const char *decimal_print(int64_t value, char text[static DECIMAL_SIZE]);

#endif
