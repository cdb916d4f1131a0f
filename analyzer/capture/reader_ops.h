/* What is behind reader.h: the part that all formats share, and what each has to offer. For the
 * formats only. */
#ifndef READER_OPS_H
#define READER_OPS_H

#include "capture/reader.h"

struct reader_ops {
    const char *format;                                    /* 'pcap', 'pcapng', 'snoop' */
    bool (*recognises)(const uint8_t *front, size_t size); /* NULL: what all others do not */

    /* Reads what stands before the first frame. False, and why in reader->message, if there is
     * nothing that can be read. */
    bool (*open)(struct reader *reader);

    /* As reader_next(); not called again after any other result than READ_FRAME. */
    enum read_result (*next)(struct reader *reader, struct frame *frame);

    void (*close)(struct reader *reader); /* also after an open() that failed */
};

extern const struct reader_ops reader_pcap; /* by libpcap */
extern const struct reader_ops reader_pcapng;
extern const struct reader_ops reader_snoop;

struct reader {
    const struct reader_ops *ops;
    struct source *source;
    void *state; /* of the format */
    struct reader_interface *interfaces;
    size_t interfaces_count, interfaces_capacity;
    enum read_result ended; /* READ_FRAME: not yet */
    const char *comment;    /* borrowed from the format's state */
    char linktype[32];
    char message[256];
};

/* One more interface with its link type; the rest of it is zero, to be filled by the caller.
 * Valid until the next is added. */
struct reader_interface *reader_add_interface(struct reader *reader, int dlt);

#endif
