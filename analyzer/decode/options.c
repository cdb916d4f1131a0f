#include "decode/options.h"

#include <string.h>

#include "base/decimal.h"
#include "decode/numbers.h"

enum {
    FIXED = 20 /* bytes of the header before the options */
};

static const struct {
    uint8_t kind;
    const char *name;
} names[] = {
    {TCP_OPT_END,            "eol"   },
    {TCP_OPT_NOP,            "nop"   },
    {TCP_OPT_MSS,            "mss"   },
    {TCP_OPT_WSCALE,         "wscale"},
    {TCP_OPT_SACK_PERMITTED, "sackOK"},
    {TCP_OPT_SACK,           "sack"  },
    {TCP_OPT_TIMESTAMPS,     "ts"    },
    {TCP_OPT_MD5,            "md5"   },
    {TCP_OPT_AUTHENTICATION, "ao"    },
    {TCP_OPT_MULTIPATH,      "mptcp" },
    {TCP_OPT_FAST_OPEN,      "tfo"   },
    {TCP_OPT_EXPERIMENT,     "exp"   },
};

const char *options_name(const uint8_t *header, uint32_t captured, uint32_t at, uint32_t *size)
{
    uint8_t kind = header[at];

    *size = 1;
    if (kind != TCP_OPT_END && kind != TCP_OPT_NOP && at + 1 < captured && header[at + 1] >= 2)
        *size = header[at + 1];
    if (*size > captured - at)
        *size = captured - at;
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (names[i].kind == kind)
            return names[i].name;
    return NULL;
}

const char *options_print(const uint8_t *header, uint32_t captured, char text[static OPTIONS_TEXT])
{
    uint32_t end = captured > 12 ? (uint32_t)(header[12] >> 4) * 4 : 0;
    uint32_t size;
    char *to = text;

    for (uint32_t at = FIXED; at < end && at < captured; at += size) {
        const char *name = options_name(header, captured, at, &size);

        if (to > text)
            *to++ = ',';
        to = name != NULL ? stpcpy(to, name) : decimal_put(to, header[at]);
        if (header[at] == TCP_OPT_END)
            break;
    }
    if (end > captured)
        to = stpcpy(to, to > text ? ",..." : "...");
    *to = '\0';
    return text;
}
