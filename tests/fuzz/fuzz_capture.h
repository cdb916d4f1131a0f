/* The capture reader's fuzz target: the input is a capture file. */
#ifndef FUZZ_CAPTURE_H
#define FUZZ_CAPTURE_H

#include <stddef.h>
#include <stdint.h>

/* Stops the program if the reader breaks one of its promises. Returns 0. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

#endif
