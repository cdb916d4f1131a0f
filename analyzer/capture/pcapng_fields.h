/* A run of bytes out of a pcapng block, taken from its front in the byte order of its section.
 * Nothing is read past its end, whatever the lengths inside of it say. */
#ifndef PCAPNG_FIELDS_H
#define PCAPNG_FIELDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct pcapng_fields {
    const uint8_t *at; /* borrowed from the block */
    uint32_t left;
    bool big_endian;
};

/* Takes the next field. False, and nothing changed, if less than it is left. */
bool pcapng_take_u16(struct pcapng_fields *fields, uint16_t *value);
bool pcapng_take_u32(struct pcapng_fields *fields, uint32_t *value);

/* A number of 64 bits; its two halves lie in the byte order of the section (an option's value),
 * or the upper half is first in either of them (a packet's timestamp). */
bool pcapng_take_u64(struct pcapng_fields *fields, uint64_t *value);
bool pcapng_take_timestamp(struct pcapng_fields *fields, uint64_t *value);

/* Takes `size` bytes and what fills them up to a multiple of four. */
bool pcapng_take_bytes(struct pcapng_fields *fields, uint32_t size, struct pcapng_fields *bytes);

enum {
    PCAPNG_OPTION_COMMENT = 1 /* in every block */
};

enum pcapng_option_result {
    OPTION_TAKEN,
    OPTION_NONE,   /* the list is at its end */
    OPTION_BROKEN, /* it is longer than what is left */
};

struct pcapng_option {
    uint16_t code;
    struct pcapng_fields value;
};

/* Takes the next option off a list of them. */
enum pcapng_option_result pcapng_take_option(struct pcapng_fields *fields,
                                             struct pcapng_option *option);

/* A comment that grows: the lines of several options. Starts as zero; freed with free(text). */
struct pcapng_comment {
    char *text; /* NULL: never anything in it */
    size_t size, capacity;
};

/* Adds one option's text, up to its first zero; an empty one is left out. */
void pcapng_comment_add(struct pcapng_comment *comment, const struct pcapng_fields *value);

#endif
