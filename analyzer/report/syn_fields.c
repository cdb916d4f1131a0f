#include "report/syn_fields.h"

#include <arpa/inet.h>
#include <stdio.h>

#include "decode/options.h"
#include "decode/view.h"

/* A run of bits of a header. */
struct layout {
    const char *name;
    uint8_t at, size; /* bytes */
    uint8_t shift, bits;
    bool own;
    enum {
        AS_NUMBER,
        AS_HEX,
        AS_ADDRESS
    } as;
};

/* RFC 791 §3.1, with RFC 2474 and 3168 for its second byte. */
static const struct layout ipv4[] = {
    {"version",         0,  1, 4,  4,  false, AS_NUMBER },
    {"header words",    0,  1, 0,  4,  false, AS_NUMBER },
    {"DSCP",            1,  1, 2,  6,  false, AS_NUMBER },
    {"ECN",             1,  1, 0,  2,  false, AS_NUMBER },
    {"total length",    2,  2, 0,  16, false, AS_NUMBER },
    {"identification",  4,  2, 0,  16, true,  AS_HEX    },
    {"don't fragment",  6,  1, 6,  1,  false, AS_NUMBER },
    {"more fragments",  6,  1, 5,  1,  false, AS_NUMBER },
    {"fragment offset", 6,  2, 0,  13, false, AS_NUMBER },
    {"time to live",    8,  1, 0,  8,  false, AS_NUMBER },
    {"protocol",        9,  1, 0,  8,  false, AS_NUMBER },
    {"header checksum", 10, 2, 0,  16, true,  AS_HEX    },
    {"source",          12, 4, 32, 0,  false, AS_ADDRESS},
    {"destination",     16, 4, 32, 0,  false, AS_ADDRESS},
};

/* RFC 8200 §3. */
static const struct layout ipv6[] = {
    {"version",        0,  1,  4,   4,  false, AS_NUMBER },
    {"traffic class",  0,  2,  4,   8,  false, AS_NUMBER },
    {"flow label",     0,  4,  0,   20, true,  AS_HEX    },
    {"payload length", 4,  2,  0,   16, false, AS_NUMBER },
    {"next header",    6,  1,  0,   8,  false, AS_NUMBER },
    {"hop limit",      7,  1,  0,   8,  false, AS_NUMBER },
    {"source",         8,  16, 128, 0,  false, AS_ADDRESS},
    {"destination",    24, 16, 128, 0,  false, AS_ADDRESS},
};

/* RFC 9293 §3.1. */
static const struct layout tcp[] = {
    {"source port",           0,  2, 0, 16, true,  AS_NUMBER},
    {"destination port",      2,  2, 0, 16, false, AS_NUMBER},
    {"sequence number",       4,  4, 0, 32, true,  AS_HEX   },
    {"acknowledgment number", 8,  4, 0, 32, false, AS_HEX   },
    {"data offset",           12, 1, 4, 4,  false, AS_NUMBER},
    {"reserved",              12, 1, 0, 4,  false, AS_NUMBER},
    {"flags",                 13, 1, 0, 8,  false, AS_HEX   },
    {"window",                14, 2, 0, 16, false, AS_NUMBER},
    {"checksum",              16, 2, 0, 16, true,  AS_HEX   },
    {"urgent pointer",        18, 2, 0, 16, false, AS_NUMBER},
};

#define LENGTH(array) (sizeof(array) / sizeof((array)[0]))

static void print_value(const struct layout *layout, const uint8_t *bytes,
                        char value[static SYN_VALUE_SIZE])
{
    uint64_t number = 0;

    if (layout->as == AS_ADDRESS) {
        inet_ntop(layout->size == 4 ? AF_INET : AF_INET6, bytes, value, SYN_VALUE_SIZE);
        return;
    }
    for (uint8_t i = 0; i < layout->size; i++)
        number = number << 8 | bytes[i];
    number = number >> layout->shift & (((uint64_t)1 << layout->bits) - 1);
    if (layout->as == AS_HEX)
        snprintf(value, SYN_VALUE_SIZE, "0x%llx", (unsigned long long)number);
    else
        snprintf(value, SYN_VALUE_SIZE, "%llu", (unsigned long long)number);
}

static size_t add_fixed(const struct layout *layout, size_t count, bool ip, const uint8_t *bytes,
                        uint32_t size, struct syn_field *fields)
{
    size_t added = 0;

    for (size_t i = 0; i < count; i++) {
        struct syn_field *field = &fields[added];

        if ((uint32_t)layout[i].at + layout[i].size > size)
            continue;
        *field = (struct syn_field){.name = layout[i].name,
                                    .ip = ip,
                                    .own = layout[i].own,
                                    .at = layout[i].at,
                                    .size = layout[i].size};
        print_value(&layout[i], bytes + layout[i].at, field->value);
        added++;
    }
    return added;
}

/* The value of an option, as a number where it is one. */
static void print_option(const uint8_t *option, uint32_t size, char value[static SYN_VALUE_SIZE])
{
    size_t used = 0;

    if (size == 3)
        snprintf(value, SYN_VALUE_SIZE, "%u", option[2]);
    else if (size == 4)
        snprintf(value, SYN_VALUE_SIZE, "%u", be16(option + 2));
    else if (size == 10)
        snprintf(value, SYN_VALUE_SIZE, "%lu, echo %lu", (unsigned long)be32(option + 2),
                 (unsigned long)be32(option + 6));
    else if (size <= 2)
        snprintf(value, SYN_VALUE_SIZE, "there");
    else
        for (uint32_t i = 2; i < size && used + 3 < SYN_VALUE_SIZE; i++)
            used += (size_t)snprintf(value + used, SYN_VALUE_SIZE - used, "%02x", option[i]);
}

static size_t add_options(const uint8_t *header, uint32_t size, struct syn_field *fields)
{
    size_t added = 0;
    uint32_t step;

    for (uint32_t at = 20; at < size; at += step) {
        struct syn_field *field = &fields[added++];
        const char *name = options_name(header, size, at, &step);

        *field = (struct syn_field){.name = name != NULL ? name : "option", .at = at, .size = step};
        field->own = step == 10 && header[at] == 8; /* timestamps */
        print_option(header + at, step, field->value);
        if (header[at] == 0)
            break;
    }
    return added;
}

size_t syn_fields(const struct syn_headers *headers, struct syn_field fields[static SYN_FIELDS_MAX])
{
    bool is_ipv6 = headers->ip_size > 0 && headers->ip[0] >> 4 == 6;
    size_t count = add_fixed(is_ipv6 ? ipv6 : ipv4, is_ipv6 ? LENGTH(ipv6) : LENGTH(ipv4), true,
                             headers->ip, headers->ip_size, fields);

    count += add_fixed(tcp, LENGTH(tcp), false, headers->tcp, headers->tcp_size, fields + count);
    return count + add_options(headers->tcp, headers->tcp_size, fields + count);
}
