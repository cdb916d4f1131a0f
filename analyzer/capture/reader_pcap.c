/* Classic pcap by libpcap: microseconds and nanoseconds, both byte orders. */
#include <pcap/pcap.h>
#include <stdio.h>
#include <string.h>

#include "capture/reader_ops.h"

/* Decimal digits of its seconds; libpcap hides them. */
static uint8_t find_resolution(const struct source *source)
{
    static const uint8_t nanoseconds[2][4] = {
        {0xa1, 0xb2, 0x3c, 0x4d},
        {0x4d, 0x3c, 0xb2, 0xa1}
    };
    uint8_t front[4];

    if (source_peek(source, front, sizeof front) < sizeof front)
        return 6;
    return memcmp(front, nanoseconds[0], sizeof front) == 0 ||
                   memcmp(front, nanoseconds[1], sizeof front) == 0
               ? 9
               : 6;
}

static bool pcap_begin(struct reader *reader)
{
    char reason[PCAP_ERRBUF_SIZE] = "out of memory";
    uint8_t tsresol = find_resolution(reader->source);
    FILE *stream = source_stream(reader->source);
    struct reader_interface *interface;
    pcap_t *pcap = NULL;

    if (stream != NULL)
        pcap = pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (pcap == NULL) {
        if (stream != NULL)
            fclose(stream);
        snprintf(reader->message, sizeof reader->message, "%s", reason);
        return false;
    }
    reader->state = pcap; /* the stream is its own now */
    interface = reader_add_interface(reader, pcap_datalink(pcap));
    interface->tsresol = tsresol;
    interface->snaplen = (uint32_t)pcap_snapshot(pcap);
    return true;
}

static enum read_result pcap_next_frame(struct reader *reader, struct frame *frame)
{
    pcap_t *pcap = reader->state;
    struct pcap_pkthdr *header;
    const u_char *bytes;

    switch (pcap_next_ex(pcap, &header, &bytes)) {
    case 1:
        *frame = (struct frame){
            /* Opened with nanosecond precision: tv_usec holds nanoseconds. */
            .ts_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec,
            .captured = header->caplen,
            .sent = header->len < header->caplen ? header->caplen : header->len,
            .dlt = reader->interfaces[0].dlt,
            .bytes = bytes,
        };
        return READ_FRAME;
    case PCAP_ERROR_BREAK:
        return READ_END;
    default:
        snprintf(reader->message, sizeof reader->message, "%s", pcap_geterr(pcap));
        /* libpcap has one code for both; the message tells them apart. */
        return strstr(reader->message, "truncated") ? READ_TRUNCATED : READ_DAMAGED;
    }
}

static void pcap_end(struct reader *reader)
{
    if (reader->state != NULL)
        pcap_close(reader->state); /* closes the stream */
}

const struct reader_ops reader_pcap = {
    .format = "pcap",
    .open = pcap_begin,
    .next = pcap_next_frame,
    .close = pcap_end,
};
