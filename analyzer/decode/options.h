/* The layout of TCP options, which tells one kind of sender from another. */
#ifndef OPTIONS_H
#define OPTIONS_H

#include <stdint.h>

enum {
    OPTIONS_TEXT = 256 /* room for 40 bytes of options, whatever they are */
};

/* Writes the kinds of the options in their order, as "mss,sackOK,ts,nop,wscale": tcpdump's names,
 * and the number where a kind has none. `header` is a TCP header of which `captured` bytes are
 * there; options that are cut end with "...". Returns `text`. */
const char *options_print(const uint8_t *header, uint32_t captured, char text[static OPTIONS_TEXT]);

/* The option at `at` of a TCP header: its name (static; NULL: it has none), and how many bytes it
 * takes, at least 1 and never beyond `captured`. */
const char *options_name(const uint8_t *header, uint32_t captured, uint32_t at, uint32_t *size);

#endif
