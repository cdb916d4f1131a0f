#include "survey/survey.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "decode/decode.h"
#include "survey/link.h"
#include "survey/scale.h"
#include "survey/sketch.h"

/* Samples are a few kilobytes each, so they are bounded. Legs that began before the capture did
 * need theirs to be linked; the others are linked by their handshake, and serve the clocks. */
enum {
    COMMENTS_MAX = 10000, /* kept of all captures */
    SKETCHES_MAX = 1024,
    SKETCHES_MIDSTREAM_MAX = 8192
};

/* What is at hand while the captures of one input are read. */
struct reading {
    struct survey *survey;
    struct leg_table *legs;
    struct capture *captures; /* of this input */
    struct decoder **decoders;
};

static void note_sample(struct leg_record *record, int which, const struct packet *packet,
                        int64_t ts_ns)
{
    struct handshake_sample *sample = &record->samples[which];

    if (sample->copies < UINT16_MAX)
        sample->copies++;
    if (sample->copies > 1)
        return;
    sample->has_tsval = packet->tcp.opt.has_timestamps;
    sample->tsval = packet->tcp.opt.tsval;
    sample->ts_ns = ts_ns;
}

static void note_options(struct leg_record *record, int dir, const struct tcp_options *opt)
{
    struct syn_options *options = &record->options[dir];

    if (options->seen)
        return;
    options->seen = true;
    options->sack = opt->has_sack_permitted;
    options->timestamps = opt->has_timestamps;
    options->wscale = opt->has_wscale ? opt->wscale : 255;
    options->mss = opt->has_mss ? opt->mss : 0;
}

static void note_sketch(struct survey *survey, struct leg_record *record, const struct leg_hit *hit,
                        const struct packet *packet, int64_t ts_ns)
{
    size_t most = record->has_isn[DIR_CLIENT] ? SKETCHES_MAX : SKETCHES_MIDSTREAM_MAX;

    if (record->segments++ == 0 && survey->sketches_count < most) {
        record->sketch = memory_zalloc(sizeof *record->sketch);
        survey->sketches_count++;
    }
    if (record->sketch != NULL)
        sketch_add(record->sketch, hit->dir, packet, ts_ns);
}

static void note_segment(struct survey *survey, struct point *point, const struct leg_hit *hit,
                         const struct packet *packet, int64_t ts_ns)
{
    const struct segment *tcp = &packet->tcp;
    struct leg_record *record;

    if (hit->is_new) {
        void *legs = point->legs;

        record = memory_append(&legs, &point->legs_count, &point->legs_capacity, sizeof *record);
        point->legs = legs;
        record->point = hit->leg->key.point;
        record->number = hit->leg->number;
        record->version = packet->version;
        record->client = leg_end(hit->leg, DIR_CLIENT);
        record->server = leg_end(hit->leg, DIR_SERVER);
        record->first_ns = ts_ns;
    } else {
        record = &point->legs[hit->leg->number];
    }
    record->last_ns = ts_ns;
    if (record->ttl[hit->dir] == 0 && !(tcp->flags & TCP_RST))
        record->ttl[hit->dir] = packet->ttl;
    if (tcp->flags & TCP_SYN) {
        for (int dir = 0; dir < DIRS; dir++) {
            record->has_isn[dir] = hit->leg->has_isn[dir];
            record->isn[dir] = hit->leg->isn[dir];
        }
        note_options(record, hit->dir, &tcp->opt);
        note_sample(record, hit->dir == DIR_CLIENT ? SAMPLE_SYN : SAMPLE_SYNACK, packet, ts_ns);
    } else if (hit->dir == DIR_CLIENT && record->samples[SAMPLE_ACK].copies == 0 &&
               record->samples[SAMPLE_SYNACK].copies > 0) {
        note_sample(record, SAMPLE_ACK, packet, ts_ns);
    }
    if (hit->leg->phase == LEG_MIDSTREAM) {
        if (record->scales == NULL)
            record->scales = memory_zalloc(sizeof *record->scales);
        scale_watch_add(record->scales, hit->dir, tcp);
    }
    note_sketch(survey, record, hit, packet, ts_ns);
}

static void note_comment(struct survey *survey, const struct capture *capture, uint64_t frame,
                         const char *text)
{
    void *comments = survey->comments;
    struct comment *comment;

    if (survey->comments_count == COMMENTS_MAX)
        return;
    comment = memory_append(&comments, &survey->comments_count, &survey->comments_capacity,
                            sizeof *comment);
    survey->comments = comments;
    comment->capture = (uint32_t)(capture - survey->captures);
    comment->frame = frame;
    comment->text = memory_copy_text(text);
}

static void note_frame(struct reading *reading, size_t file, const struct reader *reader,
                       const struct frame *frame)
{
    struct capture *capture = &reading->captures[file];
    struct packet packet;
    struct point *point;
    struct leg_hit hit;
    uint32_t point_id;

    if (capture->packets++ == 0)
        capture->first_ns = capture->last_ns = frame->ts_ns;
    if (frame->ts_ns < capture->first_ns)
        capture->first_ns = frame->ts_ns;
    if (frame->ts_ns > capture->last_ns)
        capture->last_ns = frame->ts_ns;
    if (!filter_passes(reading->survey->options->filter, frame)) {
        capture->skipped[SKIP_FILTERED]++;
        return;
    }
    if (frame->comment != NULL)
        note_comment(reading->survey, capture, capture->packets, frame->comment);
    decode_frame(reading->decoders[file], frame->dlt, frame->bytes, frame->captured, frame->sent,
                 &packet);
    if (packet.kind == PACKET_SKIPPED) {
        capture->skipped[packet.reason]++;
        return;
    }
    point = survey_point(reading->survey, capture, reader, frame, packet.ifindex, true);
    point_id = (uint32_t)(point - reading->survey->points);
    if (capture->segments + capture->icmp_errors == 0) {
        capture->has_point = true;
        capture->point = point_id;
    } else if (capture->point != point_id) {
        capture->has_point = false;
    }
    if (packet.kind == PACKET_ICMP) {
        capture->icmp_errors++;
        return;
    }
    capture->segments++;
    hit = leg_table_add(reading->legs, point_id, &packet, frame->ts_ns);
    note_segment(reading->survey, point, &hit, &packet, frame->ts_ns);
}

static void note_end(struct survey *survey, struct capture *capture, struct order *order)
{
    const struct reader *reader = order_reader(order);
    struct order_end end;

    order_end(order, &end);
    capture->end = end.result;
    capture->format = end.format;
    capture->snaplen = end.snaplen;
    snprintf(capture->linktype, sizeof capture->linktype, "%s", end.linktype);
    memcpy(capture->sha256, end.sha256, sizeof capture->sha256);
    for (size_t i = 0; i < reader_interfaces(reader); i++) {
        const struct reader_interface *interface = reader_interface(reader, i);

        capture->has_dropped |= interface->has_dropped;
        if (interface->has_dropped && capture->dropped <= INT64_MAX - interface->dropped)
            capture->dropped += interface->dropped;
    }
    if (reader_comment(reader) != NULL)
        note_comment(survey, capture, 0, reader_comment(reader));
    if (end.result == READ_END)
        return;
    snprintf(capture->message, sizeof capture->message, "after frame %llu: %s",
             (unsigned long long)capture->packets, end.message);
    warn_user("%s: %s %s", capture->path, end.result == READ_TRUNCATED ? "truncated" : "damaged",
              capture->message);
}

/* Reads the captures of one input in their common order. */
static enum status read_input(struct reading *reading, const struct order_file *files, size_t count,
                              struct error *err)
{
    struct order *order = order_new(files, count, true);
    enum order_result result;
    struct frame frame;
    size_t file;

    reading->decoders = memory_alloc(count * sizeof(struct decoder *));
    for (size_t i = 0; i < count; i++) {
        reading->decoders[i] = decoder_new();
        decoder_set_tunnels(reading->decoders[i], reading->survey->options->tunnels);
    }
    while ((result = order_next(order, &file, &frame, err)) != ORDER_DONE) {
        if (result == ORDER_FAILED)
            break;
        if (result == ORDER_FRAME)
            note_frame(reading, file, order_reader(order), &frame);
        else
            note_end(reading->survey, &reading->captures[file], order);
    }
    for (size_t i = 0; i < count; i++)
        decoder_free(reading->decoders[i]);
    free(reading->decoders);
    order_free(order);
    return result == ORDER_FAILED ? STATUS_INPUT : STATUS_OK;
}

static void note_clock(struct clock *clock, const struct capture *captures, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        if (captures[i].packets == 0)
            continue;
        if (!clock->has_frames || captures[i].first_ns < clock->first_ns)
            clock->first_ns = captures[i].first_ns;
        if (!clock->has_frames || captures[i].last_ns > clock->last_ns)
            clock->last_ns = captures[i].last_ns;
        clock->has_frames = true;
        clock->has_drops |= captures[i].dropped > 0;
    }
}

/* Opens every file once: what can't be read at all is said before any work is done. The first of
 * them is for `err`. */
static enum status probe_all(const struct survey *survey, struct order_file *files,
                             struct error *err)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < survey->captures_count; i++) {
        struct error reason;

        if (order_probe(&files[i], &reason) == STATUS_OK)
            continue;
        if (status == STATUS_OK)
            *err = reason;
        else
            warn_user("%s", reason.text);
        status = STATUS_INPUT;
    }
    return status;
}

static void list_captures(struct survey *survey)
{
    for (size_t i = 0; i < survey->inputs->count; i++) {
        for (size_t k = 0; k < survey->inputs->items[i].paths_count; k++) {
            void *captures = survey->captures;
            struct capture *capture = memory_append(&captures, &survey->captures_count,
                                                    &survey->captures_capacity, sizeof *capture);

            survey->captures = captures;
            capture->path = survey->inputs->items[i].paths[k];
            capture->input = (uint32_t)i;
        }
    }
}

struct order_file *survey_files(const struct survey *survey)
{
    struct order_file *files = memory_zalloc(survey->captures_count * sizeof *files);

    for (size_t i = 0; i < survey->captures_count; i++) {
        const struct capture *capture = &survey->captures[i];

        files[i].path = capture->path;
        files[i].has_frames = capture->packets > 0;
        files[i].first_ns = capture->first_ns;
        files[i].clock = survey->clocks[capture->input].map;
    }
    return files;
}

static void number_frames(struct survey *survey)
{
    uint64_t next = 1;

    for (size_t i = 0; i < survey->captures_count; i++) {
        survey->captures[i].first_frame = next;
        next += survey->captures[i].packets;
    }
}

/* What the survey could not know. */
static void remark_on_survey(struct survey *survey)
{
    if (survey->ambiguous_legs > 0)
        remark_add(&survey->remarks, "ambiguous-link",
                   "%llu legs were left apart, since more than one partner was as good",
                   (unsigned long long)survey->ambiguous_legs);
    for (size_t i = 0; i < survey->captures_count; i++)
        if (survey->captures[i].dropped > 0)
            remark_add(&survey->remarks, "drops",
                       "the capture %s says that it missed %llu packets: what is absent there "
                       "proves nothing",
                       survey->captures[i].path, (unsigned long long)survey->captures[i].dropped);
    for (size_t i = 0; i < survey->inputs->count; i++) {
        const struct clock *clock = &survey->clocks[i];
        const char *name = survey->inputs->items[i].name;

        if (clock->method == CLOCK_NONE && clock->has_frames)
            remark_add(&survey->remarks, "clock",
                       "no connection joins the clock of %s to the first one: times there and "
                       "elsewhere can't be compared",
                       name);
        if (clock->method == CLOCK_STEP)
            remark_add(&survey->remarks, "clock",
                       "a clock was set by %.6f s while %s recorded, about %.3f s after its first "
                       "packet: times after that are wrong by as much",
                       (double)clock->step_ns / 1e9, name,
                       (double)(clock->step_at_ns - clock->first_ns) / 1e9);
    }
}

int survey_path_rank(const struct survey *survey, uint32_t point)
{
    const char *name = survey->points[point].name, *at = survey->options->path;

    for (int rank = 0; at != NULL; rank++) {
        size_t length = strcspn(at, ",");

        if (strlen(name) == length && strncmp(name, at, length) == 0)
            return rank;
        at = at[length] == ',' ? at + length + 1 : NULL;
    }
    return -1;
}

/* Every name in --path must be a point's. */
static enum status check_path(const struct survey *survey, struct error *err)
{
    int names = 0, known = 0;

    for (const char *at = survey->options->path; at != NULL; at = strchr(at, ',')) {
        at += *at == ',';
        names++;
    }
    for (uint32_t i = 0; i < survey->points_count; i++)
        known += survey_path_rank(survey, i) >= 0;
    if (names == known)
        return STATUS_OK;
    return error_set(err, STATUS_USAGE, "--path %s: names %d points, of which %d are there",
                     survey->options->path, names, known);
}

enum status survey_run(struct survey *survey, const struct input_set *inputs,
                       const struct survey_options *options, struct error *err)
{
    struct reading reading = {.survey = survey};
    struct order_file *files;
    enum status status;
    size_t first = 0;

    *survey = (struct survey){.inputs = inputs, .options = options};
    list_captures(survey);
    survey->clocks = memory_zalloc(inputs->count * sizeof *survey->clocks);
    files = survey_files(survey);
    status = probe_all(survey, files, err);
    reading.legs = leg_table_new(sizeof(struct leg), NULL, NULL);
    for (size_t i = 0; i < inputs->count && status == STATUS_OK; i++) {
        size_t count = inputs->items[i].paths_count;

        reading.captures = &survey->captures[first];
        status = read_input(&reading, &files[first], count, err);
        if (status != STATUS_OK)
            break;
        survey_finish_points(survey, reading.captures, count);
        note_clock(&survey->clocks[i], reading.captures, count);
        first += count;
    }
    leg_table_free(reading.legs);
    free(files);
    if (status != STATUS_OK)
        return status;
    number_frames(survey);
    survey_link(survey);
    survey_roles(survey);
    survey_clocks(survey);
    survey_paths(survey);
    if (options->nat != NULL)
        link_check_nat(survey, options->nat);
    remark_on_survey(survey);
    return check_path(survey, err);
}

void survey_done(struct survey *survey)
{
    for (size_t i = 0; i < survey->points_count; i++) {
        for (size_t k = 0; k < survey->points[i].legs_count; k++) {
            free(survey->points[i].legs[k].sketch);
            free(survey->points[i].legs[k].scales);
        }
        free(survey->points[i].name);
        free(survey->points[i].interface);
        free(survey->points[i].legs);
    }
    for (size_t i = 0; i < survey->captures_count; i++)
        free(survey->captures[i].interface_points);
    for (size_t i = 0; i < survey->comments_count; i++)
        free(survey->comments[i].text);
    free(survey->comments);
    remarks_done(&survey->remarks);
    free(survey->points);
    free(survey->captures);
    free(survey->clocks);
    free(survey->links);
    free(survey->members);
    *survey = (struct survey){0};
}
