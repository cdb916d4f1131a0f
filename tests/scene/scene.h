/* A scene: hosts that talk TCP along a path with NAT in it, captures that were taken on the way,
 * and the truth about all of it. Everything is drawn from one seed.
 *
 * The path is a row of stops, from the client's side to the server's. Hop i leads to stop i from
 * the side of the client; the last hop leads to the server. What is recorded at a stop belongs to
 * a point: a hairpin comes by one point twice, and a stop may be one host's alone. */
#ifndef SCENE_H
#define SCENE_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    SCENE_STOPS = 5,
    SCENE_POINTS = 8,
    SCENE_HOSTS = 6,
    SCENE_SERVERS = 4,
    SCENE_STEPS = 24,
    SCENE_SACKS = 3,
};

enum scene_dir {
    TO_SERVER,
    TO_CLIENT,
    SCENE_DIRS
};

enum scene_nat {
    NAT_NONE,
    NAT_SOURCE,
    NAT_TARGET,
    NAT_BOTH,
    NAT_TWICE,     /* two source NATs in a row */
    NAT_BALANCER,  /* the server's address becomes one of several */
    NAT_HAIRPIN,   /* out of a network and back into it, past the same point */
    NAT_64,        /* an IPv6 client, an IPv4 server */
    NAT_RENUMBERS, /* no NAT: a firewall that draws sequence numbers of its own */
    NAT_KINDS
};

/* --- the places ---------------------------------------------------------------------------- */

struct scene_hop {
    int64_t delay_ns[SCENE_DIRS];    /* at least */
    int64_t jitter_ns;               /* and at most so much more, but for the delayed */
    unsigned lost, doubled, delayed; /* of 10,000 */
    uint8_t routers;                 /* what it takes off the TTL */
    bool source_nat, target_nat, to_version_4, renumbers;
};

struct scene_stop {
    unsigned point;
    int only_host, only_server; /* -1: everyone's packets come by */
    bool wire_size;             /* no super-frames here */
};

/* What a clock says is the time plus the offset, and so on: the truth. */
struct scene_clock {
    int64_t offset_ns, drift_ppb;
    int64_t step_at_ns, step_ns; /* from then on; step_ns 0: it was never set */
};

/* One capture file. Its points share a clock. */
struct scene_input {
    struct scene_clock clock;
    bool nanoseconds;
    bool has_interfaces; /* `-i any`: each packet tells its interface */
    int64_t noise_ns;    /* a timestamp is that much late, at most */
};

struct scene_point {
    char name[24];
    unsigned input;
    uint32_t ifindex;         /* only with has_interfaces */
    int64_t begin_ns, end_ns; /* it recorded then */
    unsigned dropped;         /* of 10,000: frames that the capture itself missed */
};

/* --- the traffic --------------------------------------------------------------------------- */

struct scene_end {
    uint8_t version;
    uint16_t port;
    char addr[INET6_ADDRSTRLEN];
};

struct scene_tuple {
    struct scene_end client, server;
};

/* One end writes so much, so long after it had the step before. */
struct scene_step {
    enum scene_dir dir;
    uint32_t bytes;
    int64_t think_ns;
};

enum scene_fate {
    FATE_UNANSWERED,
    FATE_REFUSED,
    FATE_CLOSED_BY_CLIENT,
    FATE_CLOSED_BY_SERVER,
    FATE_RESET_BY_CLIENT,
    FATE_LEFT_OPEN,
    FATES
};

struct scene_connection {
    unsigned host, server;
    int64_t start_ns;
    enum scene_fate fate;
    uint32_t isn[SCENE_DIRS];
    struct scene_step steps[SCENE_STEPS];
    unsigned steps_count;
    bool timestamps;
    bool sack;
    int64_t tick_ns; /* of the timestamp clock */
    uint32_t ts_base[SCENE_DIRS];
    uint16_t mss[SCENE_DIRS];
    uint8_t wscale[SCENE_DIRS];
    uint8_t ttl[SCENE_DIRS];       /* as sent */
    uint32_t super[SCENE_DIRS];    /* largest segment that leaves the host, a multiple of the MSS */
    uint32_t window;               /* bytes under way at most */
    bool counts_ip_id[SCENE_DIRS]; /* else it is 0 */
    uint64_t payload;              /* what the bytes are drawn from */
    int64_t injected_at_ns;        /* after start_ns, someone on the way sends RSTs; 0: no one */
    unsigned injected_hop;
    struct scene_tuple sent;               /* as the client knows it */
    struct scene_tuple views[SCENE_STOPS]; /* as it is at each stop, also where it never comes by */
    uint32_t shift[SCENE_STOPS][SCENE_DIRS]; /* added to the sequence numbers that a stop sees */
    int64_t last_ns;                         /* when its last packet was gone */
};

/* A TCP segment as its sender made it. */
struct scene_packet {
    uint32_t connection;
    uint8_t dir;
    bool injected;      /* not by its sender, but by someone on the way: */
    uint8_t origin_hop; /* after so many hops of its direction */
    bool timestamps;
    uint8_t ttl;
    uint16_t flags; /* FRAME_* */
    uint16_t window;
    uint16_t ip_id;
    uint32_t seq, ack, len;
    uint32_t tsval, tsecr;
    uint8_t sacks; /* blocks in `sack`: begin and end */
    uint32_t sack[SCENE_SACKS][2];
};

/* A packet, or a piece of one, as it came by a stop. */
struct scene_sighting {
    int64_t at_ns;     /* the true time */
    int64_t raw_ns;    /* what the capture says; only with `frame` */
    uint32_t packet;   /* index into scene.packets */
    uint32_t from, to; /* which bytes of its payload */
    uint32_t frame;    /* number in its file, from 1; 0: not recorded */
    uint16_t copy;     /* 0; more where the network doubled it */
    uint16_t ip_id;
    uint8_t stop, ttl;
};

struct scene {
    uint64_t seed;
    enum scene_nat nat;
    bool exact;       /* captures miss nothing while they record */
    bool has_step;    /* a clock was set */
    bool shows_order; /* a router between any two stops: TTLs tell the order */
    bool storm;       /* very many short connections over few tuples */
    bool lures;       /* several connections have one ISN, or all say the same bytes */
    bool whole;       /* every capture has all that came by */
    bool doubles;     /* the network sends some packets twice */
    uint8_t version;  /* of the clients' addresses */
    unsigned hosts, servers, stops, points_count, inputs_count;
    struct scene_stop stop[SCENE_STOPS];
    struct scene_hop hop[SCENE_STOPS + 1];
    struct scene_point points[SCENE_POINTS];
    struct scene_input inputs[SCENE_POINTS];
    struct scene_connection *connections;
    size_t connections_count;
    struct scene_packet *packets;
    size_t packets_count, packets_capacity;
    struct scene_sighting *sightings; /* in the order of time */
    size_t sightings_count, sightings_capacity;
};

/* Makes the scene of a seed. `exact` asks for captures that miss nothing while they record, and
 * clocks that are never set: a scene in which every loss can be told. Caller frees with
 * scene_free(). */
struct scene *scene_make(uint64_t seed, bool exact);

void scene_free(struct scene *scene); /* accepts NULL */

const char *scene_nat_name(enum scene_nat nat); /* static */

/* Whether a connection's packets come by a stop. */
bool scene_passes(const struct scene *scene, const struct scene_connection *connection,
                  unsigned stop);

/* What the clock of an input says at a time. */
int64_t scene_raw_time(const struct scene_input *input, int64_t at_ns);

#endif
