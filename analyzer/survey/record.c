#include "survey/record.h"

#include <stdlib.h>

#include "base/memory.h"
#include "survey/sketch.h"

/* Samples are a few kilobytes each, so they are bounded. Legs that began before the capture did
 * need theirs to be linked; the others are linked by their handshake, and serve the clocks. */
enum {
    SKETCHES_MAX = 1024,
    SKETCHES_MIDSTREAM_MAX = 8192
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
    sample->tsecr = packet->tcp.opt.tsecr;
    sample->ip_id = packet->has_ip_id ? packet->ip_id : 0;
    sample->ts_ns = ts_ns;
}

static uint8_t scale_offered(const struct tcp_options *opt)
{
    if (!opt->has_wscale)
        return opt->cut ? WSCALE_CUT : WSCALE_ABSENT;
    return opt->wscale > SCALE_MAX ? SCALE_MAX : opt->wscale;
}

static void note_options(struct leg_record *record, int dir, const struct tcp_options *opt)
{
    struct syn_options *options = &record->options[dir];

    if (options->seen)
        return;
    options->seen = true;
    options->sack = opt->has_sack_permitted;
    options->timestamps = opt->has_timestamps;
    options->wscale = scale_offered(opt);
    options->mss = opt->has_mss ? opt->mss : 0;
}

static bool has_cut_scale(const struct leg_record *record)
{
    return record->options[DIR_CLIENT].wscale == WSCALE_CUT ||
           record->options[DIR_SERVER].wscale == WSCALE_CUT;
}

static void note_sketch(struct survey *survey, struct surveyed_leg *surveyed,
                        const struct leg_hit *hit, const struct packet *packet, int64_t ts_ns)
{
    size_t most = surveyed->record.has_isn[DIR_CLIENT] ? SKETCHES_MAX : SKETCHES_MIDSTREAM_MAX;

    if (hit->is_new && survey->sketches_begun < most) {
        surveyed->sketch = memory_zalloc(sizeof *surveyed->sketch);
        survey->sketches_begun++;
    }
    if (surveyed->sketch != NULL)
        sketch_add(surveyed->sketch, hit->dir, packet, ts_ns);
}

static void begin(struct survey *survey, struct surveyed_leg *surveyed, uint8_t version,
                  int64_t ts_ns)
{
    struct leg_record *record = &surveyed->record;

    record->point = surveyed->leg.key.point;
    record->number = surveyed->leg.number;
    record->version = version;
    record->client = leg_end(&surveyed->leg, DIR_CLIENT);
    record->server = leg_end(&surveyed->leg, DIR_SERVER);
    record->first_ns = ts_ns;
    spill_append(&survey->points[record->point].legs); /* its place */
}

void record_segment(struct survey *survey, const struct leg_hit *hit, const struct packet *packet,
                    int64_t ts_ns)
{
    const struct segment *tcp = &packet->tcp;
    struct surveyed_leg *surveyed = (struct surveyed_leg *)hit->leg;
    struct leg_record *record = &surveyed->record;

    if (hit->is_new)
        begin(survey, surveyed, packet->version, ts_ns);
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
    }
    if (hit->leg->phase == LEG_MIDSTREAM || has_cut_scale(record))
        scale_watch_add(&surveyed->scales, hit->dir, tcp);
    note_sketch(survey, surveyed, hit, packet, ts_ns);
}

void record_end(void *context, struct leg *leg)
{
    struct survey *survey = context;
    struct surveyed_leg *surveyed = (struct surveyed_leg *)leg;
    struct leg_record *record = &surveyed->record;

    for (int dir = 0; dir < DIRS; dir++)
        record->scale_most[dir] = scale_watch_most(&surveyed->scales, dir);
    if (surveyed->sketch != NULL) {
        struct sketch *kept = spill_append(&survey->sketches);

        *kept = *surveyed->sketch;
        record->sketch = (uint32_t)survey->sketches.count;
        free(surveyed->sketch);
    }
    *survey_record(survey, record->point, record->number) = *record;
}
