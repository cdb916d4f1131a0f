#include "scene/record.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "packet/capture_file.h"
#include "packet/frame.h"
#include "scene/chance.h"

enum {
    SNAPLEN = 96,
    PAYLOAD_BUILT = 64, /* of a segment's payload: more would be cut off anyway */
};

static const struct scene_connection *connection_of(const struct scene *scene,
                                                    const struct scene_sighting *sighting)
{
    return &scene->connections[scene->packets[sighting->packet].connection];
}

void record_frames(struct scene *scene)
{
    struct chance chance = chance_begin(chance_mix(scene->seed), CHANCE_RECORDING);
    uint32_t frames[SCENE_POINTS] = {0};

    for (size_t i = 0; i < scene->sightings_count; i++) {
        struct scene_sighting *sighting = &scene->sightings[i];
        const struct scene_point *point = &scene->points[scene->stop[sighting->stop].point];
        const struct scene_input *input = &scene->inputs[point->input];

        if (sighting->at_ns < point->begin_ns || sighting->at_ns > point->end_ns ||
            chance_of_10000(&chance, point->dropped))
            continue;
        sighting->frame = ++frames[point->input];
        sighting->raw_ns =
            scene_raw_time(input, sighting->at_ns + chance_between(&chance, 0, input->noise_ns));
    }
}

/* --- bytes ----------------------------------------------------------------------------------- */

/* The stream of a direction: the same bytes at the same place, whoever carries them. */
static void fill_payload(const struct scene_connection *connection, int dir, uint32_t off,
                         uint8_t *bytes, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        uint32_t at = off + i;
        uint64_t word = chance_mix(connection->payload + (uint64_t)dir + ((uint64_t)at / 8 << 1));

        bytes[i] = (uint8_t)(word >> at % 8 * 8);
    }
}

struct options {
    uint8_t bytes[40];
    uint8_t count;
};

static void put_byte(struct options *options, uint32_t value)
{
    options->bytes[options->count++] = (uint8_t)value;
}

static void put_word(struct options *options, uint32_t value)
{
    for (int shift = 24; shift >= 0; shift -= 8)
        put_byte(options, value >> shift);
}

static struct options make_options(const struct scene_connection *connection,
                                   const struct scene_packet *packet, const uint32_t *shift)
{
    const uint8_t offer[] = {FRAME_MSS(connection->mss[packet->dir]), FRAME_NOP,
                             FRAME_WSCALE(connection->wscale[packet->dir]),
                             connection->sack ? 4 : FRAME_NOP, /* SACK permitted */
                             connection->sack ? 2 : FRAME_NOP};
    struct options options = {{0}, 0};

    for (size_t i = 0; (packet->flags & FRAME_SYN) && i < sizeof offer; i++)
        put_byte(&options, offer[i]);
    if (packet->timestamps) {
        put_byte(&options, 8);
        put_byte(&options, 10);
        put_word(&options, packet->tsval);
        put_word(&options, packet->tsecr);
    }
    if (packet->sacks > 0) {
        put_byte(&options, 5);
        put_byte(&options, 2U + packet->sacks * 8U);
    }
    for (unsigned i = 0; i < packet->sacks; i++)
        for (int end = 0; end < 2; end++)
            put_word(&options, packet->sack[i][end] + shift[!packet->dir]);
    return options;
}

static void build(const struct scene *scene, const struct scene_sighting *sighting,
                  struct built_frame *frame)
{
    const struct scene_packet *packet = &scene->packets[sighting->packet];
    const struct scene_connection *connection = connection_of(scene, sighting);
    const struct scene_tuple *view = &connection->views[sighting->stop];
    const struct scene_point *point = &scene->points[scene->stop[sighting->stop].point];
    const uint32_t *shift = connection->shift[sighting->stop];
    bool to_server = packet->dir == TO_SERVER;
    const struct scene_end *src = to_server ? &view->client : &view->server;
    const struct scene_end *dst = to_server ? &view->server : &view->client;
    uint32_t len = sighting->to - sighting->from;
    uint32_t kept = len < PAYLOAD_BUILT ? len : PAYLOAD_BUILT;
    struct options options = make_options(connection, packet, shift);
    uint8_t payload[PAYLOAD_BUILT];
    uint16_t flags = packet->flags;
    struct frame_spec spec = {
        .link = scene->inputs[point->input].has_interfaces ? FRAME_SLL2 : FRAME_ETHERNET,
        .ifindex = point->ifindex,
        .version = view->client.version,
        .src = src->addr,
        .dst = dst->addr,
        .sport = src->port,
        .dport = dst->port,
        .ttl = {.set = true, .value = sighting->ttl },
        .ip_id = sighting->ip_id,
        .dont_fragment = true,
        .seq = packet->seq + sighting->from + shift[packet->dir],
        .window = {.set = true, .value = packet->window},
        .options = options.bytes,
        .options_len = options.count,
        .payload = payload,
        .payload_len = kept,
    };

    if (sighting->to < packet->len)
        flags &= (uint16_t) ~(FRAME_PSH | FRAME_FIN); /* of the last piece */
    spec.flags = flags;
    if (flags & FRAME_ACK)
        spec.ack = packet->ack + shift[!packet->dir];
    fill_payload(connection, packet->dir,
                 packet->seq - connection->isn[packet->dir] + sighting->from, payload, kept);
    if (len > kept)
        spec.ip_len = (struct frame_forced){.set = true,
                                            .value = len + 20 + (spec.options_len + 3U) / 4 * 4 +
                                                     (spec.version == 6 ? 0 : 20)};
    frame_build(&spec, frame);
    frame->len += len - kept;
}

bool record_keeps_timestamps(const struct scene *scene, const struct scene_packet *packet,
                             unsigned stop)
{
    const struct scene_point *point = &scene->points[scene->stop[stop].point];
    const struct scene_tuple *view = &scene->connections[packet->connection].views[stop];
    uint32_t link = scene->inputs[point->input].has_interfaces ? 20 : 14; /* SLL2, Ethernet */
    uint32_t ip = view->client.version == 6 ? 40 : 20;
    uint32_t options = packet->flags & FRAME_SYN ? 20 : 10;

    return packet->timestamps && link + ip + 20 + options <= SNAPLEN;
}

char *record_path(const struct scene *scene, unsigned input, const char *folder)
{
    for (unsigned i = 0; i < scene->points_count; i++)
        if (scene->points[i].input == input)
            return memory_print("%s/%s.pcap", folder, scene->points[i].name);
    return NULL;
}

static void write_frames(const struct scene *scene, unsigned number, FILE *file)
{
    static struct built_frame frame;
    const struct scene_input *input = &scene->inputs[number];
    struct pcap_format format = {
        .dlt = frame_dlt(input->has_interfaces ? FRAME_SLL2 : FRAME_ETHERNET),
        .snaplen = SNAPLEN,
        .nanoseconds = input->nanoseconds,
    };

    pcap_put_header(file, &format);
    for (size_t i = 0; i < scene->sightings_count; i++) {
        const struct scene_sighting *sighting = &scene->sightings[i];

        if (sighting->frame == 0 ||
            scene->points[scene->stop[sighting->stop].point].input != number)
            continue;
        build(scene, sighting, &frame);
        pcap_put_packet(file, &format, sighting->raw_ns, frame.bytes,
                        frame.len < SNAPLEN ? frame.len : SNAPLEN, frame.len);
    }
}

static bool write_input(const struct scene *scene, unsigned number, const char *folder)
{
    char *path = record_path(scene, number, folder);
    FILE *file = fopen(path, "wb");
    bool good = file != NULL;

    if (file != NULL) {
        write_frames(scene, number, file);
        good = fclose(file) == 0;
    }
    if (!good)
        perror(path);
    free(path);
    return good;
}

bool record_write(const struct scene *scene, const char *folder)
{
    bool good = true;

    for (unsigned i = 0; i < scene->inputs_count && good; i++)
        good = write_input(scene, i, folder);
    return good;
}
