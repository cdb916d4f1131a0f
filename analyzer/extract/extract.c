#include "extract/extract.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "anonymize/case_copy.h"
#include "anonymize/headers.h"
#include "base/memory.h"
#include "base/text.h"
#include "capture/order.h"
#include "case/query.h"
#include "decode/trail.h"
#include "extract/choice.h"
#include "extract/originals.h"
#include "extract/pieces.h"
#include "extract/points.h"
#include "extract/sinks.h"

struct extract {
    const struct extract_options *options;
    struct tunnel_map tunnels;
    struct choice choice;
    struct originals originals;
    struct pieces **pieces; /* by original; NULL: it has no fragments */
    int64_t *frames;        /* read of each original */
    struct points points;
    size_t left; /* chosen and not written yet */
    struct sinks *sinks;
    uint8_t *bytes; /* of a frame that is rewritten */
    size_t room;
};

/* The ports of tunnels that the analysis was told. */
static enum status read_tunnels(struct extract *extract, const struct report *report,
                                struct error *err)
{
    enum status status;
    struct query q;

    query_open(&q, report, "SELECT value FROM meta WHERE key GLOB 'tunnel-*' ORDER BY key", err);
    while (query_next(&q)) {
        struct error ignored;

        (void)!tunnel_map_add(&extract->tunnels, query_text(&q, 0), &ignored);
    }
    status = query_close(&q);
    for (size_t i = 0; i < extract->options->tunnels.count; i++)
        tunnel_map_set(&extract->tunnels, extract->options->tunnels.ports[i].port,
                       extract->options->tunnels.ports[i].kind);
    return status;
}

static enum status choose(struct extract *extract, const struct report *report, struct error *err)
{
    const struct extract_options *options = extract->options;

    if (options->finding != 0)
        return choice_of_finding(&extract->choice, report, options->finding, options->context, err);
    return choice_of_connection(&extract->choice, report, options->connection, err);
}

/* What is written of a frame: a copy of its headers, if it has to tell no addresses. */
static const uint8_t *headers_of(struct extract *extract, const struct frame *frame,
                                 const struct trail *trail)
{
    if (extract->options->anonymizer == NULL)
        return frame->bytes;
    if (extract->room < trail->end) {
        extract->room = trail->end;
        extract->bytes = memory_resize(extract->bytes, extract->room);
    }
    if (trail->end > 0)
        memcpy(extract->bytes, frame->bytes, trail->end);
    anonymize_headers(extract->options->anonymizer, trail, frame->dlt, extract->bytes);
    return extract->bytes;
}

static enum status write_frame(struct extract *extract, const struct original *original,
                               const struct chosen *chosen, const struct frame *frame,
                               const struct trail *trail, int64_t number, struct error *err)
{
    const bool hide = extract->options->anonymizer != NULL;
    const struct sink_row row = {
        .frame = frame,
        .bytes = headers_of(extract, frame, trail),
        .keep = extract->options->payload ? frame->captured : trail->end,
        .point_id = chosen->point_id,
        .point = points_find(&extract->points, chosen->point_id)->alias,
        .capture = hide ? original->alias : text_file_name(original->path),
        .frame_number = number - original->first_frame + 1,
        .segment_id = number == chosen->frame ? chosen->segment_id : 0,
        .role = number == chosen->frame ? chosen->role : "fragment",
    };

    if (number == chosen->frame && !trail->has_tcp && !chosen->in_pieces && chosen->segment_id != 0)
        warn_user("%s: frame %" PRId64
                  ": no TCP header found: is it in a tunnel that needs --tunnel?",
                  original->found, row.frame_number);
    return sinks_write(extract->sinks, &row, err);
}

static enum status write_chosen(struct extract *extract, size_t file, const struct chosen *chosen,
                                const struct frame *frame, const struct trail *trail,
                                struct error *err)
{
    const struct original *original = &extract->originals.items[file];
    enum status status = STATUS_OK;
    struct trail piece_trail;
    struct frame piece;
    int64_t number;

    while (status == STATUS_OK && chosen->in_pieces &&
           pieces_take(extract->pieces[file], trail, &piece, &number)) {
        trail_follow(&piece_trail, &extract->tunnels, piece.dlt, piece.bytes, piece.captured,
                     piece.sent);
        status = write_frame(extract, original, chosen, &piece, &piece_trail, number, err);
    }
    if (status == STATUS_OK)
        status = write_frame(extract, original, chosen, frame, trail, chosen->frame, err);
    return status;
}

static enum status take_frame(struct extract *extract, size_t file, const struct frame *frame,
                              struct error *err)
{
    struct original *original = &extract->originals.items[file];
    int64_t number = original->first_frame + extract->frames[file]++;
    const struct chosen *chosen = &extract->choice.items[original->next];
    bool is_chosen = original->next < original->end && chosen->frame == number;
    struct trail trail;
    enum status status;

    if (!is_chosen && !original->in_pieces)
        return STATUS_OK;
    trail_follow(&trail, &extract->tunnels, frame->dlt, frame->bytes, frame->captured, frame->sent);
    if (!is_chosen) {
        pieces_add(extract->pieces[file], frame, &trail, number);
        return STATUS_OK;
    }
    status = write_chosen(extract, file, chosen, frame, &trail, err);
    original->next++;
    extract->left--;
    return status;
}

static enum status missing(const struct extract *extract, struct error *err)
{
    for (size_t i = 0; i < extract->originals.count; i++) {
        const struct original *original = &extract->originals.items[i];
        int64_t number;

        if (original->next == original->end)
            continue;
        number = extract->choice.items[original->next].frame - original->first_frame + 1;
        if (!extract->options->force)
            return error_set(err, STATUS_INPUT, "%s: it has no frame %" PRId64, original->found,
                             number);
        warn_user("%s: it has no frame %" PRId64, original->found, number);
    }
    return STATUS_OK;
}

static enum status read_frames(struct extract *extract, struct order *order, struct error *err)
{
    enum status status = STATUS_OK;
    enum order_result result;
    struct frame frame;
    size_t file;

    while (status == STATUS_OK && extract->left > 0) {
        result = order_next(order, &file, &frame, err);
        if (result == ORDER_DONE)
            return missing(extract, err);
        if (result == ORDER_FAILED)
            return STATUS_INPUT;
        if (result == ORDER_FRAME)
            status = take_frame(extract, file, &frame, err);
    }
    return status;
}

static enum status copy_frames(struct extract *extract, struct error *err)
{
    size_t count = extract->originals.count;
    struct order_file *files = memory_zalloc(count * sizeof *files);
    struct order *order = NULL;
    enum status status = STATUS_OK;

    extract->frames = memory_zalloc(count * sizeof *extract->frames);
    extract->pieces = memory_zalloc(count * sizeof(struct pieces *));
    extract->left = extract->choice.count;
    for (size_t i = 0; i < count && status == STATUS_OK; i++) {
        const struct original *original = &extract->originals.items[i];

        files[i] = (struct order_file){.path = original->found, .clock = original->clock};
        status = order_probe(&files[i], err);
        if (original->in_pieces)
            extract->pieces[i] = pieces_new();
    }
    if (status == STATUS_OK) {
        order = order_new(files, count, false);
        status = read_frames(extract, order, err);
    }
    order_free(order);
    for (size_t i = 0; i < count; i++)
        pieces_free(extract->pieces[i]);
    free((void *)extract->pieces);
    free(extract->frames);
    free(files);
    return status;
}

static void extract_done(struct extract *extract)
{
    sinks_free(extract->sinks);
    originals_done(&extract->originals);
    choice_done(&extract->choice);
    points_done(&extract->points);
    free(extract->bytes);
}

enum status extract_run(const char *case_path, const struct extract_options *options, FILE *out,
                        struct error *err)
{
    struct extract extract = {.options = options};
    struct report report;
    enum status status = report_open(&report, case_path, err);

    if (status != STATUS_OK)
        return status;
    status = choose(&extract, &report, err);
    if (status == STATUS_OK)
        status = points_read(&extract.points, &report, &extract.choice, options->anonymizer != NULL,
                             err);
    if (status == STATUS_OK)
        status = read_tunnels(&extract, &report, err);
    if (status == STATUS_OK && options->anonymizer != NULL)
        status = anonymizer_read_case(options->anonymizer, case_path, err);
    if (status == STATUS_OK && options->anonymizer != NULL)
        points_hide_roles(&extract.points, options->anonymizer, &extract.choice);
    if (status == STATUS_OK)
        status = originals_find(&extract.originals, &report, &extract.choice, options->captures,
                                options->force, err);
    if (status == STATUS_OK)
        status = sinks_open(options->output, points_chosen(&extract.points, &extract.choice),
                            &extract.sinks, err);
    if (status == STATUS_OK)
        status = copy_frames(&extract, err);
    if (status == STATUS_OK)
        status = sinks_commit(extract.sinks, out, err);
    extract_done(&extract);
    report_close(&report);
    return status;
}
