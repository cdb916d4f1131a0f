/* A picture of one connection: its time-sequence diagram in a range of time, or the ladder of its
 * segments. It is given the segments in the order of time and keeps of them what can be seen. */
#ifndef PICTURE_H
#define PICTURE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "picture/graph.h"
#include "picture/ladder.h"
#include "picture/ladder_missing.h"
#include "picture/mark.h"

/* Data of the drawn direction, or several of it that fall on one column of the picture. */
struct picture_bar {
    int64_t ts_ns, off, len;
};

/* The highest ACK of the drawn direction's data rose to `off`. */
struct picture_step {
    int64_t ts_ns, off;
};

struct picture_mark {
    int64_t ts_ns, off;
};

struct picture_marks {
    struct picture_mark *items;
    size_t count, capacity;
};

/* A leg in the picture: what one point saw. */
struct picture_trace {
    int64_t leg; /* 0: a finding says that nothing came there; in ladders only */
    char *data_legend, *ack_legend;
    char *lane[2];       /* its point; the end that NAT gave another name there, or nothing */
    int64_t level;       /* the highest ACK so far */
    int64_t level_first; /* that of before the picture's range */
    struct picture_bar *bars;
    size_t bars_count, bars_capacity;
    struct picture_step *steps;
    size_t steps_count, steps_capacity;
};

/* How far the receiver lets the sender go, as seen nearest to the sender. */
struct picture_window {
    bool known;   /* the scales are: a SYN was seen */
    int scale[2]; /* of the client's windows, of the server's */
    size_t trace; /* whose ACKs tell it */
    char *legend;
    int64_t first; /* that of before the picture's range; 0: none */
    struct picture_step *steps;
    size_t steps_count, steps_capacity;
};

/* A SACK block, as seen nearest to the sender of the data that it is about. */
struct picture_sack {
    int64_t ts_ns, off, len;
    int dir; /* of the data */
};

/* A segment that the picture names in words. */
struct picture_label {
    int64_t segment;
    char *text;
    bool placed; /* the segment came: ts_ns and off are known */
    int64_t ts_ns, off;
};

enum picture_kind {
    PICTURE_SEQUENCE,
    PICTURE_LADDER,
    PICTURE_GRAPH, /* not drawn here: the data of a graph in report.html */
};

/* The texts are gnuplot's strings, quoted and safe. */
struct picture {
    enum picture_kind kind;
    int64_t connection;
    char *name; /* of its files, without folder and suffix */
    char *title;
    char *subtitle[2];            /* lines below the title */
    char *range_note;             /* what part of the connection this is; NULL: all of it */
    int dir;                      /* the direction whose data is drawn: the one with more payload */
    int64_t segments;             /* of the connection, at the point that saw most */
    int64_t origin_ns;            /* the connection's first segment: 0 on the axis of time */
    int64_t from_ns, to_ns;       /* what is drawn, both ends included */
    bool is_part;                 /* not all of the connection */
    struct picture_trace *traces; /* from the client to the server */
    size_t traces_count, traces_capacity;
    struct picture_label *labels;
    size_t labels_count, labels_capacity;
    struct picture_marks marks[MARKS];
    struct picture_window window;
    struct picture_sack *sacks;
    size_t sacks_count, sacks_capacity;
    int64_t column_ns; /* bars and steps closer than that are one; 0: none are */
    int64_t gap_bytes; /* … if no more than that lies between */
    char *client, *server;
    struct ladder ladder;
    struct ladder_missing missing; /* the trace without a leg */
    struct graph *graph;
};

/* One segment for a picture. */
struct picture_segment {
    int64_t id, ts_ns;
    int dir;
    int64_t off, len;
    bool has_ack;
    int64_t ack_off;
    unsigned flags;
    unsigned mark_bits;  /* of its events */
    int64_t seen_before; /* its sighting at the neighbouring point; 0: none */
    int64_t frame;       /* its number in its file */
    int64_t case_frame;  /* … and in the case */
    int64_t win;
    int ttl;
};

/* Adds a segment that belongs to the trace `trace`. Of many plain segments those that fall on the
 * same spot are kept as one; a segment with a mark is always kept. */
void picture_add(struct picture *picture, size_t trace, const struct picture_segment *s);

/* Adds a SACK block that came by at the trace `trace`; nothing if another one is nearer to the
 * sender, or if it is out of what is drawn. */
void picture_add_sack(struct picture *picture, size_t trace, const struct picture_sack *sack);

/* The lowest and the highest sequence number that is drawn, but for the window, which may be far
 * above; false if nothing is. */
bool picture_extent(const struct picture *picture, int64_t *low, int64_t *high);

/* Frees what the picture holds, not the picture itself. */
void picture_done(struct picture *picture);

#endif
