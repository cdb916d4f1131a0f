/* Writes a case: rows in, a database out, whole or not at all. */
#ifndef STORE_H
#define STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "survey/found.h"
#include "track/conntrack.h"
#include "track/state.h"

struct store;

/* Begins a case that will stand at `path`. It is built under a temporary name in the same folder
 * (`path` with ".part" added), which is replaced if it is left over. Caller ends with
 * store_close(), and after that store_publish() or store_discard(). */
enum status store_open(const char *path, struct store **out, struct error *err)
    __attribute__((warn_unused_result));

/* A row of `segment`, whose id is the count of those before it plus one. */
struct segment_row {
    const struct packet *packet; /* borrowed for the call */
    int64_t ts_ns;
    uint32_t leg_id;
    int dir;
    uint64_t frame;
    int64_t off;
    bool has_ack;
    int64_t ack_off;
    uint64_t seen_before; /* 0: none */
    unsigned marks;
};

struct icmp_row {
    const struct packet *packet; /* borrowed for the call */
    int64_t ts_ns;
    uint32_t point_id;
    uint64_t frame;
    uint32_t leg_id; /* 0: none */
    int dir;         /* of the segment that it quotes */
};

struct leg_row {
    uint32_t id, connection_id, point_id, path_position;
    const char *nat;   /* static */
    const char *encap; /* NULL: none */
    uint32_t encap_bytes[DIRS];
    int64_t first_ns, last_ns;
    const struct leg *leg;
    const struct track *track;
};

struct connection_row {
    uint32_t id;
    uint8_t client_version, server_version;
    struct endpoint client, server;
    int64_t first_ns, last_ns, handshake_ns; /* handshake 0: not seen whole */
    enum outcome outcome;
    uint32_t legs;
    float link_confidence; /* only if legs > 1 */
    enum link_method link_method;
    uint32_t reuse_of; /* 0: none */
    uint32_t leg_id;   /* nearest to the client */
};

/* What one kernel would have said of a segment. */
struct conntrack_row {
    uint64_t segment_id;
    uint32_t leg_id;
    const char *kernel;                    /* and its sysctls; borrowed for the call */
    const struct conntrack_result *result; /* likewise */
};

/* Rows, which a thread of the store's own takes over. An error is kept until store_close() tells
 * it; the rows after it are dropped. */
void store_segment(struct store *store, const struct segment_row *row);
void store_event(struct store *store, const struct event *event);
void store_icmp(struct store *store, const struct icmp_row *row);
void store_leg(struct store *store, const struct leg_row *row);
void store_connection(struct store *store, const struct connection_row *row);
void store_conntrack(struct store *store, const struct conntrack_row *row);
void store_reset(struct store *store, const struct reset *reset);

/* The headers of a leg's first SYN. Of IP and its extension headers at most 120 bytes are kept. */
void store_syn(struct store *store, uint32_t leg_id, uint64_t segment_id,
               const struct packet *packet);

void store_meta(struct store *store, const char *key, const char *value);
void store_remark(struct store *store, const char *kind, const char *text);

/* Points, captures and what was skipped of them. */
void store_survey(struct store *store, const struct survey *survey);

/* Whether there is such an error, so that more rows are of no use. */
bool store_has_failed(const struct store *store);

/* Waits for the thread, commits and closes, and frees the store. STATUS_OUTPUT and `err` if any row
 * could not be written; then the temporary file is gone. */
enum status store_close(struct store *store, struct error *err) __attribute__((warn_unused_result));

/* The temporary name, for what is done to a case before it is published. Caller frees. */
char *store_part_path(const char *path);

/* Gives the temporary file its name, once all of it is on disk; or removes it. */
enum status store_publish(const char *path, struct error *err) __attribute__((warn_unused_result));
void store_discard(const char *path);

#endif
