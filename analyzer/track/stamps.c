#include "track/stamps.h"

void stamps_add(struct stamps *stamps, int64_t end, uint32_t tsval, int64_t ts_ns,
                int64_t spacing_ns)
{
    uint32_t at = stamps->at % STAMPS_MAX;

    if (stamps->at > 0 && ts_ns - stamps->last_ns < spacing_ns)
        return;
    stamps->items[at].end = end;
    stamps->items[at].tsval = tsval;
    stamps->at++;
    stamps->last_ns = ts_ns;
}

bool stamps_are_older(const struct stamps *stamps, int64_t end, uint32_t tsval)
{
    uint32_t count = stamps->at < STAMPS_MAX ? stamps->at : STAMPS_MAX;

    for (uint32_t i = stamps->at - count; i != stamps->at; i++)
        if (stamps->items[i % STAMPS_MAX].end >= end)
            return (int32_t)(tsval - stamps->items[i % STAMPS_MAX].tsval) > 0;
    return false;
}
