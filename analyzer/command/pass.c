#include "command/pass.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/progress.h"
#include "decode/address.h"
#include "decode/decode.h"
#include "decode/encap.h"
#include "merge/duplicate.h"
#include "merge/journey.h"
#include "track/reuse.h"

/* Bytes that the capture of a leg missed. */
struct leg_gap {
    uint64_t bytes[DIRS];
    bool any; /* or there were */
};

/* A connection while any of its legs is open. */
struct open_connection {
    struct pass *pass;
    struct link link;        /* as the survey has it */
    uint32_t number;         /* among the survey's links */
    struct journey *journey; /* NULL: one leg */
    uint32_t legs_left;      /* not ended yet */
    uint32_t reuse_of;
    enum outcome outcome;
    int64_t first_ns, last_ns, handshake_ns;
    struct leg_gap gaps[]; /* by position */
};

/* A leg while it is in the table. */
struct open_leg {
    struct leg leg; /* first: the table's */
    struct track track;
    struct seen_leg seen;
    struct open_connection *connection; /* NULL: not in the survey */
    uint32_t id, position;              /* in the database; along the path */
    int64_t first_ns, last_ns;
    struct conntrack_leg *conntrack; /* NULL: not asked */
    char *encap;                     /* NULL: none */
    uint32_t encap_bytes[DIRS];
    bool has_syn; /* its first SYN is stored */
};

struct pass {
    struct survey *survey;
    struct store *store;
    struct leg_table *legs;
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
    struct former former; /* of the leg that ended last */
    int64_t now_ns;       /* of the segment that is looked at */
    bool changed;         /* a file is no longer what the survey read */
};

static const struct leg_record *member(const struct open_connection *connection, uint32_t position)
{
    return survey_member(connection->pass->survey, &connection->link, position);
}

static void note_event(void *context, const struct event *event)
{
    store_event(context, event);
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
static bool in_gap(struct leg_gap *gap, const struct missing *missing)
{
    if (missing->bytes == 0)
        return gap->any && !missing->is_rst;
    if (missing->injected || gap->bytes[missing->dir] < missing->bytes)
        return false;
    gap->bytes[missing->dir] -= missing->bytes;
    return true;
}

static void note_missing(void *context, const struct missing *missing)
{
    struct open_connection *connection = context;
    const struct pass *pass = connection->pass;
    const struct leg_record *absent = member(connection, missing->absent);
    const struct leg_record *seen = member(connection, missing->position);
    struct event event = {
        .segment_id = missing->segment_id,
        .leg_id = seen->leg_id,
        .kind = missing->injected ? EVENT_INJECTED : EVENT_NOT_FORWARDED,
        .has_a = true,
        .a = missing->bytes,
        .has_b = true,
        .b = (int64_t)absent->point + 1,
    };

    if (recorded_at(pass, seen, absent, missing) &&
        !in_gap(&connection->gaps[missing->absent], missing))
        store_event(pass->store, &event);
}

static void note_rewritten(void *context, const struct rewritten *rewritten)
{
    const struct open_connection *connection = context;
    const struct pass *pass = connection->pass;
    struct event event = {
        .segment_id = rewritten->segment_id,
        .leg_id = member(connection, rewritten->position)->leg_id,
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

static struct open_connection *begin_connection(struct pass *pass, uint32_t number, int64_t ts_ns)
{
    struct link *link = survey_link_at(pass->survey, number);
    struct open_connection *connection =
        memory_zalloc(sizeof *connection + link->legs * sizeof connection->gaps[0]);
    const struct journey_listener listener = {
        .missing = note_missing, .rewritten = note_rewritten, .context = connection};

    connection->pass = pass;
    connection->number = number;
    connection->legs_left = link->legs;
    connection->first_ns = ts_ns;
    connection->journey = link->legs > 1 ? journey_new(link->legs, &listener) : NULL;
    link->connection_id = ++pass->connection_ids;
    connection->link = *link;
    return connection;
}

static void end_connection(struct pass *pass, struct open_connection *connection)
{
    const struct link *link = &connection->link;
    const struct leg_record *client = member(connection, 0);
    const struct leg_record *server = member(connection, link->legs - 1);
    struct connection_row row = {
        .id = link->connection_id,
        .client_version = client->version,
        .server_version = server->version,
        .client = client->client,
        .server = server->server,
        .first_ns = connection->first_ns,
        .last_ns = connection->last_ns,
        .handshake_ns = connection->handshake_ns,
        .outcome = connection->outcome,
        .legs = link->legs,
        .link_confidence = link->confidence,
        .link_method = link->method,
        .reuse_of = connection->reuse_of,
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

/* What was translated between the point nearest to the client and this leg. */
static const char *nat_of(const struct leg_record *nearest, const struct leg_record *leg)
{
    bool source = endpoint_equal(&nearest->client, &leg->client);
    bool target = endpoint_equal(&nearest->server, &leg->server);

    if (source)
        return target ? "none" : "dnat";
    return target ? "snat" : "both";
}

static void store_resets(struct pass *pass, struct track *track, enum reset_when when)
{
    struct reset reset;

    while (track_take_reset(track, when, &reset)) {
        pass->resets_given_up += reset.after == RESET_GIVEN_UP;
        store_reset(pass->store, &reset);
    }
}

/* Called by the table when a leg is over. */
static void end_leg(void *context, struct leg *leg)
{
    struct pass *pass = context;
    struct open_leg *open = (struct open_leg *)leg;
    struct open_connection *connection = open->connection;
    enum outcome outcome = track_outcome(&open->track);
    struct leg_row row = {.leg = leg, .track = &open->track, .encap = open->encap};

    if (connection == NULL)
        return;
    row.id = open->id;
    row.connection_id = connection->link.connection_id;
    row.point_id = leg->key.point + 1;
    row.path_position = open->position;
    row.first_ns = open->first_ns;
    row.last_ns = open->last_ns;
    row.nat = nat_of(member(connection, 0), survey_leg(pass->survey, leg));
    for (int dir = 0; dir < DIRS; dir++)
        row.encap_bytes[dir] = open->encap_bytes[dir];
    life_finish(&open->track, row.id, note_event, pass->store);
    store_leg(pass->store, &row);
    pass->former = reuse_former(&open->track, leg, row.id);
    if (outcome > connection->outcome)
        connection->outcome = outcome;
    if (open->position == 0)
        connection->handshake_ns = open->track.handshake_ns;
    store_resets(pass, &open->track, leg->replaced ? RESET_WHEN_TUPLE_TAKEN : RESET_WHEN_ENDED);
    track_done(&open->track);
    pass_conntrack_end(pass->conntrack, open->conntrack);
    free(open->encap);
    if (--connection->legs_left == 0)
        end_connection(pass, connection);
}

/* Called by the table when a leg is over and nothing came for some seconds. */
static void quiet_leg(void *context, struct leg *leg)
{
    const struct pass *pass = context;
    struct open_leg *open = (struct open_leg *)leg;

    track_quiet(&open->track);
    if (open->connection != NULL && open->connection->journey != NULL)
        journey_quiet(open->connection->journey, pass->now_ns);
}

static void begin_leg(struct pass *pass, struct open_leg *open, struct leg_hit *hit, int64_t ts_ns)
{
    struct open_connection **connection;
    struct leg_record *record;

    if (open->leg.number >= pass->survey->points[open->leg.key.point].legs.count) {
        pass->changed = true;
        return;
    }
    record = survey_leg(pass->survey, &open->leg);
    record->leg_id = open->id = ++pass->leg_ids;
    open->position = record->position;
    if (record->flipped)
        leg_flip(&open->leg, hit);
    open->first_ns = ts_ns;
    connection = connection_slot(pass, record->connection);
    if (*connection == NULL)
        *connection = begin_connection(pass, record->connection, ts_ns);
    open->connection = *connection;
}

/* The table ends a leg when its tuple is used again, so that it was the last one to end. */
static void note_reuse(struct pass *pass, struct open_leg *open, int64_t raw_ns,
                       const struct tracked_segment *segment)
{
    const struct leg *leg = &open->leg;
    const struct leg_record *former = survey_record(pass->survey, leg->key.point, leg->former);
    uint32_t former_connection = survey_link_at(pass->survey, former->connection)->connection_id;
    struct event event = {.kind = EVENT_TUPLE_REUSE, .segment_id = segment->id};

    if (pass->former.leg_id == former->leg_id)
        event = reuse_begin(&open->track, &pass->former, leg, segment);
    event.leg_id = open->id;
    event.has_a = event.has_b = true;
    event.a = former->leg_id;
    event.b = raw_ns - leg->former_last_ns;
    store_event(pass->store, &event);
    if (former_connection != open->connection->link.connection_id)
        open->connection->reuse_of = former_connection;
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

/* Where else the segment was seen, and what happened with it. */
static void follow_segment(struct pass *pass, struct open_leg *open,
                           const struct tracked_segment *segment, uint32_t file, int64_t raw_ns,
                           struct segment_row *row)
{
    const struct sighting sighting = {.packet = segment->packet,
                                      .dir = segment->hit->dir,
                                      .id = segment->id,
                                      .ts_ns = segment->ts_ns,
                                      .file = file};
    struct journey *journey = open->connection->journey;
    struct leg_gap *gap = &open->connection->gaps[open->position];
    const struct half *other = &open->track.half[!segment->hit->dir];
    uint64_t unseen = other->unseen;

    row->seen_before = duplicates_add(pass->duplicates, &open->seen, &sighting);
    if (row->seen_before != 0) {
        if (journey != NULL)
            journey_add_copy(journey, open->position, segment->hit->dir, segment->ts_ns,
                             segment->packet);
        row->marks = track_sighting(&open->track, segment);
        return;
    }
    if (journey != NULL)
        row->seen_before = journey_add(journey, open->position, segment->hit->dir, segment->id,
                                       segment->ts_ns, segment->packet);
    row->marks = track_segment(&open->track, segment, note_event, pass->store);
    store_resets(pass, &open->track, RESET_NOW);
    pass_conntrack_segment(pass->conntrack, &open->conntrack, segment, raw_ns, pass->store);
    unseen = other->unseen - unseen;
    gap->bytes[!segment->hit->dir] += unseen;
    gap->any |= unseen > 0;
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

static void pass_segment(struct pass *pass, uint32_t point, uint32_t file, uint64_t frame_number,
                         const struct frame *frame, const struct packet *packet)
{
    int64_t ts_ns = pass->now_ns = frame->ts_ns;
    struct leg_hit hit = leg_table_add(pass->legs, point, packet, frame->raw_ns);
    struct open_leg *open = (struct open_leg *)hit.leg;
    struct tracked_segment segment = {.packet = packet, .hit = &hit, .ts_ns = ts_ns};
    struct segment_row row = {.packet = packet,
                              .ts_ns = ts_ns,
                              .dir = hit.dir,
                              .frame = frame_number,
                              .off = hit.off,
                              .has_ack = hit.has_ack,
                              .ack_off = hit.ack_off};

    segment.id = ++pass->segments;
    if (hit.is_new) {
        begin_leg(pass, open, &hit, ts_ns);
        row.dir = hit.dir;
        if (open->connection != NULL && hit.leg->has_former)
            note_reuse(pass, open, frame->raw_ns, &segment);
    }
    if (open->connection == NULL)
        return;
    if (packet->tunnels > 0 || packet->vlan[0] != 0)
        note_encap(open, hit.dir, packet);
    segment.leg_id = row.leg_id = open->id;
    open->last_ns = open->connection->last_ns = ts_ns;
    if (row.dir == DIR_CLIENT)
        note_syn(pass, open, &segment);
    follow_segment(pass, open, &segment, file, frame->raw_ns, &row);
    store_segment(pass->store, &row);
}

/* ICMP: fragmentation needed; ICMPv6: packet too big. */
static bool icmp_too_big(const struct icmp_error *icmp, uint8_t version)
{
    return version == 4 ? icmp->type == 3 && icmp->code == 4 : icmp->type == 2;
}

/* Who it is about, and whether it answers the client's SYN. */
static uint32_t follow_icmp(struct leg *leg, int dir, const struct icmp_error *icmp)
{
    struct open_leg *open = (struct open_leg *)leg;

    if (open->connection == NULL)
        return 0;
    if (dir == DIR_CLIENT && icmp->has_quoted_seq && leg->has_isn[DIR_CLIENT] &&
        icmp->quoted_seq == leg->isn[DIR_CLIENT])
        life_icmp(&open->track.life, icmp->type, icmp->code);
    return open->id;
}

static void pass_icmp(struct pass *pass, uint32_t point, uint64_t frame_number, int64_t ts_ns,
                      const struct packet *packet)
{
    struct icmp_row row = {
        .packet = packet, .ts_ns = ts_ns, .point_id = point + 1, .frame = frame_number};
    struct leg *leg = NULL;
    int dir;

    if (packet->icmp.quotes_tcp)
        leg = leg_table_find(pass->legs, point, packet->icmp.quoted_version,
                             &packet->icmp.quoted_src, &packet->icmp.quoted_dst, &dir);
    /* An error that was captured on the other side of a NAT quotes what another point knows. */
    for (uint32_t other = 0;
         leg == NULL && packet->icmp.quotes_tcp && other < pass->survey->points_count; other++)
        leg = leg_table_find(pass->legs, other, packet->icmp.quoted_version,
                             &packet->icmp.quoted_src, &packet->icmp.quoted_dst, &dir);
    if (leg != NULL)
        row.leg_id = follow_icmp(leg, dir, &packet->icmp);
    if (leg != NULL && icmp_too_big(&packet->icmp, packet->version))
        track_too_big(&((struct open_leg *)leg)->track, dir, ts_ns);
    store_icmp(pass->store, &row);
}

/* A decoder remembers fragments, so each file has its own while it is read. */
static struct decoder *decoder_of(struct pass *pass, size_t file)
{
    struct decoder **decoder = &pass->decoders[file];

    if (*decoder == NULL) {
        *decoder = decoder_new();
        decoder_set_tunnels(*decoder, pass->survey->options->tunnels);
    }
    return *decoder;
}

static void pass_frame(struct pass *pass, size_t file, const struct reader *reader,
                       const struct frame *frame)
{
    struct capture *capture = &pass->survey->captures[file];
    uint64_t number = capture->first_frame + pass->frames[file]++;
    const struct point *seen_at;
    struct packet packet;
    uint32_t point;

    if (!filter_passes(pass->survey->options->filter, frame))
        return;
    decode_frame(decoder_of(pass, file), frame->dlt, frame->bytes, frame->captured, frame->sent,
                 &packet);
    if (packet.kind == PACKET_SKIPPED)
        return;
    seen_at = survey_point(pass->survey, capture, reader, frame, packet.ifindex, false);
    if (seen_at == NULL) {
        pass->changed = true;
        return;
    }
    point = (uint32_t)(seen_at - pass->survey->points);
    if (packet.kind == PACKET_SEGMENT)
        pass_segment(pass, point, (uint32_t)file, number, frame, &packet);
    else
        pass_icmp(pass, point, number, frame->ts_ns, &packet);
}

static enum status read_all(struct pass *pass, struct error *err)
{
    struct order_file *files = survey_files(pass->survey);
    struct order *order = order_new(files, pass->survey->captures_count, false);
    enum order_result result;
    struct frame frame;
    size_t file;

    while ((result = order_next(order, &file, &frame, err)) != ORDER_DONE) {
        if (result == ORDER_FAILED || store_has_failed(pass->store)) /* store_close() says why */
            break;
        /* A file that has grown since the survey is read as far as it was then. */
        if (result == ORDER_FRAME && pass->frames[file] < pass->survey->captures[file].packets)
            pass_frame(pass, file, order_reader(order), &frame);
        if (result == ORDER_ENDED) {
            decoder_free(pass->decoders[file]);
            pass->decoders[file] = NULL;
        }
        if (pass->changed) {
            error_set(err, STATUS_INPUT, "%s: changed while it was read",
                      pass->survey->captures[file].path);
            result = ORDER_FAILED;
            break;
        }
    }
    order_free(order);
    free(files);
    return result == ORDER_FAILED ? STATUS_INPUT : STATUS_OK;
}

static void remark_given_up(const struct pass *pass, uint64_t count, const char *what)
{
    char text[160];

    if (count == 0)
        return;
    snprintf(text, sizeof text, "%llu %s", (unsigned long long)count, what);
    store_remark(pass->store, "given-up", text);
}

enum status pass_run(struct survey *survey, const struct conntrack_requests *requests,
                     struct store *store, struct error *err)
{
    struct pass pass = {.survey = survey, .store = store};
    enum status status = pass_conntrack_new(survey, requests, &pass.conntrack, err);

    if (status != STATUS_OK)
        goto out;
    pass.legs = leg_table_new(sizeof(struct open_leg), end_leg, &pass);
    leg_table_on_quiet(pass.legs, quiet_leg);
    pass.duplicates = duplicates_new();
    spill_array_init(&pass.connections, survey->spill, sizeof(struct open_connection *));
    spill_extend(&pass.connections, survey->links.count);
    pass.frames = memory_zalloc(survey->captures_count * sizeof *pass.frames);
    pass.decoders = memory_zalloc(survey->captures_count * sizeof(struct decoder *));
    status = spill_status(survey->spill, err);
    progress_begin("segments", input_set_bytes(survey->inputs));
    if (status == STATUS_OK)
        status = read_all(&pass, err);
    progress_end();
    leg_table_free(pass.legs); /* ends the legs that are left */
    duplicates_free(pass.duplicates);
    remark_given_up(
        &pass, pass.given_up,
        "segments were not followed to the next point: too many were under way at one time");
    remark_given_up(&pass, pass.resets_given_up,
                    "RSTs were not watched to the end: too many were on one leg");
    for (size_t i = 0; i < survey->captures_count; i++)
        decoder_free(pass.decoders[i]);
    free(pass.decoders);
    spill_array_done(&pass.connections);
    free(pass.frames);
out:
    pass_conntrack_free(pass.conntrack);
    return status;
}
