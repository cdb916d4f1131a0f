#include "base/time_text.h"

#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "base/decimal.h"

enum {
    SECONDS_MAX = 1000000000
};

static const int64_t MINUTE = 60 * (int64_t)NS_PER_SECOND;
static const int64_t HOUR = 3600 * (int64_t)NS_PER_SECOND;

/* Splits so that the fraction is never negative: -0.1 s is -1 s and 0.9 s. */
static int64_t whole_seconds(int64_t ns, int64_t *fraction)
{
    *fraction = ns % NS_PER_SECOND;
    if (*fraction < 0)
        *fraction += NS_PER_SECOND;
    return (ns - *fraction) / NS_PER_SECOND;
}

static char *put_pair(char *at, int value, char after)
{
    at = decimal_put_padded(at, (uint64_t)value, 2);
    *at++ = after;
    return at;
}

static char *put_clock(char *at, const struct tm *tm, int64_t fraction)
{
    at = put_pair(at, tm->tm_hour, ':');
    at = put_pair(at, tm->tm_min, ':');
    at = put_pair(at, tm->tm_sec, '.');
    return decimal_put_padded(at, (uint64_t)fraction, 9);
}

const char *time_text_clock(int64_t ns, char text[static TIME_TEXT_SIZE])
{
    int64_t fraction;
    time_t seconds = (time_t)whole_seconds(ns, &fraction);
    struct tm tm;

    gmtime_r(&seconds, &tm);
    *put_clock(text, &tm, fraction) = '\0';
    return text;
}

const char *time_text_iso(int64_t ns, char text[static TIME_TEXT_SIZE])
{
    int64_t fraction;
    time_t seconds = (time_t)whole_seconds(ns, &fraction);
    struct tm tm;
    char *at;

    gmtime_r(&seconds, &tm);
    at = decimal_put_padded(text, (uint64_t)tm.tm_year + 1900, 4); /* 1677 to 2262, in 64 bits */
    *at++ = '-';
    at = put_pair(at, tm.tm_mon + 1, '-');
    at = put_pair(at, tm.tm_mday, 'T');
    at = put_clock(at, &tm, fraction);
    *at++ = 'Z';
    *at = '\0';
    return text;
}

/* `places`: how many of the last digits are a fraction, which `scale` is 1 of. */
static const char *print_fixed(int64_t value, uint64_t scale, int places, char *text)
{
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    char *at = text;

    if (value < 0)
        *at++ = '-';
    at = decimal_put(at, size / scale);
    *at++ = '.';
    *decimal_put_padded(at, size, places) = '\0';
    return text;
}

const char *time_text_seconds(int64_t ns, char text[static TIME_TEXT_SIZE])
{
    return print_fixed(ns, NS_PER_SECOND, 9, text);
}

const char *time_text_milliseconds(int64_t ns, char text[static TIME_TEXT_SIZE])
{
    return print_fixed(ns, 1000000, 6, text);
}

const char *time_text_human(int64_t ns, char text[static TIME_TEXT_SIZE])
{
    double size = (double)ns;
    double magnitude = size < 0 ? -size : size;

    if (magnitude < 1e3)
        snprintf(text, TIME_TEXT_SIZE, "%" PRId64 " ns", ns);
    else if (magnitude < 999.5e3)
        snprintf(text, TIME_TEXT_SIZE, "%.3g µs", size / 1e3);
    else if (magnitude < 999.5e6)
        snprintf(text, TIME_TEXT_SIZE, "%.3g ms", size / 1e6);
    else if (magnitude < 120e9)
        snprintf(text, TIME_TEXT_SIZE, "%.3g s", size / 1e9);
    else if (magnitude < 7200e9)
        snprintf(text, TIME_TEXT_SIZE, "%" PRId64 " min %" PRId64 " s", ns / MINUTE,
                 imaxabs(ns) % MINUTE / NS_PER_SECOND);
    else
        snprintf(text, TIME_TEXT_SIZE, "%" PRId64 " h %" PRId64 " min", ns / HOUR,
                 imaxabs(ns) % HOUR / MINUTE);
    return text;
}

bool time_text_parse(const char *text, int64_t *ns, bool *negative)
{
    int64_t value = 0;
    int64_t scale = NS_PER_SECOND;
    int digits = 0;

    *negative = *text == '-';
    if (*text == '-' || *text == '+')
        text++;
    for (; *text >= '0' && *text <= '9'; text++, digits++) {
        if (value > (int64_t)SECONDS_MAX / 10 * NS_PER_SECOND)
            return false;
        value = value * 10 + (*text - '0') * (int64_t)NS_PER_SECOND;
    }
    if (*text == '.')
        text++;
    for (; *text >= '0' && *text <= '9'; text++, digits++) {
        scale /= 10; /* 0 beyond the nanosecond */
        value += (*text - '0') * scale;
    }
    if (digits == 0 || *text != '\0' || value > (int64_t)SECONDS_MAX * NS_PER_SECOND)
        return false;
    *ns = *negative ? -value : value;
    return true;
}
