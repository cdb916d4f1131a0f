/* Times as text: exact, in UTC, whatever the locale and the time zone. */
#ifndef TIME_TEXT_H
#define TIME_TEXT_H

#include <stdbool.h>
#include <stdint.h>

enum {
    TIME_TEXT_SIZE = 64,
    NS_PER_SECOND = 1000000000
};

/* Each writes into `text` and returns it. */

/* "2026-11-21T12:30:05.260068000Z" */
const char *time_text_iso(int64_t ns, char text[static TIME_TEXT_SIZE]);
/* "12:30:05.260068000" */
const char *time_text_clock(int64_t ns, char text[static TIME_TEXT_SIZE]);
/* "-0.020000000": a difference in seconds, to the nanosecond */
const char *time_text_seconds(int64_t ns, char text[static TIME_TEXT_SIZE]);
/* "1.037421": the same in milliseconds, without their name */
const char *time_text_milliseconds(int64_t ns, char text[static TIME_TEXT_SIZE]);
/* "1.5 µs", "87 ms", "2 h 3 min": a difference for people, about three digits */
const char *time_text_human(int64_t ns, char text[static TIME_TEXT_SIZE]);

/* Reads "1.5", "-0.05" or "+2" into nanoseconds. "-0" is negative too: it is the end of what is
 * counted from its end. False if the text is no such number, or beyond 10^9 seconds. */
bool time_text_parse(const char *text, int64_t *ns, bool *negative)
    __attribute__((warn_unused_result));

#endif
