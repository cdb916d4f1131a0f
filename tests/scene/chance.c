#include "scene/chance.h"

/* splitmix64 (Steele, Lea, Flood 2014): a counter in steps of the golden ratio, mixed. */
static const uint64_t GOLDEN = 0x9e3779b97f4a7c15;

uint64_t chance_mix(uint64_t value)
{
    value = (value ^ value >> 30) * 0xbf58476d1ce4e5b9;
    value = (value ^ value >> 27) * 0x94d049bb133111eb;
    return value ^ value >> 31;
}

struct chance chance_begin(uint64_t seed, enum chance_purpose purpose)
{
    return (struct chance){chance_mix(seed * GOLDEN + (uint64_t)purpose)};
}

uint64_t chance_bits(struct chance *chance)
{
    chance->state += GOLDEN;
    return chance_mix(chance->state);
}

uint32_t chance_below(struct chance *chance, uint32_t count)
{
    return (uint32_t)((chance_bits(chance) >> 32) * count >> 32);
}

int64_t chance_between(struct chance *chance, int64_t low, int64_t high)
{
    uint64_t span = (uint64_t)(high - low) + 1;

    return low + (int64_t)(chance_bits(chance) % span);
}

int64_t chance_scale(struct chance *chance, int64_t low, int64_t high)
{
    uint32_t doublings = 0;
    int64_t from, to;

    while (low << (doublings + 1) <= high)
        doublings++;
    from = low << chance_below(chance, doublings + 1);
    to = from * 2 - 1 < high ? from * 2 - 1 : high;
    return chance_between(chance, from, to);
}

bool chance_percent(struct chance *chance, uint32_t percent)
{
    return chance_below(chance, 100) < percent;
}

bool chance_of_10000(struct chance *chance, uint32_t times)
{
    return chance_below(chance, 10000) < times;
}
