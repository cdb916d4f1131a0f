/* Addresses as text. */
#ifndef ADDRESS_H
#define ADDRESS_H

#include "decode/packet.h"

enum {
    ADDRESS_TEXT = 46 /* of an IPv6 address, with the end of the text */
};

/* Writes the address as people write it (RFC 5952 for IPv6) and returns `text`. `version` is 4 or
 * 6. */
const char *address_print(const struct address *address, uint8_t version, char text[ADDRESS_TEXT]);

/* Whether two ends have the same address and port. */
bool endpoint_equal(const struct endpoint *a, const struct endpoint *b);

/* Reads an IPv4 or IPv6 address; `*version` says which. False if the text is none. */
bool address_parse(const char *text, struct address *address, uint8_t *version);

#endif
