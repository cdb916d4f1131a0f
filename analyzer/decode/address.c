#include "decode/address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

#include "base/decimal.h"

/* Not by inet_ntop(), which prints: four addresses for each connection are stored. */
static const char *print_ipv4(const uint8_t bytes[static 4], char text[ADDRESS_TEXT])
{
    char *at = text;

    for (int i = 0; i < 4; i++) {
        at = decimal_put(at, bytes[i]);
        *at++ = i < 3 ? '.' : '\0';
    }
    return text;
}

const char *address_print(const struct address *address, uint8_t version, char text[ADDRESS_TEXT])
{
    if (version != 6)
        return print_ipv4(address->bytes, text);
    if (inet_ntop(AF_INET6, address->bytes, text, ADDRESS_TEXT) == NULL)
        text[0] = '\0';
    return text;
}

bool address_parse(const char *text, struct address *address, uint8_t *version)
{
    memset(address, 0, sizeof *address);
    *version = strchr(text, ':') != NULL ? 6 : 4;
    return inet_pton(*version == 6 ? AF_INET6 : AF_INET, text, address->bytes) == 1;
}

bool endpoint_equal(const struct endpoint *a, const struct endpoint *b)
{
    return a->port == b->port && memcmp(&a->addr, &b->addr, sizeof a->addr) == 0;
}
