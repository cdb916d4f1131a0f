/* What the generator of traces writes to: a capture at one point, or one on either side of a source
 * NAT. Says how a segment looks; when it is sent, and by whom, is in generate.c. */
#ifndef TRACE_H
#define TRACE_H

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>

enum sender {
    CLIENT,
    SERVER,
    SENDERS
};

/* Who talks, and what each end has sent so far. */
struct talk {
    char client[16];
    uint16_t port, outside_port; /* the client's, before and behind the NAT */
    uint16_t ip_id[SENDERS];
    uint32_t next[SENDERS]; /* sequence number of the next byte */
    uint32_t tsval[SENDERS], tsval_zero[SENDERS];
};

struct shape {
    enum sender sender;
    uint16_t flags;
    uint32_t seq, ack, len;
    uint32_t sack[2]; /* left and right edge; both 0: no block */
    bool lost;        /* between the points, or behind the only one */
};

/* Names two ends and their first numbers: the same `number`, the same talk. */
void talk_begin(struct talk *talk, uint32_t number);

struct trace {
    FILE *inside, *outside; /* outside: NULL without NAT */
    int64_t now_ns;         /* of the last segment */
    uint64_t segments;      /* at the inner point, which sees all */
};

/* Creates FOLDER/NAME.pcap; with `nat` also FOLDER/NAME-outside.pcap. Exits if it can't. */
void trace_open(struct trace *trace, const char *folder, const char *name, bool nat);

/* Writes a segment at `ts_ns` (nanoseconds since the trace began), or a few microseconds later if
 * another one was there. */
void trace_put(struct trace *trace, struct talk *talk, const struct shape *shape, int64_t ts_ns);

void trace_close(struct trace *trace);

#endif
