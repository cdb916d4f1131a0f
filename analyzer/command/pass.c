#include "command/pass.h"

#include <stdlib.h>

#include "base/memory.h"
#include "base/progress.h"
#include "command/pass_state.h"
#include "survey/point.h"
#include "track/track.h"

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
    struct open_member *member = &open->connection->members[open->position];
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
    row->marks = track_segment(&pass->tracker, &open->track, segment);
    pass_leg_resets(pass, &open->track, RESET_NOW);
    pass_conntrack_segment(pass->conntrack, &open->conntrack, segment, raw_ns, pass->store);
    unseen = other->unseen - unseen;
    member->missed[!segment->hit->dir] += unseen;
    member->has_missed |= unseen > 0;
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
        pass_leg_begin(pass, open, &hit, ts_ns);
        row.dir = hit.dir;
        if (open->connection != NULL && hit.leg->has_former)
            pass_leg_reuse(pass, open, frame->raw_ns, &segment);
    }
    if (open->connection == NULL)
        return;
    segment.leg_id = row.leg_id = open->id;
    open->last_ns = open->connection->last_ns = ts_ns;
    pass_leg_note(pass, open, &segment);
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

    if (packet->icmp.quotes_tcp)
        leg = leg_table_find(pass->legs, point, packet->icmp.quoted_version,
                             &packet->icmp.quoted_src, &packet->icmp.quoted_dst, &row.dir);
    /* An error that was captured on the other side of a NAT quotes what another point knows. */
    for (uint32_t other = 0;
         leg == NULL && packet->icmp.quotes_tcp && other < pass->survey->points_count; other++)
        leg = leg_table_find(pass->legs, other, packet->icmp.quoted_version,
                             &packet->icmp.quoted_src, &packet->icmp.quoted_dst, &row.dir);
    if (leg != NULL)
        row.leg_id = follow_icmp(leg, row.dir, &packet->icmp);
    if (leg != NULL && icmp_too_big(&packet->icmp, packet->version))
        track_too_big(&((struct open_leg *)leg)->track, row.dir, ts_ns);
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
    pass.legs = leg_table_new(sizeof(struct open_leg), pass_leg_end, &pass);
    leg_table_on_quiet(pass.legs, pass_leg_quiet);
    tracker_init(&pass.tracker, pass_note_event, store);
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
    tracker_done(&pass.tracker);
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
