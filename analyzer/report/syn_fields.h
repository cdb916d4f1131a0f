/* Two SYNs field by field, from the headers that a case keeps. */
#ifndef SYN_FIELDS_H
#define SYN_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SYN_FIELDS_MAX = 80, /* 40 bytes of options, one each, and the fixed fields */
    SYN_VALUE_SIZE = 64
};

struct syn_field {
    const char *name;  /* static; of an option: its kind's */
    bool ip;           /* it is of the IP header, not of TCP's */
    bool own;          /* another one in each connection: says nothing */
    uint32_t at, size; /* where it stands in its header */
    char value[SYN_VALUE_SIZE];
};

struct syn_headers {
    const uint8_t *ip, *tcp; /* borrowed */
    uint32_t ip_size, tcp_size;
};

/* Fills `fields` in the order of the bytes; how many. What was not captured is left out. */
size_t syn_fields(const struct syn_headers *headers,
                  struct syn_field fields[static SYN_FIELDS_MAX]);

#endif
