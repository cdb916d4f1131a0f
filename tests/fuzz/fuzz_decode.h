/* The decoder's fuzz target, in the form that libFuzzer calls, and how its input is made.
 *
 * One input is a few frames, decoded one after the other by one decoder, since fragments make
 * it remember. A frame is four bytes and the bytes that were captured of it:
 *     0  which link type (an index into a list, modulo its size)
 *     1  how many bytes more than captured were sent, in units of 16
 *     2  how many bytes were captured, two bytes, big endian */
#ifndef FUZZ_DECODE_H
#define FUZZ_DECODE_H

#include <stddef.h>
#include <stdint.h>

enum {
    FUZZ_HEADER = 4
};

/* Stops the program if the decoder breaks one of its promises. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The index of a link type (DLT_) in the list; that of no known one if it is not in it. */
uint8_t fuzz_link(int dlt);

#endif
