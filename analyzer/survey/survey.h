/* Pass 1: which captures, points and legs there are, which legs are one connection, and how the
 * clocks differ. Everything that pass 2 must know before its first segment. */
#ifndef SURVEY_H
#define SURVEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "capture/filter.h"
#include "capture/input.h"
#include "capture/order.h"
#include "decode/packet.h"
#include "decode/tunnel.h"
#include "survey/leg.h"
#include "survey/nat_map.h"
#include "survey/remark.h"

/* One capture file. Times are raw: as the file says. */
struct capture {
    const char *path; /* borrowed from the inputs */
    uint32_t input;
    bool has_point; /* all its segments are of one point */
    uint32_t point;
    const char *format; /* static */
    char linktype[32];
    char sha256[SHA256_TEXT];
    uint32_t snaplen;
    uint64_t first_frame; /* frames run on over all captures, from 1 */
    uint64_t packets, segments, icmp_errors;
    uint64_t skipped[SKIP_REASONS];
    int64_t first_ns, last_ns; /* only if packets > 0 */
    enum read_result end;
    char message[256];          /* why it is not complete */
    uint32_t *interface_points; /* of pcapng's interfaces: their point + 1; 0: not known yet */
    size_t interfaces;
    bool has_dropped;
    uint64_t dropped; /* packets that the capture itself says it missed */
};

/* What somebody wrote into a pcapng file. */
struct comment {
    uint32_t capture;
    uint64_t frame; /* number in the file; 0: about the whole file */
    char *text;
};

/* One of the handshake's segments, as first seen on a leg. */
struct handshake_sample {
    bool has_tsval;
    bool cut;        /* the capture ended before the options did: a TSval may be missing */
    uint16_t copies; /* 0: not seen */
    uint16_t ip_id;  /* 0: none, or not told */
    uint32_t tsval, tsecr;
    int64_t ts_ns; /* raw */
};

enum {
    SAMPLE_SYN,
    SAMPLE_SYNACK,
    SAMPLES
};

/* What a SYN offered, for comparison only. */
struct syn_options {
    bool seen, sack, timestamps;
    uint8_t wscale; /* 255: absent */
    uint16_t mss;   /* 0: absent */
};

struct sketch;
struct scale_watch;

/* A leg, as the survey keeps it until the end. */
struct leg_record {
    uint32_t point, number;
    uint8_t version;
    bool flipped; /* the table takes the client for the server */
    bool has_isn[DIRS];
    uint32_t isn[DIRS];
    struct endpoint client, server;
    struct syn_options options[DIRS];
    struct handshake_sample samples[SAMPLES];
    int64_t first_ns, last_ns; /* raw */
    uint8_t ttl[DIRS];         /* of the first segment of each direction; 0: none yet */
    uint64_t segments;
    struct sketch *sketch;      /* a sample of its segments; NULL: none was taken */
    struct scale_watch *scales; /* NULL: its handshake was seen */
    uint32_t connection;        /* index into survey.links */
    uint32_t position;          /* along the path, 0 nearest to the client */
    uint64_t gap[DIRS];         /* bytes that its capture missed; pass 2 */
    bool has_gap;               /* or had */
    uint32_t leg_id;            /* in the database; set in pass 2, 0: not seen there yet */
};

struct point {
    char *name;
    uint32_t input;
    char *interface;  /* name of a pcapng interface; NULL: none */
    uint32_t ifindex; /* of SLL2 captures; 0: none */
    struct leg_record *legs;
    size_t legs_count, legs_capacity;
};

/* How a clock was fitted to the common one. */
enum clock_method {
    CLOCK_NONE,      /* nothing joins it to the others: left as it is */
    CLOCK_REFERENCE, /* the common clock is this one */
    CLOCK_AGREES,    /* it may be the same: left as it is */
    CLOCK_OFFSET,    /* a constant was taken off */
    CLOCK_DRIFT,     /* and a rate */
    CLOCK_STEP,      /* it was set while it recorded: right only before that */
};

const char *clock_method_name(enum clock_method method); /* static */

/* What the files of one input share: a clock, and the time in which they recorded. */
struct clock {
    struct clock_map map;
    enum clock_method method;
    bool has_error;
    int64_t error_ns;            /* how far it may be off, while others saw the same connections */
    int64_t step_at_ns, step_ns; /* only CLOCK_STEP: when, by its own time, and how far */
    bool has_frames;
    int64_t first_ns, last_ns; /* raw */
    bool has_drops;            /* it says itself that it missed packets */
};

/* What showed that legs are one connection, strongest first. */
enum link_method {
    LINK_NONE,
    LINK_HANDSHAKE,
    LINK_FINGERPRINT,
    LINK_NAT_MAP,
    LINK_PAYLOAD
};

const char *link_method_name(enum link_method method); /* static */

/* Legs that are one connection. */
struct link {
    size_t first; /* index into survey.members */
    uint32_t legs;
    float confidence;        /* only if legs > 1 */
    enum link_method method; /* the weakest that was needed */
    uint32_t connection_id;  /* in the database; set in pass 2, 0: not seen there yet */
};

/* What the user knows better. */
struct survey_options {
    const struct nat_map *nat;        /* borrowed; NULL: none */
    struct filter *filter;            /* borrowed; NULL: all frames */
    const struct tunnel_map *tunnels; /* borrowed; NULL: only the usual ports */
    const char *path; /* points from client to server, comma separated; NULL: by evidence */
};

struct survey {
    const struct input_set *inputs;       /* borrowed */
    const struct survey_options *options; /* borrowed */
    struct remarks remarks;
    struct capture *captures;
    size_t captures_count, captures_capacity;
    struct point *points;
    size_t points_count, points_capacity;
    struct clock *clocks; /* one for each input */
    struct link *links;   /* connections */
    size_t links_count;
    struct leg_record **members; /* legs of the connections, along the path */
    size_t members_count;
    struct comment *comments;
    size_t comments_count, comments_capacity;
    size_t sketches_count;
    uint64_t ambiguous_legs; /* left apart since more than one partner was as good */
};

/* Reads all captures, links the legs and fits the clocks. `inputs` and `options` are borrowed until
 * survey_done(). STATUS_INPUT and `err` if an input can't be read at all; then all others that
 * can't were named on stderr. */
enum status survey_run(struct survey *survey, const struct input_set *inputs,
                       const struct survey_options *options, struct error *err)
    __attribute__((warn_unused_result));

void survey_done(struct survey *survey);

/* The point of a frame: its input, or one of its interfaces, which pcapng names and SLL2 numbers.
 * `reader` is the frame's. The point is made when it is new and `create` is set, else NULL is
 * returned. Valid until the next point is made. */
struct point *survey_point(struct survey *survey, struct capture *capture,
                           const struct reader *reader, const struct frame *frame, uint32_t ifindex,
                           bool create);

/* The record of a leg of pass 2. */
static inline struct leg_record *survey_leg(const struct survey *survey, const struct leg *leg)
{
    return &survey->points[leg->key.point].legs[leg->number];
}

/* The captures of one input, in the form that order_new() takes. Caller frees with free(). */
struct order_file *survey_files(const struct survey *survey);

/* Names the points of an input, whose captures were read. One that had no segment gets a point as
 * well: that it saw nothing is a fact. An interface is named only where there are several. */
void survey_finish_points(struct survey *survey, struct capture *captures, size_t count);

/* The parts of survey_run(), in their order. */
void survey_link(struct survey *survey);   /* link.c */
void survey_roles(struct survey *survey);  /* roles.c */
void survey_clocks(struct survey *survey); /* clock.c */
void survey_paths(struct survey *survey);  /* path.c */

/* The place of a point in options->path, from 0; -1 if it is not in it. */
int survey_path_rank(const struct survey *survey, uint32_t point);

#endif
