#include "picture/axis.h"

#include <string.h>

#include "base/text.h"
#include "base/time_text.h"

enum {
    MARGIN_SHARE = 30 /* of the range is left free at either end */
};

struct axis axis_for(int64_t low, int64_t high, int tics)
{
    static const int64_t factors[] = {2, 5, 10};
    struct axis axis;
    int64_t range, margin;
    int64_t power = 1;

    range = high - low;
    margin = range / MARGIN_SHARE + 1;
    axis.low = low - margin;
    axis.high = high + margin;
    while ((range + 2 * margin) / power > (int64_t)tics * 10)
        power *= 10;
    axis.step = power;
    for (int i = 0; i < 3 && (range + 2 * margin) / axis.step > tics; i++)
        axis.step = power * factors[i];
    axis.first = axis.low - axis.low % axis.step;
    if (axis.first < axis.low)
        axis.first += axis.step;
    return axis;
}

void axis_write_count(FILE *out, int64_t value)
{
    char text[TEXT_COUNT_SIZE];

    fputs(text_count(value, text), out);
}

void axis_write_seconds(FILE *out, int64_t ns, int64_t step)
{
    char text[TIME_TEXT_SIZE];
    int decimals = 9;

    for (int64_t unit = 1; decimals > 0 && step % (unit * 10) == 0; unit *= 10)
        decimals--;
    time_text_seconds(ns, text);
    /* Nine digits stand behind the point; without any the point goes as well. */
    fprintf(out, "%.*s", (int)strlen(text) - 9 + decimals - (decimals == 0), text);
}
