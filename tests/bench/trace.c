#include "bench/trace.h"

#include <stdlib.h>

#include "packet/capture_file.h"
#include "packet/frame.h"

enum {
    SNAPLEN = 96,
    CLIENTS = 250,
    NS_APART = 3000,           /* least time between two segments */
    NS_BETWEEN_POINTS = 1000,  /* less than that, so that neither capture goes back in time */
    NS_CLOCK_OFFSET = 3000000, /* of the outer point */
    TTL_CLIENT = 64,
    TTL_SERVER = 57
};

static const int64_t begin_ns = INT64_C(1700000000) * 1000000000;
static const struct pcap_format format = {.dlt = 1, .snaplen = SNAPLEN, .nanoseconds = true};

void talk_begin(struct talk *talk, uint32_t number)
{
    *talk = (struct talk){
  /* A client's port comes again after 7,000,000 connections, the NAT's after 60,000. */
        .port = (uint16_t)(32768 + number / CLIENTS % 28000),
        .outside_port = (uint16_t)(1024 + number % 60000),
        .ip_id = {(uint16_t)(number * 40503U), (uint16_t)(number * 30011U)},
        .next = {number * 2654435761U,        number * 2246822519U + 1   },
        .tsval_zero = {number * 3266489917U,        number * 668265263U        },
    };
    snprintf(talk->client, sizeof talk->client, "172.17.0.%u", 2 + number % CLIENTS);
}

static FILE *open_capture(const char *folder, const char *name, const char *suffix)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof path, "%s/%s%s.pcap", folder, name, suffix);
    file = fopen(path, "wb");
    if (file == NULL) {
        perror(path);
        exit(1);
    }
    pcap_put_header(file, &format);
    return file;
}

static void close_capture(FILE *file)
{
    if (file != NULL && fclose(file) != 0) {
        perror("generate");
        exit(1);
    }
}

void trace_open(struct trace *trace, const char *folder, const char *name, bool nat)
{
    *trace = (struct trace){.inside = open_capture(folder, name, "")};
    if (nat)
        trace->outside = open_capture(folder, name, "-outside");
}

void trace_close(struct trace *trace)
{
    close_capture(trace->inside);
    close_capture(trace->outside);
}

static void put_frame(FILE *file, const struct frame_spec *spec, int64_t ts_ns)
{
    static struct built_frame frame;

    frame_build(spec, &frame);
    pcap_put_packet(file, &format, begin_ns + ts_ns, frame.bytes,
                    frame.len < SNAPLEN ? frame.len : SNAPLEN, frame.len);
}

/* As the outer point sees it: from the NAT's address or to it, one hop on. */
static void put_outside(FILE *file, const struct talk *talk, struct frame_spec *spec,
                        enum sender sender, int64_t ts_ns)
{
    if (sender == CLIENT) {
        spec->src = "192.0.2.1";
        spec->sport = talk->outside_port;
        spec->ttl.value--;
        ts_ns += NS_BETWEEN_POINTS;
    } else {
        spec->dst = "192.0.2.1";
        spec->dport = talk->outside_port;
        spec->ttl.value++;
        ts_ns -= NS_BETWEEN_POINTS;
    }
    put_frame(file, spec, ts_ns + NS_CLOCK_OFFSET);
}

void trace_put(struct trace *trace, struct talk *talk, const struct shape *shape, int64_t ts_ns)
{
    bool from_client = shape->sender == CLIENT;
    uint32_t echo = talk->tsval[!shape->sender];
    uint32_t tsval = talk->tsval_zero[shape->sender] + (uint32_t)(ts_ns / 1000000);
    const uint8_t offer[] = {FRAME_MSS(1460), FRAME_SACK_PERMITTED, FRAME_TIMESTAMPS(tsval, echo),
                             FRAME_NOP, FRAME_WSCALE(7)};
    const uint8_t stamps[] = {FRAME_NOP, FRAME_NOP, FRAME_TIMESTAMPS(tsval, echo),
                              FRAME_NOP, FRAME_NOP, FRAME_SACK1(shape->sack[0], shape->sack[1])};
    bool has_sack = shape->sack[0] != shape->sack[1];
    struct frame_spec spec = {
        .src = from_client ? talk->client : "198.51.100.7",
        .dst = from_client ? "198.51.100.7" : talk->client,
        .sport = from_client ? talk->port : 443,
        .dport = from_client ? 443 : talk->port,
        .ttl = {.set = true, .value = from_client ? TTL_CLIENT : TTL_SERVER  },
        .ip_id = talk->ip_id[shape->sender]++,
        .dont_fragment = true,
        .seq = shape->seq,
        .ack = shape->ack,
        .flags = shape->flags,
        .window = {.set = true, .value = shape->flags & FRAME_SYN ? 64240 : 1500},
        .options = shape->flags & FRAME_SYN ? offer : stamps,
        .options_len = (uint8_t)(shape->flags & FRAME_SYN ? sizeof offer
                                 : has_sack               ? 24
                                                          : 12),
        .payload_len = shape->len,
    };

    if (trace->segments > 0 && ts_ns < trace->now_ns + NS_APART)
        ts_ns = trace->now_ns + NS_APART;
    trace->now_ns = ts_ns;
    trace->segments++;
    talk->tsval[shape->sender] = tsval;
    put_frame(trace->inside, &spec, ts_ns);
    if (trace->outside != NULL && !shape->lost)
        put_outside(trace->outside, talk, &spec, shape->sender, ts_ns);
}
