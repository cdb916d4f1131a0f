/* A section of a pcapng capture: its interfaces, and what was counted at them. */
#ifndef PCAPNG_SECTION_H
#define PCAPNG_SECTION_H

#include "capture/pcapng_block.h"
#include "capture/reader_ops.h"

/* What must be known of an interface beside what the reader gives out. */
struct section_interface {
    int64_t offset_s; /* to be added to its times */
    uint64_t dropped; /* as its packets tell, summed */
};

struct pcapng_section {
    struct reader *reader;         /* borrowed; gets the interfaces */
    size_t first;                  /* interface 0 of the section in the reader's list */
    struct pcapng_comment comment; /* of all sections up to here */
    struct section_interface *interfaces;
    size_t count, capacity;
};

/* Each takes in a block whose body is still whole. READ_FRAME: done; otherwise READ_DAMAGED, and
 * the reader's message says why. */
enum read_result pcapng_section_begin(struct pcapng_section *section, struct pcapng_block *block);
enum read_result pcapng_section_interface(struct pcapng_section *section,
                                          struct pcapng_block *block);
enum read_result pcapng_section_statistics(struct pcapng_section *section,
                                           struct pcapng_block *block);

/* Adds packets that were lost between two of interface `number`. */
void pcapng_section_dropped(struct pcapng_section *section, uint32_t number, uint64_t count);

void pcapng_section_done(struct pcapng_section *section);

#endif
