#include "store/store.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "decode/address.h"
#include "store/case.h"
#include "store/writing.h"

char *store_part_path(const char *path)
{
    return memory_print("%s.part", path);
}

static const struct {
    const char *name;
    int columns;
} tables[TABLES] = {
    [TABLE_META] = {"meta",       2 },
    [TABLE_POINT] = {"point",      7 },
    [TABLE_CAPTURE] = {"capture",    15},
    [TABLE_SKIPPED] = {"skipped",    3 },
    [TABLE_COMMENT] = {"comment",    4 },
    [TABLE_REMARK] = {"remark",     3 },
    [TABLE_CONNECTION] = {"connection", 14},
    [TABLE_LEG] = {"leg",        58},
    [TABLE_ICMP] = {"icmp",       14},
    [TABLE_CONNTRACK] = {"conntrack",  7 },
    [TABLE_RESET] = {"reset",      26},
    [TABLE_SYN] = {"syn",        7 },
};

static void store_free(struct store *store)
{
    feed_close(&store->segments);
    feed_close(&store->events);
    for (int i = 0; i < TABLES; i++)
        insert_close(&store->tables[i]);
    sqlite3_close(store->db);
    if (store->fd >= 0)
        close(store->fd); /* not before SQLite: its locks on the file would go */
    free(store->part);
    free(store);
}

static int open_tables(struct store *store)
{
    int rc;

    rows_segment_feed(&store->segments);
    rows_event_feed(&store->events);
    if ((rc = feed_open(&store->segments, store->db)) != SQLITE_OK ||
        (rc = feed_open(&store->events, store->db)) != SQLITE_OK)
        return rc;
    for (int i = 0; i < TABLES && rc == SQLITE_OK; i++)
        rc = insert_open(&store->tables[i], store->db, tables[i].name, tables[i].columns);
    return rc;
}

enum status store_open(const char *path, struct store **out, struct error *err)
{
    struct store *store = memory_zalloc(sizeof *store);
    struct error reason;
    enum status status;

    *out = NULL;
    store->fd = -1;
    store->part = store_part_path(path);
    unlink(store->part);
    status = case_create(store->part, &store->db, err);
    if (status != STATUS_OK)
        goto out;
    if (open_tables(store) != SQLITE_OK ||
        sqlite3_exec(store->db, "BEGIN", NULL, NULL, NULL) != SQLITE_OK) {
        case_explain(store->db, &reason);
        status = error_set(err, STATUS_OUTPUT, "%s: %.900s", store->part, reason.text);
        goto out;
    }
    store->fd = open(store->part, O_RDONLY | O_CLOEXEC);
    store->writer = writer_new(store->db, store->fd, true);
    for (int i = 0; i < TABLES; i++)
        store->tables[i].writer = store->writer;
    *out = store;
    return STATUS_OK;
out:
    unlink(store->part);
    store_free(store);
    return status;
}

bool store_has_failed(const struct store *store)
{
    return writer_has_failed(store->writer);
}

void store_segment(struct store *store, const struct segment_row *row)
{
    rows_add_segment(store->writer, &store->segments, row);
}

void store_event(struct store *store, const struct event *event)
{
    rows_add_event(store->writer, &store->events, event);
}

void store_icmp(struct store *store, const struct icmp_row *row)
{
    const struct icmp_error *icmp = &row->packet->icmp;
    char text[ADDRESS_TEXT];
    struct insert *insert = &store->tables[TABLE_ICMP];

    insert_null(insert); /* id */
    insert_integer(insert, row->ts_ns);
    insert_integer(insert, row->point_id);
    insert_integer(insert, (int64_t)row->frame);
    insert_integer(insert, icmp->type);
    insert_integer(insert, icmp->code);
    insert_integer(insert, row->packet->version);
    insert_text(insert, address_print(&icmp->src, row->packet->version, text));
    insert_integer(insert, row->packet->ttl);
    insert_optional(insert, row->leg_id != 0, row->leg_id);
    insert_optional(insert, row->leg_id != 0, row->dir);
    insert_optional(insert, icmp->mtu != 0, icmp->mtu);
    insert_integer(insert, icmp->quoted_ttl);
    insert_optional(insert, icmp->has_quoted_seq, icmp->quoted_seq);
    insert_run(insert);
}

static void bind_endpoint(struct insert *insert, const struct endpoint *end, uint8_t version)
{
    char text[ADDRESS_TEXT];

    insert_text(insert, address_print(&end->addr, version, text));
    insert_integer(insert, end->port);
}

/* How many rows have which flag, and how many of them the point had seen before. */
static void bind_flags(struct insert *insert, const struct half *half)
{
    uint32_t syns = half[DIR_CLIENT].again.syns + half[DIR_SERVER].again.syns;
    uint32_t synacks = half[DIR_CLIENT].again.synacks + half[DIR_SERVER].again.synacks;
    int dir;

    insert_integer(insert, half[DIR_CLIENT].syns + half[DIR_SERVER].syns + syns);
    insert_integer(insert, half[DIR_CLIENT].synacks + half[DIR_SERVER].synacks + synacks);
    for (dir = 0; dir < DIRS; dir++)
        insert_integer(insert, half[dir].fins + half[dir].again.fins);
    for (dir = 0; dir < DIRS; dir++)
        insert_integer(insert, half[dir].rsts + half[dir].again.rsts);
    insert_integer(insert, syns);
    insert_integer(insert, synacks);
    for (dir = 0; dir < DIRS; dir++)
        insert_integer(insert, half[dir].again.fins);
    for (dir = 0; dir < DIRS; dir++)
        insert_integer(insert, half[dir].again.rsts);
}

static void bind_life(struct insert *insert, const struct life *life)
{
    int dir;

    insert_text(insert, opening_name(life->opening));
    insert_text(insert, life->syn_id != 0 ? syn_answer_name(life->syn_answer) : NULL);
    insert_optional(insert, life->has_icmp, life->icmp_type);
    insert_optional(insert, life->has_icmp, life->icmp_code);
    for (dir = 0; dir < DIRS; dir++)
        insert_text(insert, tcp_state_name(life_state(life, dir)));
    for (dir = 0; dir < DIRS; dir++)
        insert_optional(insert, life_since_ns(life, dir) != 0, life_since_ns(life, dir));
}

/* The columns that come in pairs: first what the client's half says, then the server's. */
static void bind_halves(struct insert *insert, const struct leg_row *row)
{
    const struct half *half = row->track->half;
    int dir;

    for (dir = 0; dir < DIRS; dir++)
        insert_optional(insert, row->leg->has_isn[dir], row->leg->isn[dir]);
    for (dir = 0; dir < DIRS; dir++)
        insert_optional(insert, half[dir].syn.has_mss, half[dir].syn.mss);
    for (dir = 0; dir < DIRS; dir++)
        insert_optional(insert, half[dir].syn.has_wscale, half[dir].syn.wscale);
    for (dir = 0; dir < DIRS; dir++)
        insert_optional(insert, half[dir].has_syn, half[dir].syn.has_sack_permitted);
    for (dir = 0; dir < DIRS; dir++)
        insert_optional(insert, half[dir].has_syn, half[dir].syn.has_timestamps);
    for (dir = 0; dir < DIRS; dir++)
        insert_optional(insert, half[dir].has_ttl, half[dir].ttl_min);
    for (dir = 0; dir < DIRS; dir++)
        insert_optional(insert, half[dir].has_ttl, half[dir].ttl_max);
    for (dir = 0; dir < DIRS; dir++)
        insert_optional(insert, half[dir].has_win_max, half[dir].win_max);
    for (dir = 0; dir < DIRS; dir++)
        insert_integer(insert, (int64_t)half[dir].segments);
    for (dir = 0; dir < DIRS; dir++)
        insert_integer(insert, (int64_t)half[dir].bytes);
    for (dir = 0; dir < DIRS; dir++)
        insert_integer(insert, (int64_t)half[dir].sightings);
    bind_flags(insert, half);
    bind_life(insert, &row->track->life);
}

void store_leg(struct store *store, const struct leg_row *row)
{
    struct insert *insert = &store->tables[TABLE_LEG];
    struct endpoint client = leg_end(row->leg, DIR_CLIENT), server = leg_end(row->leg, DIR_SERVER);
    uint8_t version = (uint8_t)row->leg->key.version;

    insert_integer(insert, row->id);
    insert_integer(insert, row->connection_id);
    insert_integer(insert, row->point_id);
    insert_integer(insert, row->path_position);
    bind_endpoint(insert, &client, version);
    bind_endpoint(insert, &server, version);
    insert_text(insert, row->encap);
    for (int dir = 0; dir < DIRS; dir++)
        insert_integer(insert, row->encap_bytes[dir]);
    insert_text(insert, row->nat);
    bind_halves(insert, row);
    insert_integer(insert, row->first_ns);
    insert_integer(insert, row->last_ns);
    insert_integer(insert, (int64_t)row->track->first_segment);
    insert_integer(insert, (int64_t)row->track->last_segment);
    insert_run(insert);
}

void store_connection(struct store *store, const struct connection_row *row)
{
    struct insert *insert = &store->tables[TABLE_CONNECTION];

    insert_integer(insert, row->id);
    bind_endpoint(insert, &row->client, row->client_version);
    bind_endpoint(insert, &row->server, row->server_version);
    insert_integer(insert, row->first_ns);
    insert_integer(insert, row->last_ns);
    insert_text(insert, outcome_name(row->outcome));
    insert_integer(insert, row->legs);
    insert_text(insert, row->legs > 1 ? link_method_name(row->link_method) : NULL);
    insert_real(insert, row->legs > 1, (double)row->link_confidence);
    insert_optional(insert, row->reuse_of != 0, row->reuse_of);
    insert_optional(insert, row->handshake_ns != 0, row->handshake_ns);
    insert_integer(insert, row->leg_id);
    insert_run(insert);
}

void store_conntrack(struct store *store, const struct conntrack_row *row)
{
    struct insert *insert = &store->tables[TABLE_CONNTRACK];
    const struct conntrack_result *result = row->result;

    insert_integer(insert, (int64_t)row->segment_id);
    insert_integer(insert, row->leg_id);
    insert_text(insert, row->kernel);
    insert_text(insert, conntrack_verdict_name(result->verdict));
    insert_text(insert, conntrack_reason_name(result->reason));
    insert_optional(insert, result->has_bound, result->bound);
    insert_optional(insert, result->has_bound, result->margin);
    insert_run(insert);
}

void store_meta(struct store *store, const char *key, const char *value)
{
    struct insert *insert = &store->tables[TABLE_META];

    insert_text(insert, key);
    insert_text(insert, value);
    insert_run(insert);
}

void store_remark(struct store *store, const char *kind, const char *text)
{
    struct insert *insert = &store->tables[TABLE_REMARK];

    insert_null(insert); /* id */
    insert_text(insert, kind);
    insert_text(insert, text);
    insert_run(insert);
}

enum status store_close(struct store *store, struct error *err)
{
    enum status status = STATUS_OK;
    struct error reason;
    int rc;

    writer_flush(store->writer, &store->segments);
    writer_flush(store->writer, &store->events);
    for (int i = 0; i < TABLES; i++)
        writer_flush(store->writer, &store->tables[i].feed);
    rc = writer_end(store->writer, &reason);
    if (rc == SQLITE_OK) {
        rc = sqlite3_exec(store->db, indexes_sql, NULL, NULL, NULL);
        if (rc == SQLITE_OK)
            rc = sqlite3_exec(store->db, "COMMIT", NULL, NULL, NULL);
        if (rc != SQLITE_OK)
            case_explain(store->db, &reason);
    }
    if (rc != SQLITE_OK) {
        status = error_set(err, STATUS_OUTPUT, "%s: %.900s", store->part, reason.text);
        unlink(store->part);
    }
    store_free(store);
    return status;
}

/* A name is on disk only when its folder is. */
static int sync_path(const char *path)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC), result;

    if (fd < 0)
        return -1;
    result = fsync(fd);
    close(fd);
    return result;
}

enum status store_publish(const char *path, struct error *err)
{
    char *part = store_part_path(path), *copy = memory_copy_text(path);
    enum status status = STATUS_OK;

    if (sync_path(part) != 0 || rename(part, path) != 0) {
        status = error_set(err, STATUS_OUTPUT, "%s: %s", path, strerror(errno));
        unlink(part);
    } else {
        sync_path(dirname(copy));
    }
    free(part);
    free(copy);
    return status;
}

void store_discard(const char *path)
{
    char *part = store_part_path(path);

    unlink(part);
    free(part);
}
