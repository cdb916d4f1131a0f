/* Writes the small captures that the command-line tests are about.
 *
 * usage: make_capture [-f FORMAT] [-l LINK] [-z PACKING] STORY FILE
 *
 * FORMAT is pcap (microseconds), pcap-ns, pcap-swapped, pcapng or pcapng-swapped; LINK is
 * ethernet, sll, sll2, raw or null; PACKING is none, gzip, zstd or lz4; STORY is a name out of
 * the list below. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "packet/capture_file.h"
#include "packet/frame.h"
#include "packet/pack.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* 2023-11-14T22:13:20Z: a time that is the same in every run. */
static const int64_t story_begin_ns = 1700000000LL * 1000000000LL;

struct scene {
    int64_t at_us;
    struct frame_spec spec;
};

static const uint8_t offer[] = {FRAME_MSS(1460), FRAME_SACK_PERMITTED, FRAME_TIMESTAMPS(1000, 0),
                                FRAME_NOP, FRAME_WSCALE(7)};
static const uint8_t answer[] = {FRAME_MSS(1460), FRAME_SACK_PERMITTED,
                                 FRAME_TIMESTAMPS(5000, 1000), FRAME_NOP, FRAME_WSCALE(7)};

#define CLIENT .sport = 40000, .dport = 80
#define SERVER                                                                                     \
    .src = "10.0.0.2", .dst = "10.0.0.1", .sport = 80, .dport = 40000, .ttl = FRAME_FORCE(63)
#define OFFER  .options = offer, .options_len = sizeof(offer)
#define ANSWER .options = answer, .options_len = sizeof(answer)
#define PUSH   .flags = FRAME_PSH | FRAME_ACK
#define FIN    .flags = FRAME_FIN | FRAME_ACK

/* A connection as it should be: 100 bytes asked, 1000 answered, closed by both. */
static const struct scene conversation[] = {
    {0,     {CLIENT, .flags = FRAME_SYN, .seq = 100, OFFER}                         },
    {10000, {SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, ANSWER}},
    {10100, {CLIENT, .seq = 101, .ack = 901}                                        },
    {10200, {CLIENT, PUSH, .seq = 101, .ack = 901, .payload_len = 100}              },
    {20300, {SERVER, .seq = 901, .ack = 201}                                        },
    {25000, {SERVER, PUSH, .seq = 901, .ack = 201, .payload_len = 1000}             },
    {25100, {CLIENT, .seq = 201, .ack = 1901}                                       },
    {30000, {CLIENT, FIN, .seq = 201, .ack = 1901}                                  },
    {40100, {SERVER, FIN, .seq = 1901, .ack = 202}                                  },
    {40200, {CLIENT, .seq = 202, .ack = 1902}                                       },
};

/* Nobody answers the SYN, which is sent four times. */
static const struct scene unanswered[] = {
    {0,       {CLIENT, .flags = FRAME_SYN, .seq = 100, OFFER}},
    {1000000, {CLIENT, .flags = FRAME_SYN, .seq = 100, OFFER}},
    {3000000, {CLIENT, .flags = FRAME_SYN, .seq = 100, OFFER}},
    {7000000, {CLIENT, .flags = FRAME_SYN, .seq = 100, OFFER}},
};

/* A host that translates records with `-i any`: each segment on two interfaces of a bridge inside,
 * and outside. */
#define OUTSIDE .src = "192.0.2.1", .sport = 61000, .dport = 80, .ttl = FRAME_FORCE(63)
#define TO_OUTSIDE                                                                                 \
    .src = "10.0.0.2", .dst = "192.0.2.1", .sport = 80, .dport = 61000, .ttl = FRAME_FORCE(64)
static const struct scene translating[] = {
    {0,     {CLIENT, .ip_id = 1, .flags = FRAME_SYN, .seq = 100, OFFER}                         },
    {3,     {CLIENT, .ip_id = 1, .flags = FRAME_SYN, .seq = 100, OFFER}                         },
    {20,    {OUTSIDE, .ip_id = 1, .flags = FRAME_SYN, .seq = 100, OFFER}                        },
    {10000,
     {TO_OUTSIDE, .ip_id = 0, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, ANSWER}   },
    {10020, {SERVER, .ip_id = 0, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, ANSWER}},
    {10023, {SERVER, .ip_id = 0, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, ANSWER}},
    {10100, {CLIENT, .ip_id = 2, .seq = 101, .ack = 901}                                        },
    {10103, {CLIENT, .ip_id = 2, .seq = 101, .ack = 901}                                        },
    {10120, {OUTSIDE, .ip_id = 2, .seq = 101, .ack = 901}                                       },
    {10200, {CLIENT, .ip_id = 3, PUSH, .seq = 101, .ack = 901, .payload_len = 100}              },
    {10203, {CLIENT, .ip_id = 3, PUSH, .seq = 101, .ack = 901, .payload_len = 100}              },
    {10220, {OUTSIDE, .ip_id = 3, PUSH, .seq = 101, .ack = 901, .payload_len = 100}             },
    {20300, {TO_OUTSIDE, .ip_id = 11, .seq = 901, .ack = 201}                                   },
    {20320, {SERVER, .ip_id = 11, .seq = 901, .ack = 201}                                       },
    {20323, {SERVER, .ip_id = 11, .seq = 901, .ack = 201}                                       },
};

/* UDP in both versions, ARP, an ICMP echo: nothing to analyse. */
static const uint8_t datagram[] = {0x30, 0x39, 0, 53, 0, 12, 0, 0, 1, 2, 3, 4};
static const struct frame_icmp echo = {.type = 8};
static const struct scene no_tcp[] = {
    {0,  {.body = datagram, .body_len = sizeof(datagram), .protocol = FRAME_FORCE(17)}          },
    {10,
     {.version = 6, .body = datagram, .body_len = sizeof(datagram), .protocol = FRAME_FORCE(17)}},
    {20, {.ethertype = FRAME_FORCE(0x0806)}                                                     },
    {30, {.icmp = &echo}                                                                        },
};

/* A server never closes its sockets. Hours after the client did, it takes the same port: the old
 * socket answers. Another port of it is left alone. A third SYN cannot be delivered. */
#define OTHER_CLIENT .sport = 40001, .dport = 80
#define OTHER_SERVER                                                                               \
    .src = "10.0.0.2", .dst = "10.0.0.1", .sport = 80, .dport = 40001, .ttl = FRAME_FORCE(63)
#define THIRD_CLIENT .sport = 40002, .dport = 80
#define HOURS        7200000000
static const struct frame_spec undelivered = {THIRD_CLIENT, .flags = FRAME_SYN, .seq = 300, OFFER};
static const struct frame_icmp unreachable = {.type = 3, .code = 10, .quote = &undelivered};
static const struct scene leaking[] = {
    {0,             {CLIENT, .flags = FRAME_SYN, .seq = 100, OFFER}                               },
    {100,           {SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, ANSWER}      },
    {200,           {CLIENT, .seq = 101, .ack = 901}                                              },
    {300,           {OTHER_CLIENT, .flags = FRAME_SYN, .seq = 500, OFFER}                         },
    {400,           {OTHER_SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 700, .ack = 501, ANSWER}},
    {500,           {OTHER_CLIENT, .seq = 501, .ack = 701}                                        },
    {1000,          {CLIENT, FIN, .seq = 101, .ack = 901}                                         },
    {1100,          {SERVER, .seq = 901, .ack = 102}                                              },
    {2000,          {OTHER_CLIENT, FIN, .seq = 501, .ack = 701}                                   },
    {2100,          {OTHER_SERVER, .seq = 701, .ack = 502}                                        },
    {HOURS,         {CLIENT, .flags = FRAME_SYN, .seq = 5000, OFFER}                              },
    {HOURS + 100,   {SERVER, .seq = 901, .ack = 102}                                              },
    {HOURS + 200,   {CLIENT, .flags = FRAME_RST, .seq = 102}                                      },
    {HOURS + 8000,  {CLIENT, .flags = FRAME_SYN, .seq = 5000, OFFER}                              },
    {HOURS + 8100,  {SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 7777, .ack = 5001, ANSWER}    },
    {HOURS + 8200,  {CLIENT, .seq = 5001, .ack = 7778}                                            },
    {HOURS + 9000,  {THIRD_CLIENT, .flags = FRAME_SYN, .seq = 300, OFFER}                         },
    {HOURS + 10000, {.src = "10.0.0.9", .dst = "10.0.0.1", .icmp = &unreachable}                  },
};

/* Two clients behind one NAT that gives both the same port, as `-i any` records it: the second is
 * refused by the server's TIME-WAIT until its RST has ended that. */
#define NEIGHBOUR .src = "10.0.0.3", .sport = 40000, .dport = 80
#define TO_NEIGHBOUR                                                                               \
    .src = "10.0.0.2", .dst = "10.0.0.3", .sport = 80, .dport = 40000, .ttl = FRAME_FORCE(63)
static const uint8_t plain[] = {FRAME_MSS(1460)};
#define PLAIN   .options = plain, .options_len = sizeof(plain)
#define SECONDS 1000000LL
static const struct scene sharing[] = {
    {0,                  {CLIENT, .ip_id = 1, .flags = FRAME_SYN, .seq = 70000, PLAIN}                },
    {20,                 {OUTSIDE, .ip_id = 1, .flags = FRAME_SYN, .seq = 70000, PLAIN}               },
    {1000,               {TO_OUTSIDE, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 70001, PLAIN}},
    {1020,               {SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 70001, PLAIN}    },
    {1100,               {CLIENT, .ip_id = 2, .seq = 70001, .ack = 901}                               },
    {1120,               {OUTSIDE, .ip_id = 2, .seq = 70001, .ack = 901}                              },
    {2000,               {TO_OUTSIDE, FIN, .ip_id = 7, .seq = 901, .ack = 70001}                      },
    {2020,               {SERVER, FIN, .ip_id = 7, .seq = 901, .ack = 70001}                          },
    {2100,               {CLIENT, FIN, .ip_id = 3, .seq = 70001, .ack = 902}                          },
    {2120,               {OUTSIDE, FIN, .ip_id = 3, .seq = 70001, .ack = 902}                         },
    {3000,               {TO_OUTSIDE, .ip_id = 8, .seq = 902, .ack = 70002}                           },
    {3020,               {SERVER, .ip_id = 8, .seq = 902, .ack = 70002}                               },
    {5 * SECONDS,        {NEIGHBOUR, .ip_id = 51, .flags = FRAME_SYN, .seq = 5000, PLAIN}             },
    {5 * SECONDS + 20,   {OUTSIDE, .ip_id = 51, .flags = FRAME_SYN, .seq = 5000, PLAIN}               },
    {5 * SECONDS + 1000, {TO_OUTSIDE, .ip_id = 9, .seq = 902, .ack = 70002}                           },
    {5 * SECONDS + 1020, {TO_NEIGHBOUR, .ip_id = 9, .seq = 902, .ack = 70002}                         },
    {5 * SECONDS + 1100, {NEIGHBOUR, .ip_id = 52, .flags = FRAME_RST, .seq = 70002}                   },
    {5 * SECONDS + 1120, {OUTSIDE, .ip_id = 52, .flags = FRAME_RST, .seq = 70002}                     },
    {6 * SECONDS,        {NEIGHBOUR, .ip_id = 53, .flags = FRAME_SYN, .seq = 5000, PLAIN}             },
    {6 * SECONDS + 20,   {OUTSIDE, .ip_id = 53, .flags = FRAME_SYN, .seq = 5000, PLAIN}               },
    {6 * SECONDS + 1000,
     {TO_OUTSIDE, .flags = FRAME_SYN | FRAME_ACK, .seq = 33000, .ack = 5001, PLAIN}                   },
    {6 * SECONDS + 1020,
     {TO_NEIGHBOUR, .flags = FRAME_SYN | FRAME_ACK, .seq = 33000, .ack = 5001, PLAIN}                 },
    {6 * SECONDS + 1100, {NEIGHBOUR, .ip_id = 54, .seq = 5001, .ack = 33001}                          },
    {6 * SECONDS + 1120, {OUTSIDE, .ip_id = 54, .seq = 5001, .ack = 33001}                            },
};

/* A NAT forgets a connection that is silent for 400 s: what the server sends then is answered by
 * the host itself. */
static const struct scene expiring[] = {
    {0,                  {CLIENT, .ip_id = 1, .flags = FRAME_SYN, .seq = 100, OFFER}                 },
    {20,                 {OUTSIDE, .ip_id = 1, .flags = FRAME_SYN, .seq = 100, OFFER}                },
    {1000,               {TO_OUTSIDE, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, ANSWER}},
    {1020,               {SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, ANSWER}    },
    {1100,               {CLIENT, .ip_id = 2, .seq = 101, .ack = 901}                                },
    {1120,               {OUTSIDE, .ip_id = 2, .seq = 101, .ack = 901}                               },
    {1200,               {CLIENT, .ip_id = 3, PUSH, .seq = 101, .ack = 901, .payload_len = 100}      },
    {1220,               {OUTSIDE, .ip_id = 3, PUSH, .seq = 101, .ack = 901, .payload_len = 100}     },
    {2000,               {TO_OUTSIDE, .ip_id = 7, .seq = 901, .ack = 201}                            },
    {2020,               {SERVER, .ip_id = 7, .seq = 901, .ack = 201}                                },
    {400 * SECONDS,      {TO_OUTSIDE, .ip_id = 8, PUSH, .seq = 901, .ack = 201, .payload_len = 50}   },
    {400 * SECONDS + 30,
     {.src = "192.0.2.1",
      .sport = 61000,
      .dport = 80,
      .ttl = FRAME_FORCE(64),
      .flags = FRAME_RST,
      .seq = 201}                                                                                    },
    {401 * SECONDS,      {.src = "10.0.0.9", .sport = 40000, .dport = 80, .flags = FRAME_SYN}        },
};

/* A SYN that leaves with a TTL of 64 is answered, one that leaves with 42 is not; and so on, CROWD
 * times, each a second and a port later. */
#define CROWD     12
#define FIRST_SYN .flags = FRAME_SYN, .seq = 100, OFFER
static const struct scene crowd[] = {
    {0,     {CLIENT, FIRST_SYN, .ttl = FRAME_FORCE(64)}                             },
    {10000, {SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, ANSWER}},
    {10100, {CLIENT, .seq = 101, .ack = 901}                                        },
    {20000, {.sport = 40100, .dport = 80, FIRST_SYN, .ttl = FRAME_FORCE(42)}        },
};

/* A segment of 172 bytes comes in two pieces; a piece of something else comes between them. */
static const uint8_t rest[72];
#define REST .body = rest, .body_len = sizeof(rest), .protocol = FRAME_FORCE(6)
static const struct scene fragments[] = {
    {0,     {CLIENT, .flags = FRAME_SYN, .seq = 100, OFFER}                         },
    {10000, {SERVER, .flags = FRAME_SYN | FRAME_ACK, .seq = 900, .ack = 101, ANSWER}},
    {10100, {CLIENT, .seq = 101, .ack = 901}                                        },
    {10200,
     {CLIENT, PUSH, .ip_id = 5, .more_fragments = true, .seq = 101, .ack = 901,
      .payload_len = 100}                                                           },
    {10300, {.ip_id = 6, .fragment_offset = 120, REST}                              },
    {10400, {.ip_id = 5, .fragment_offset = 120, REST}                              },
    {20300, {SERVER, .seq = 901, .ack = 273}                                        },
};

static const struct {
    const char *name;
    const struct scene *scenes;
    size_t count;
} stories[] = {
    {"conversation", conversation, COUNT(conversation)},
    {"unanswered",   unanswered,   COUNT(unanswered)  },
    {"translating",  translating,  COUNT(translating) },
    {"leaking",      leaking,      COUNT(leaking)     },
    {"sharing",      sharing,      COUNT(sharing)     },
    {"expiring",     expiring,     COUNT(expiring)    },
    {"fragments",    fragments,    COUNT(fragments)   },
    {"no-tcp",       no_tcp,       COUNT(no_tcp)      },
    {"crowd",        crowd,        COUNT(crowd)       },
    {"empty",        NULL,         0                  },
};

static const struct {
    const char *name;
    bool ng, swapped, nanoseconds;
} formats[] = {
    {"pcap",           false, false, false},
    {"pcap-ns",        false, false, true },
    {"pcap-swapped",   false, true,  true },
    {"pcapng",         true,  false, true },
    {"pcapng-swapped", true,  true,  true },
};

static const struct {
    const char *name;
    enum frame_link link;
} links[] = {
    {"ethernet", FRAME_ETHERNET},
    {"sll",      FRAME_SLL     },
    {"sll2",     FRAME_SLL2    },
    {"raw",      FRAME_RAW     },
    {"null",     FRAME_NULL    },
};

static const struct {
    const char *name;
    enum pack_format format;
} packings[] = {
    {"none", PACK_NONE},
    {"gzip", PACK_GZIP},
    {"zstd", PACK_ZSTD},
    {"lz4",  PACK_LZ4 },
};

/* The index of `wanted` in a table whose rows begin with a name; ends the program without it. */
#define FIND(table, wanted) find_name((wanted), &(table)[0].name, sizeof((table)[0]), COUNT(table))

static size_t find_name(const char *wanted, const char *const *first, size_t stride, size_t count)
{
    for (size_t i = 0; i < count; i++) {
        const char *const *name = (const char *const *)((const char *)first + i * stride);

        if (strcmp(*name, wanted) == 0)
            return i;
    }
    fprintf(stderr, "make_capture: no '%s'\n", wanted);
    exit(2);
}

static void write_story(FILE *file, size_t story, size_t format, enum frame_link link)
{
    static struct built_frame frame;
    const bool swapped = formats[format].swapped;
    const struct pcap_format pcap = {
        .dlt = frame_dlt(link), .nanoseconds = formats[format].nanoseconds, .swapped = swapped};
    const struct pcapng_interface interface = {
        .dlt = frame_dlt(link), .snaplen = 262144, .name = "eth0", .resolution = 9};
    const size_t times = stories[story].scenes == crowd ? CROWD : 1;

    if (formats[format].ng) {
        pcapng_put_section(file, swapped);
        pcapng_put_interface(file, swapped, &interface);
    } else {
        pcap_put_header(file, &pcap);
    }
    for (size_t i = 0; i < times * stories[story].count; i++) {
        const struct scene *scene = &stories[story].scenes[i % stories[story].count];
        size_t time = i / stories[story].count;
        struct frame_spec spec = scene->spec;
        int64_t ts_ns = story_begin_ns + scene->at_us * 1000 + (int64_t)time * 1000000000;

        if (time > 0) /* all stories are about one server port */
            *(spec.sport == 80 ? &spec.dport : &spec.sport) += (uint16_t)time;
        spec.link = link;
        frame_build(&spec, &frame);
        if (formats[format].ng)
            pcapng_put_packet(file, swapped, &interface, 0, ts_ns, frame.bytes, frame.len,
                              frame.len);
        else
            pcap_put_packet(file, &pcap, ts_ns, frame.bytes, frame.len, frame.len);
    }
}

static bool write_packed(FILE *file, enum pack_format format, const char *bytes, size_t size)
{
    uint8_t *packed;
    size_t packed_size = pack(format, bytes, size, &packed);
    bool written = fwrite(packed, 1, packed_size, file) == packed_size;

    free(packed);
    return written;
}

int main(int argc, char **argv)
{
    size_t format = 0, link = 0, packing = 0, story, size;
    char *bytes;
    int option;
    FILE *file, *memory = open_memstream(&bytes, &size);
    bool written;

    while ((option = getopt(argc, argv, "f:l:z:")) != -1) {
        if (option == 'f')
            format = FIND(formats, optarg);
        else if (option == 'l')
            link = FIND(links, optarg);
        else if (option == 'z')
            packing = FIND(packings, optarg);
        else
            return 2;
    }
    if (argc - optind != 2) {
        fprintf(stderr, "usage: make_capture [-f FORMAT] [-l LINK] [-z PACKING] STORY FILE\n");
        return 2;
    }
    story = FIND(stories, argv[optind]);
    file = fopen(argv[optind + 1], "wb");
    if (!file || !memory) {
        perror(argv[optind + 1]);
        return 1;
    }
    write_story(memory, story, format, links[link].link);
    fclose(memory);
    written = write_packed(file, packings[packing].format, bytes, size);
    free(bytes);
    return fclose(file) == 0 && written ? 0 : 1;
}
