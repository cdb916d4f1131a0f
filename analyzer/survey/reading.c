#include "survey/reading.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "decode/decode.h"
#include "survey/point.h"
#include "survey/record.h"

enum {
    COMMENTS_MAX = 10000 /* kept of all captures */
};

static void note_comment(struct survey *survey, const struct capture *capture, uint64_t frame,
                         const char *text)
{
    struct comment *comment;

    if (survey->comments_count == COMMENTS_MAX)
        return;
    comment = MEMORY_APPEND(survey->comments, survey->comments_count, survey->comments_capacity);
    comment->capture = (uint32_t)(capture - survey->captures);
    comment->frame = frame;
    comment->text = memory_copy_text(text);
}

/* A decoder remembers fragments, so each file has its own while it is read. */
static struct decoder *decoder_of(struct reading *reading, size_t file)
{
    struct decoder **decoder = &reading->decoders[file];

    if (*decoder == NULL) {
        *decoder = decoder_new();
        decoder_set_tunnels(*decoder, reading->survey->options->tunnels);
    }
    return *decoder;
}

static void forget_decoder(struct reading *reading, size_t file)
{
    decoder_free(reading->decoders[file]);
    reading->decoders[file] = NULL;
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
    decode_frame(decoder_of(reading, file), frame->dlt, frame->bytes, frame->captured, frame->sent,
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
    record_segment(reading->survey, &hit, &packet, frame->ts_ns);
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

enum status reading_input(struct reading *reading, const struct order_file *files, size_t count,
                          struct clock *clock, struct error *err)
{
    struct order *order = order_new(files, count, true);
    const struct spill *spill = reading->survey->spill;
    enum order_result result;
    struct frame frame;
    size_t file;

    reading->legs = leg_table_new(sizeof(struct surveyed_leg), record_end, reading->survey);
    reading->decoders = memory_zalloc(count * sizeof(struct decoder *));
    while ((result = order_next(order, &file, &frame, err)) != ORDER_DONE) {
        if (result == ORDER_FAILED || spill_has_failed(spill))
            break;
        if (result == ORDER_FRAME) {
            note_frame(reading, file, order_reader(order), &frame);
        } else {
            note_end(reading->survey, &reading->captures[file], order);
            forget_decoder(reading, file);
        }
    }
    for (size_t i = 0; i < count; i++)
        decoder_free(reading->decoders[i]);
    free(reading->decoders);
    order_free(order);
    leg_table_free(reading->legs); /* ends the legs that are left */
    note_clock(clock, reading->captures, count);
    return result == ORDER_FAILED ? STATUS_INPUT : spill_status(spill, err);
}
