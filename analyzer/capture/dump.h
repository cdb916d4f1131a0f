/* Writes frames into a classic pcap file, its times in nanoseconds. */
#ifndef DUMP_H
#define DUMP_H

#include <stdio.h>

#include "base/error.h"
#include "capture/reader.h"

struct dump;

/* Begins a capture of link type `dlt` in `file`, which stays the caller's and is not touched until
 * dump_close(). `name` is for messages, borrowed. STATUS_OUTPUT if the link type has no number in
 * pcap, or if it cannot be written. Caller ends with dump_close(). */
enum status dump_open(FILE *file, const char *name, int dlt, struct dump **out, struct error *err)
    __attribute__((warn_unused_result));

/* Writes the first `keep` bytes of the frame, under its raw time and its length on the wire. */
void dump_frame(struct dump *dump, const struct frame *frame, const uint8_t *bytes, uint32_t keep);

/* STATUS_OUTPUT if not all could be written. Frees; accepts NULL. */
enum status dump_close(struct dump *dump, struct error *err) __attribute__((warn_unused_result));

#endif
