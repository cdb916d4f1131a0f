#include "decode/address.h"

#include <arpa/inet.h>
#include <stddef.h>
#include <string.h>

const char *address_print(const struct address *address, uint8_t version, char text[ADDRESS_TEXT])
{
    if (inet_ntop(version == 6 ? AF_INET6 : AF_INET, address->bytes, text, ADDRESS_TEXT) == NULL)
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
