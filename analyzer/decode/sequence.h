/* Arithmetic on sequence numbers, which are modulo 2^32 (RFC 9293 §3.4). */
#ifndef SEQUENCE_H
#define SEQUENCE_H

#include <stdbool.h>
#include <stdint.h>

static inline bool seq_before(uint32_t a, uint32_t b)
{
    return (int32_t)(a - b) < 0;
}

/* The distance of `seq` from `base` in 64 bits, taking the one of the possible values that lies
 * within 2^31 of `near`: unwraps a number of a stream that has come to `near`. */
static inline int64_t seq_unwrap(uint32_t seq, uint32_t base, int64_t near)
{
    return near + (int32_t)(seq - (base + (uint32_t)near));
}

#endif
