#include "base/decimal.h"

char *decimal_put_padded(char *at, uint64_t value, int width)
{
    for (int i = width - 1; i >= 0; i--) {
        at[i] = (char)('0' + value % 10);
        value /= 10;
    }
    return at + width;
}

char *decimal_put(char *at, uint64_t value)
{
    int width = 1;

    for (uint64_t rest = value; rest >= 10; rest /= 10)
        width++;
    return decimal_put_padded(at, value, width);
}

const char *decimal_print(int64_t value, char text[static DECIMAL_SIZE])
{
    char *at = text;

    if (value < 0)
        *at++ = '-';
    *decimal_put(at, value < 0 ? -(uint64_t)value : (uint64_t)value) = '\0';
    return text;
}
