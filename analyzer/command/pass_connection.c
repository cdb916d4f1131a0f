/* Connections while they are open, and what is told of their way past several points. */
#include <stdlib.h>

#include "base/memory.h"
#include "command/pass_state.h"

/* The survey's record of the connection's leg at a position. Borrowed until the next call. */
static const struct leg_record *member_at(const struct open_connection *connection,
                                          uint32_t position)
{
    return survey_member(connection->pass->survey, &connection->link, position);
}

/* How far the times of a clock may be off: one that was set may be wrong by as much. */
static int64_t clock_margin(const struct clock *clock)
{
    return (clock->has_error ? clock->error_ns : 0) +
           (clock->method == CLOCK_STEP ? llabs(clock->step_ns) : 0);
}

/* A point can only miss what passed while it recorded, and only if it recorded all. It recorded
 * from its first frame on, until its last, which are known as well as the clocks are; and what was
 * seen elsewhere was, or would have been, there as much earlier or later as the way takes. That it
 * had begun is also shown by one that went the same way before. */
static bool recorded_at(const struct pass *pass, const struct leg_record *seen,
                        const struct leg_record *absent, const struct missing *missing)
{
    const struct point *points = pass->survey->points;
    const struct clock *here = &pass->survey->clocks[points[seen->point].input];
    const struct clock *there = &pass->survey->clocks[points[absent->point].input];
    int64_t margin_ns = here == there ? 0 : clock_margin(here) + clock_margin(there);
    int64_t way_ns = 2 * missing->way_ns; /* this one may have taken longer than the others */
    int64_t before_ns = missing->injected ? way_ns : 0, after_ns = missing->injected ? 0 : way_ns;

    return there->has_frames && !there->has_drops &&
           (missing->follows ||
            missing->ts_ns - before_ns - margin_ns >= clock_common(&there->map, there->first_ns)) &&
           missing->ts_ns + after_ns + margin_ns <= clock_common(&there->map, there->last_ns);
}

/* A point may have missed what it did not see: its ACKs tell of more bytes than there were. As many
 * are put down to the capture, and not to the network; so is an ACK without data, which nothing
 * tells of. */
static bool in_gap(struct open_member *absent, const struct missing *missing)
{
    if (missing->bytes == 0)
        return absent->has_missed && !missing->is_rst;
    if (missing->injected || absent->missed[missing->dir] < missing->bytes)
        return false;
    absent->missed[missing->dir] -= missing->bytes;
    return true;
}

static void note_missing(void *context, const struct missing *missing)
{
    struct open_connection *connection = context;
    const struct pass *pass = connection->pass;
    const struct leg_record *absent = member_at(connection, missing->absent);
    const struct leg_record *seen = member_at(connection, missing->position);
    struct event event = {
        .segment_id = missing->segment_id,
        .leg_id = connection->members[missing->position].leg_id,
        .kind = missing->injected ? EVENT_INJECTED : EVENT_NOT_FORWARDED,
        .has_a = true,
        .a = missing->bytes,
        .has_b = true,
        .b = (int64_t)absent->point + 1,
    };

    if (recorded_at(pass, seen, absent, missing) &&
        !in_gap(&connection->members[missing->absent], missing))
        store_event(pass->store, &event);
}

static void note_rewritten(void *context, const struct rewritten *rewritten)
{
    const struct open_connection *connection = context;
    const struct pass *pass = connection->pass;
    struct event event = {
        .segment_id = rewritten->segment_id,
        .leg_id = connection->members[rewritten->position].leg_id,
        .kind = EVENT_REWRITTEN,
        .has_a = true,
        .a = rewritten->rewrite.field,
        .has_b = rewritten->rewrite.has_before,
        .b = rewritten->rewrite.before,
    };

    store_event(pass->store, &event);
}

static struct open_connection **connection_slot(const struct pass *pass, uint32_t number)
{
    return spill_at(&pass->connections, number);
}

static struct open_connection *begin(struct pass *pass, uint32_t number, int64_t ts_ns)
{
    const struct link *link = survey_link_at(pass->survey, number);
    struct open_connection *connection =
        memory_zalloc(sizeof *connection + link->legs * sizeof connection->members[0]);
    const struct journey_listener listener = {
        .missing = note_missing, .rewritten = note_rewritten, .context = connection};
    const struct leg_record *client, *server;

    connection->pass = pass;
    connection->number = number;
    connection->legs_left = link->legs;
    connection->first_ns = ts_ns;
    connection->journey = link->legs > 1 ? journey_new(link->legs, &listener) : NULL;
    connection->id = ++pass->connection_ids;
    connection->link = *link;
    client = member_at(connection, 0);
    connection->near[DIR_CLIENT] = client->client;
    connection->near[DIR_SERVER] = client->server;
    connection->client_version = client->version;
    server = member_at(connection, link->legs - 1);
    connection->server = server->server;
    connection->server_version = server->version;
    return connection;
}

static void end(struct pass *pass, struct open_connection *connection)
{
    const struct link *link = &connection->link;
    struct connection_row row = {
        .id = connection->id,
        .client_version = connection->client_version,
        .server_version = connection->server_version,
        .client = connection->near[DIR_CLIENT],
        .server = connection->server,
        .first_ns = connection->first_ns,
        .last_ns = connection->last_ns,
        .handshake_ns = connection->handshake_ns,
        .outcome = connection->outcome,
        .legs = link->legs,
        .link_confidence = link->confidence,
        .link_method = link->method,
        .reuse_of = connection->reuse_of,
        .leg_id = connection->members[0].leg_id,
    };

    if (connection->journey != NULL) {
        journey_end(connection->journey);
        pass->given_up += journey_given_up(connection->journey);
    }
    store_connection(pass->store, &row);
    *connection_slot(pass, connection->number) = NULL;
    journey_free(connection->journey);
    free(connection);
}

struct open_connection *pass_connection(struct pass *pass, uint32_t number, int64_t ts_ns)
{
    struct open_connection **connection = connection_slot(pass, number);

    if (*connection == NULL)
        *connection = begin(pass, number, ts_ns);
    return *connection;
}

void pass_connection_left(struct pass *pass, struct open_connection *connection,
                          enum outcome outcome)
{
    if (outcome > connection->outcome)
        connection->outcome = outcome;
    if (--connection->legs_left == 0)
        end(pass, connection);
}
