#include "survey/record.h"

#include "base/memory.h"
#include "survey/scale.h"
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

void record_segment(struct survey *survey, struct point *point, const struct leg_hit *hit,
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
    }
    if (hit->leg->phase == LEG_MIDSTREAM) {
        if (record->scales == NULL)
            record->scales = memory_zalloc(sizeof *record->scales);
        scale_watch_add(record->scales, hit->dir, tcp);
    }
    note_sketch(survey, record, hit, packet, ts_ns);
}
