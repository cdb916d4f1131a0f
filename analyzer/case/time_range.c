#include "case/time_range.h"

#include <stdbool.h>
#include <stddef.h>

#include "base/time_text.h"

static enum status check(const char *option, const char *text, struct error *err)
{
    bool negative;
    int64_t ns;

    if (text == NULL || time_text_parse(text, &ns, &negative))
        return STATUS_OK;
    return error_set(
        err, STATUS_USAGE,
        "%s %s: not a time: \"1.5\" is 1.5 s after the start, \"-0.02\" is 20 ms before"
        " the end",
        option, text);
}

enum status time_range_check(const struct time_range *range, struct error *err)
{
    enum status status = check("--from", range->from, err);

    return status != STATUS_OK ? status : check("--to", range->to, err);
}

/* `text` as a time on the common clock, or `otherwise` without it. */
static int64_t moment(const char *text, int64_t first_ns, int64_t last_ns, int64_t otherwise)
{
    bool negative;
    int64_t ns;

    if (text == NULL || !time_text_parse(text, &ns, &negative))
        return otherwise;
    return negative ? last_ns + ns : first_ns + ns;
}

void time_range_apply(const struct time_range *range, int64_t first_ns, int64_t last_ns,
                      int64_t *from_ns, int64_t *to_ns)
{
    *from_ns = moment(range->from, first_ns, last_ns, first_ns);
    *to_ns = moment(range->to, first_ns, last_ns, last_ns);
    if (*from_ns < first_ns)
        *from_ns = first_ns;
    if (*to_ns > last_ns)
        *to_ns = last_ns;
}
