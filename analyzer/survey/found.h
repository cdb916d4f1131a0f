/* What pass 1 finds: which captures, points and legs there are, which legs are one connection, and
 * how the clocks differ. Everything that pass 2 must know before its first segment. */
#ifndef FOUND_H
#define FOUND_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/spill.h"
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
    int64_t ts_ns; /* raw */
    uint32_t tsval, tsecr;
    uint16_t copies; /* 0: not seen */
    uint16_t ip_id;  /* 0: none, or not told */
    bool has_tsval;
};

enum {
    SAMPLE_SYN,
    SAMPLE_SYNACK,
    SAMPLES
};

enum {
    WSCALE_CUT = 254, /* the capture ended before it, if it was there */
    WSCALE_ABSENT = 255,
};

/* What a SYN offered, for comparison only. */
struct syn_options {
    bool seen, sack, timestamps;
    uint8_t wscale; /* SCALE_MAX at most, or one of those above */
    uint16_t mss;   /* 0: absent */
};

/* A leg, as the survey keeps it. There is one for each leg of the captures, so it is small, and
 * most of them lie in a file: what the rest of the survey and pass 2 need of a leg that is over. */
struct leg_record {
    uint32_t point, number;
    struct handshake_sample samples[SAMPLES];
    int64_t first_ns, last_ns; /* raw */
    uint32_t isn[DIRS];
    uint32_t sketch;     /* place in survey.sketches, from 1; 0: none was taken */
    uint32_t connection; /* index into survey.links */
    uint32_t position;   /* along the path, 0 nearest to the client */
    struct endpoint client, server;
    struct syn_options options[DIRS];
    bool has_isn[DIRS];
    uint8_t ttl[DIRS];        /* of the first segment of each direction; 0: none yet */
    uint8_t scale_most[DIRS]; /* what its windows allow, where its SYN's was not seen */
    uint8_t version;
    bool flipped; /* the table takes the client for the server */
};

struct point {
    char *name;
    uint32_t input;
    char *interface;         /* name of a pcapng interface; NULL: none */
    uint32_t ifindex;        /* of SLL2 captures; 0: none */
    struct spill_array legs; /* struct leg_record, by number */
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
    size_t first; /* index into survey.members: survey_members() */
    uint32_t legs;
    float confidence;        /* only if legs > 1 */
    enum link_method method; /* the weakest that was needed */
};

struct sketch;

/* What the user knows better. */
struct survey_options {
    const struct nat_map *nat;        /* borrowed; NULL: none */
    struct filter *filter;            /* borrowed; NULL: all frames */
    const struct tunnel_map *tunnels; /* borrowed; NULL: only the usual ports */
    const char *path; /* points from client to server, comma separated; NULL: by evidence */
};

/* Names a record. */
struct leg_place {
    uint32_t point, number;
};

struct survey {
    const struct input_set *inputs;       /* borrowed */
    const struct survey_options *options; /* borrowed */
    struct remarks remarks;
    struct capture *captures;
    size_t captures_count, captures_capacity;
    struct point *points;
    size_t points_count, points_capacity;
    struct clock *clocks;         /* one for each input */
    struct spill *spill;          /* where all that grows with the legs is */
    struct spill_array links;     /* struct link: connections */
    struct spill_array members;   /* struct leg_place: legs of the connections, along the path */
    struct spill_array sketches;  /* struct sketch */
    struct leg_record **one_link; /* what survey_members() returns */
    struct comment *comments;
    size_t comments_count, comments_capacity;
    size_t sketches_begun;
    uint64_t ambiguous_legs; /* left apart since more than one partner was as good */
};

/* The record of a leg. It is as good as its pointer is new: see spill_at(). */
static inline struct leg_record *survey_record(const struct survey *survey, uint32_t point,
                                               uint32_t number)
{
    return spill_at(&survey->points[point].legs, number);
}

/* The record of a leg of pass 2. */
static inline struct leg_record *survey_leg(const struct survey *survey, const struct leg *leg)
{
    return survey_record(survey, leg->key.point, leg->number);
}

/* A connection, by its index. */
static inline struct link *survey_link_at(const struct survey *survey, size_t index)
{
    return spill_at(&survey->links, index);
}

/* The leg at a position of a connection. */
static inline struct leg_record *survey_member(const struct survey *survey, const struct link *link,
                                               uint32_t position)
{
    const struct leg_place *place = spill_at(&survey->members, link->first + position);

    return survey_record(survey, place->point, place->number);
}

/* All legs of a connection, nearest to the client first. Valid until the next call. */
struct leg_record **survey_members(const struct survey *survey, const struct link *link);

/* The sample of a leg's segments; NULL: none was taken. */
static inline struct sketch *survey_sketch(const struct survey *survey,
                                           const struct leg_record *record)
{
    return record->sketch != 0 ? spill_at(&survey->sketches, record->sketch - 1) : NULL;
}

/* The captures of all inputs, in the form that order_new() takes. Caller frees with free(). */
struct order_file *survey_files(const struct survey *survey);

#endif
