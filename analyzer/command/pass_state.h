/* What pass 2 keeps of the legs and connections that are open: for the files pass*.c. */
#ifndef PASS_STATE_H
#define PASS_STATE_H

#include "base/spill.h"
#include "command/pass_conntrack.h"
#include "decode/decode.h"
#include "merge/duplicate.h"
#include "merge/journey.h"
#include "track/reuse.h"
#include "track/track.h"

/* One of the legs of a connection. */
struct open_member {
    uint64_t missed[DIRS]; /* bytes that its capture missed */
    bool has_missed;       /* any, also if they are accounted for by now */
    uint32_t leg_id;       /* in the database; 0: not seen yet */
};

/* A connection while any of its legs is open. */
struct open_connection {
    struct pass *pass;
    struct link link; /* as the survey has it */
    uint32_t number;  /* among the survey's links */
    uint32_t id;      /* in the database */
    /* Its ends as the leg nearest to the client has them, and as the last one has the server. */
    struct endpoint near[DIRS], server;
    uint8_t client_version, server_version;
    struct journey *journey; /* NULL: one leg */
    uint32_t legs_left;      /* not ended yet */
    uint32_t reuse_of;
    enum outcome outcome;
    int64_t first_ns, last_ns, handshake_ns;
    struct open_member members[]; /* by position */
};

/* A leg while it is in the table. */
struct open_leg {
    struct leg leg; /* first: the table's */
    struct track track;
    struct seen_leg seen;
    bool has_syn;                       /* its first SYN is stored */
    struct open_connection *connection; /* NULL: not in the survey */
    uint32_t id, position;              /* in the database; along the path */
    int64_t first_ns, last_ns;
    struct conntrack_leg *conntrack; /* NULL: not asked */
    char *encap;                     /* NULL: none */
    uint32_t encap_bytes[DIRS];
};

struct pass {
    struct survey *survey;
    struct store *store;
    struct leg_table *legs;
    struct tracker tracker;
    struct duplicates *duplicates;
    struct pass_conntrack *conntrack;
    struct spill_array
        connections;           /* by link, struct open_connection *: NULL: not begun, or over */
    struct decoder **decoders; /* by capture; NULL: not begun, or over */
    uint64_t *frames;          /* read of each capture */
    uint64_t segments;
    uint64_t given_up; /* segments whose sighting was not waited for to the end */
    uint64_t resets_given_up;
    uint32_t leg_ids, connection_ids;
    struct former former;       /* of the leg that was replaced last */
    uint32_t former_connection; /* the id of its connection */
    int64_t now_ns;             /* of the segment that is looked at */
    bool changed;               /* a file is no longer what the survey read */
};

/* The connection of the survey's link with that number, begun at `ts_ns` if it is not open. */
struct open_connection *pass_connection(struct pass *pass, uint32_t number, int64_t ts_ns);

/* A leg of it has ended, with this outcome. The connection is void after its last. */
void pass_connection_left(struct pass *pass, struct open_connection *connection,
                          enum outcome outcome);

/* Takes an event into the store; for all that emit them. */
void pass_note_event(void *context, const struct event *event);

/* The first segment of a leg: joins it to its connection. Sets pass->changed if the survey has no
 * such leg. */
void pass_leg_begin(struct pass *pass, struct open_leg *open, struct leg_hit *hit, int64_t ts_ns);

/* Its tuple had another leg before. */
void pass_leg_reuse(struct pass *pass, struct open_leg *open, int64_t raw_ns,
                    const struct tracked_segment *segment);

/* What every segment of a leg tells of it as a whole: its tunnels, and its first SYN. */
void pass_leg_note(struct pass *pass, struct open_leg *open, const struct tracked_segment *segment);

/* The RSTs of which all is known that can be. */
void pass_leg_resets(struct pass *pass, struct track *track, enum reset_when when);

/* For the table: a leg is over and quiet, or it leaves. */
void pass_leg_quiet(void *context, struct leg *leg);
void pass_leg_end(void *context, struct leg *leg);

#endif
