/* Legs while they are in the table, from their first segment to the row that tells of them. */
#include <stdlib.h>

#include "base/memory.h"
#include "command/pass_state.h"
#include "decode/address.h"
#include "decode/encap.h"
#include "track/track.h"

void pass_note_event(void *context, const struct event *event)
{
    store_event(context, event);
}

/* What was translated between the point nearest to the client and this leg. */
static const char *nat_of(const struct open_connection *connection, const struct leg *leg)
{
    struct endpoint client = leg_end(leg, DIR_CLIENT), server = leg_end(leg, DIR_SERVER);
    bool source = endpoint_equal(&connection->near[DIR_CLIENT], &client);
    bool target = endpoint_equal(&connection->near[DIR_SERVER], &server);

    if (source)
        return target ? "none" : "dnat";
    return target ? "snat" : "both";
}

void pass_leg_resets(struct pass *pass, struct track *track, enum reset_when when)
{
    struct reset reset;

    while (track_take_reset(track, when, &reset)) {
        pass->resets_given_up += reset.after == RESET_GIVEN_UP;
        store_reset(pass->store, &reset);
    }
}

void pass_leg_end(void *context, struct leg *leg)
{
    struct pass *pass = context;
    struct open_leg *open = (struct open_leg *)leg;
    struct open_connection *connection = open->connection;
    enum outcome outcome = track_outcome(&open->track);
    struct leg_row row = {.leg = leg, .track = &open->track, .encap = open->encap};

    if (connection == NULL)
        return;
    row.id = open->id;
    row.connection_id = connection->id;
    row.point_id = leg->key.point + 1;
    row.path_position = open->position;
    row.first_ns = open->first_ns;
    row.last_ns = open->last_ns;
    row.nat = nat_of(connection, leg);
    for (int dir = 0; dir < DIRS; dir++)
        row.encap_bytes[dir] = open->encap_bytes[dir];
    life_finish(&open->track, row.id, pass_note_event, pass->store);
    store_leg(pass->store, &row);
    if (leg->replaced) {
        pass->former = reuse_former(&open->track, leg, row.id);
        pass->former_connection = connection->id;
    }
    if (open->position == 0)
        connection->handshake_ns = open->track.handshake_ns;
    pass_leg_resets(pass, &open->track, leg->replaced ? RESET_WHEN_TUPLE_TAKEN : RESET_WHEN_ENDED);
    track_done(&pass->tracker, &open->track);
    pass_conntrack_end(pass->conntrack, open->conntrack);
    free(open->encap);
    pass_connection_left(pass, connection, outcome);
}

void pass_leg_quiet(void *context, struct leg *leg)
{
    struct pass *pass = context;
    struct open_leg *open = (struct open_leg *)leg;

    track_quiet(&pass->tracker, &open->track);
    if (open->connection != NULL && open->connection->journey != NULL)
        journey_quiet(open->connection->journey, pass->now_ns);
}

void pass_leg_begin(struct pass *pass, struct open_leg *open, struct leg_hit *hit, int64_t ts_ns)
{
    const struct leg_record *record;

    if (open->leg.number >= pass->survey->points[open->leg.key.point].legs.count) {
        pass->changed = true;
        return;
    }
    record = survey_leg(pass->survey, &open->leg);
    open->id = ++pass->leg_ids;
    open->position = record->position;
    if (record->flipped)
        leg_flip(&open->leg, hit);
    open->first_ns = ts_ns;
    open->connection = pass_connection(pass, record->connection, ts_ns);
    open->connection->members[open->position].leg_id = open->id;
}

/* The table ends a leg when its tuple is used again, so that it was the last one to end. */
void pass_leg_reuse(struct pass *pass, struct open_leg *open, int64_t raw_ns,
                    const struct tracked_segment *segment)
{
    const struct leg *leg = &open->leg;
    struct event event = reuse_begin(&open->track, &pass->former, leg, segment);

    event.leg_id = open->id;
    event.has_a = event.has_b = true;
    event.a = pass->former.leg_id;
    event.b = raw_ns - leg->former_last_ns;
    store_event(pass->store, &event);
    if (pass->former_connection != open->connection->id)
        open->connection->reuse_of = pass->former_connection;
}

/* What the leg's segments come in. Where only one direction comes in a tunnel, it is that one's. */
static void note_encap(struct open_leg *open, int dir, const struct packet *packet)
{
    char text[ENCAP_TEXT];

    if (packet->outer_len > packet->inner_len)
        open->encap_bytes[dir] = packet->outer_len - packet->inner_len;
    if (open->encap != NULL)
        return;
    encap_print(packet, text, sizeof text);
    if (text[0] != '\0')
        open->encap = memory_copy_text(text);
}

static void note_syn(struct pass *pass, struct open_leg *open,
                     const struct tracked_segment *segment)
{
    const struct packet *packet = segment->packet;

    if (open->has_syn || (packet->tcp.flags & (TCP_SYN | TCP_ACK)) != TCP_SYN)
        return;
    open->has_syn = true;
    store_syn(pass->store, segment->leg_id, segment->id, packet);
}

void pass_leg_note(struct pass *pass, struct open_leg *open, const struct tracked_segment *segment)
{
    const struct packet *packet = segment->packet;

    if (packet->tunnels > 0 || packet->vlan[0] != 0)
        note_encap(open, segment->hit->dir, packet);
    if (segment->hit->dir == DIR_CLIENT)
        note_syn(pass, open, segment);
}
