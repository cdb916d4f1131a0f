#include "capture/unpack.h"

const struct unpacker *unpack_find(const uint8_t *front, size_t size)
{
    static const struct unpacker *const formats[] = {&unpack_gzip, &unpack_zstd, &unpack_lz4};

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->recognises(front, size))
            return formats[i];
    return NULL;
}
