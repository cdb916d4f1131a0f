/* Writes the traces that the benchmark reads: traffic of one kind, as much of it as asked for.
 *
 * usage: generate long|short|nat PACKETS FOLDER
 *
 * long   four connections that transfer data all the time         FOLDER/long.pcap
 * short  connections of ten segments, one after the other          FOLDER/short.pcap
 * nat    both at once, seen inside and outside of a source NAT     FOLDER/inside.pcap, outside.pcap
 *
 * One data segment in a thousand is lost and sent again. Frames are cut at 128 bytes, as a host
 * that records for days does it. The same arguments give the same bytes. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "packet/capture_file.h"
#include "packet/frame.h"

enum {
    SNAPLEN = 128,
    MSS = 1448,
    LONG_CONNECTIONS = 4,
    ONE_LOST_IN = 1000,
    NS_BETWEEN_FRAMES = 5000,  /* 200,000 frames a second */
    NS_BETWEEN_POINTS = 1000,  /* the way through the NAT: less, so that time never goes back */
    NS_CLOCK_OFFSET = 3000000, /* of the outer point */
};

static const int64_t begin_ns = 1700000000LL * 1000000000LL;

/* Where segments are written: one point, or two with a NAT between them. */
struct output {
    FILE *inside, *outside; /* outside: NULL without NAT */
    uint64_t left;          /* frames still to be written to `inside` */
    uint64_t written;
    uint32_t data_segments;
    uint16_t ip_id;
};

struct connection {
    uint16_t port;
    uint32_t seq, ack; /* next of the client, next of the server */
    uint32_t tsval;
};

static const struct pcap_format format = {.dlt = 1, .snaplen = SNAPLEN, .nanoseconds = true};

static FILE *open_trace(const char *folder, const char *name)
{
    char path[4096];
    FILE *file;

    snprintf(path, sizeof(path), "%s/%s.pcap", folder, name);
    file = fopen(path, "wb");
    if (!file) {
        perror(path);
        exit(1);
    }
    pcap_put_header(file, &format);
    return file;
}

static void close_trace(FILE *file)
{
    if (file && fclose(file) != 0) {
        perror("generate");
        exit(1);
    }
}

static void put_frame(FILE *file, const struct frame_spec *spec, int64_t ts_ns)
{
    static struct built_frame frame;

    frame_build(spec, &frame);
    pcap_put_packet(file, &format, ts_ns, frame.bytes, frame.len < SNAPLEN ? frame.len : SNAPLEN,
                    frame.len);
}

/* --- one segment --------------------------------------------------------------------------- */

enum sender {
    CLIENT,
    SERVER
};
enum fate {
    ARRIVES,
    LOST
};

/* Writes the segment at each point that it comes to. */
static void put_segment(struct output *output, const struct connection *connection,
                        enum sender sender, uint16_t flags, uint32_t len, enum fate fate)
{
    const uint8_t stamps[] = {FRAME_NOP, FRAME_NOP,
                              FRAME_TIMESTAMPS(connection->tsval, connection->tsval - 1)};
    const uint8_t offer[] = {FRAME_MSS(1460), FRAME_SACK_PERMITTED,
                             FRAME_TIMESTAMPS(connection->tsval, 0), FRAME_NOP, FRAME_WSCALE(7)};
    int64_t ts_ns = begin_ns + (int64_t)output->written * NS_BETWEEN_FRAMES;
    bool from_client = sender == CLIENT;
    struct frame_spec spec = {
        .src = from_client ? "172.17.0.2" : "198.51.100.7",
        .dst = from_client ? "198.51.100.7" : "172.17.0.2",
        .sport = from_client ? connection->port : 443,
        .dport = from_client ? 443 : connection->port,
        .seq = from_client ? connection->seq : connection->ack,
        .ack = flags == FRAME_SYN ? 0
               : from_client      ? connection->ack
                                  : connection->seq,
        .flags = flags,
        .ip_id = ++output->ip_id,
        .dont_fragment = true,
        .options = flags & FRAME_SYN ? offer : stamps,
        .options_len = (uint8_t)(flags & FRAME_SYN ? sizeof(offer) : sizeof(stamps)),
        .payload_len = len,
    };

    if (output->left == 0)
        return;
    output->left--;
    output->written++;
    if (!output->outside || from_client || fate == ARRIVES)
        put_frame(output->inside, &spec, ts_ns);
    if (!output->outside || (from_client && fate == LOST))
        return;
    ts_ns += NS_CLOCK_OFFSET + (from_client ? NS_BETWEEN_POINTS : -NS_BETWEEN_POINTS);
    spec.ttl = (struct frame_forced)FRAME_FORCE(from_client ? 63 : 65);
    if (from_client)
        spec.src = "192.0.2.1";
    else
        spec.dst = "192.0.2.1";
    put_frame(output->outside, &spec, ts_ns);
}

/* --- traffic ------------------------------------------------------------------------------- */

static void open_connection(struct output *output, struct connection *connection)
{
    put_segment(output, connection, CLIENT, FRAME_SYN, 0, ARRIVES);
    connection->seq++;
    put_segment(output, connection, SERVER, FRAME_SYN | FRAME_ACK, 0, ARRIVES);
    connection->ack++;
    put_segment(output, connection, CLIENT, FRAME_ACK, 0, ARRIVES);
}

/* Two full segments and the ACK of both; now and then the first has to be sent again. */
static void transfer(struct output *output, struct connection *connection)
{
    bool lost = ++output->data_segments % ONE_LOST_IN == 0;

    connection->tsval++;
    put_segment(output, connection, CLIENT, FRAME_ACK, MSS, lost ? LOST : ARRIVES);
    connection->seq += MSS;
    put_segment(output, connection, CLIENT, FRAME_PSH | FRAME_ACK, MSS, ARRIVES);
    if (lost) {
        connection->seq -= MSS;
        connection->tsval += 30;
        put_segment(output, connection, CLIENT, FRAME_ACK, MSS, ARRIVES);
        connection->seq += MSS;
    }
    connection->seq += MSS;
    put_segment(output, connection, SERVER, FRAME_ACK, 0, ARRIVES);
}

static void close_connection(struct output *output, struct connection *connection)
{
    put_segment(output, connection, CLIENT, FRAME_FIN | FRAME_ACK, 0, ARRIVES);
    connection->seq++;
    put_segment(output, connection, SERVER, FRAME_FIN | FRAME_ACK, 0, ARRIVES);
    connection->ack++;
    put_segment(output, connection, CLIENT, FRAME_ACK, 0, ARRIVES);
}

/* A new connection's numbers: spread over the number space, and never random. */
static struct connection new_connection(uint32_t number)
{
    return (struct connection){
        .port = (uint16_t)(1024 + number % 60000),
        .seq = number * 2654435761U,
        .ack = number * 2246822519U + 1,
        .tsval = 1000 + number,
    };
}

static void make_short(struct output *output, uint32_t number)
{
    struct connection connection = new_connection(number);

    open_connection(output, &connection);
    put_segment(output, &connection, CLIENT, FRAME_PSH | FRAME_ACK, 200, ARRIVES);
    connection.seq += 200;
    put_segment(output, &connection, SERVER, FRAME_ACK, 0, ARRIVES);
    put_segment(output, &connection, SERVER, FRAME_PSH | FRAME_ACK, 900, ARRIVES);
    connection.ack += 900;
    put_segment(output, &connection, CLIENT, FRAME_ACK, 0, ARRIVES);
    close_connection(output, &connection);
}

static void make_traffic(struct output *output, bool with_long, bool with_short)
{
    struct connection longs[LONG_CONNECTIONS];
    uint32_t number = 0;

    for (size_t i = 0; with_long && i < LONG_CONNECTIONS; i++) {
        longs[i] = new_connection(60000 + number++);
        longs[i].port = (uint16_t)(62000 + i);
        open_connection(output, &longs[i]);
    }
    while (output->left > 0) {
        for (size_t i = 0; with_long && i < LONG_CONNECTIONS; i++)
            transfer(output, &longs[i]);
        if (with_short)
            make_short(output, number++);
    }
}

int main(int argc, char **argv)
{
    struct output output = {0};
    bool nat;

    if (argc != 4 || (strcmp(argv[1], "long") != 0 && strcmp(argv[1], "short") != 0 &&
                      strcmp(argv[1], "nat") != 0)) {
        fprintf(stderr, "usage: generate long|short|nat PACKETS FOLDER\n");
        return 2;
    }
    nat = strcmp(argv[1], "nat") == 0;
    output.left = strtoull(argv[2], NULL, 10) / (nat ? 2 : 1);
    output.inside = open_trace(argv[3], nat ? "inside" : argv[1]);
    if (nat)
        output.outside = open_trace(argv[3], "outside");
    make_traffic(&output, strcmp(argv[1], "short") != 0, strcmp(argv[1], "long") != 0);
    close_trace(output.inside);
    close_trace(output.outside);
    return 0;
}
