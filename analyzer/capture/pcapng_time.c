#include "capture/pcapng_time.h"

static const uint64_t second_ns = 1000000000;

struct split {
    uint64_t seconds, ns;
};

static uint64_t shift_down(uint64_t value, unsigned bits)
{
    return bits < 64 ? value >> bits : 0;
}

/* Ticks of 2^-n s. */
static struct split split_binary(uint64_t ticks, unsigned n)
{
    uint64_t seconds = shift_down(ticks, n);
    uint64_t rest = n < 64 ? ticks - (seconds << n) : ticks;

    if (n <= 32)
        return (struct split){seconds, rest * second_ns >> n};
    /* The product has more than 64 bits: take it without its lowest 32. */
    rest = (rest >> 32) * second_ns + ((rest & UINT32_MAX) * second_ns >> 32);
    return (struct split){seconds, shift_down(rest, n - 32)};
}

/* Ticks of 10^-n s. */
static struct split split_decimal(uint64_t ticks, unsigned n)
{
    uint64_t a_second = 1, a_tick_ns = second_ns, ticks_a_ns = 1;

    for (unsigned digit = 0; digit < n; digit++) {
        if (digit < 9)
            a_tick_ns /= 10;
        else if (ticks_a_ns <= UINT64_MAX / 10)
            ticks_a_ns *= 10;
        else
            return (struct split){0}; /* 2^64 ticks are less than a nanosecond */
        if (a_second <= UINT64_MAX / 10)
            a_second *= 10;
        else
            a_second = 0; /* 2^64 ticks are less than a second */
    }
    return (struct split){
        .seconds = a_second ? ticks / a_second : 0,
        .ns = (a_second ? ticks % a_second : ticks) / ticks_a_ns * a_tick_ns,
    };
}

int64_t pcapng_time_ns(uint64_t ticks, uint8_t tsresol, int64_t offset_s)
{
    const uint64_t seconds_max = (uint64_t)PCAPNG_TIME_MAX / second_ns;
    unsigned n = tsresol & 0x7f;
    struct split time = tsresol & 0x80 ? split_binary(ticks, n) : split_decimal(ticks, n);
    uint64_t back = offset_s < 0 ? (uint64_t) - (offset_s + 1) + 1 : 0;
    uint64_t forth = offset_s > 0 ? (uint64_t)offset_s : 0;

    if (time.seconds < back)
        return 0;
    time.seconds -= back;
    if (forth > seconds_max || time.seconds > seconds_max - forth)
        return PCAPNG_TIME_MAX;
    return (int64_t)((time.seconds + forth) * second_ns + time.ns);
}
