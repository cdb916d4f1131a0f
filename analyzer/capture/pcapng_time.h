/* Timestamps of pcapng, whatever their resolution, in nanoseconds. */
#ifndef PCAPNG_TIME_H
#define PCAPNG_TIME_H

#include <stdint.h>

/* The last nanosecond that is given out, in February 2106: where the seconds of classic pcap end
 * too. Differences of such times, and sums of those, still are an int64_t. */
#define PCAPNG_TIME_MAX ((INT64_C(1) << 32) * 1000000000 - 1)

/* `ticks` of 10^-n s each, or of 2^-n s if the top bit of `tsresol` is set (n: the other bits),
 * and `offset_s` seconds (if_tsoffset). Nanoseconds since 1970, rounded down; 0 for what would be
 * before, PCAPNG_TIME_MAX for what would be after it. */
int64_t pcapng_time_ns(uint64_t ticks, uint8_t tsresol, int64_t offset_s);

#endif
