/* Frames by libpcap: pcap in microseconds and nanoseconds, both byte orders, and pcapng with
 * one link type. */
#include "capture/reader.h"

#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

struct reader {
    struct source *source;
    pcap_t *pcap;
    int dlt;
    bool pcapng;
    char linktype[16]; /* for a link type without a name */
    char message[PCAP_ERRBUF_SIZE];
};

/* The block type of a pcapng section header reads the same in both byte orders. */
static bool is_pcapng(const struct source *source)
{
    static const uint8_t magic[4] = {0x0a, 0x0d, 0x0d, 0x0a};
    uint8_t front[4];

    return source_peek(source, front, sizeof front) == sizeof front &&
           memcmp(front, magic, sizeof magic) == 0;
}

enum status reader_open(const char *path, bool hash, struct reader **out, struct error *err)
{
    char reason[PCAP_ERRBUF_SIZE] = "out of memory";
    struct reader *reader = memory_zalloc(sizeof *reader);
    FILE *stream = NULL;
    enum status status;

    *out = NULL;
    status = source_open(path, hash, &reader->source, err);
    if (status != STATUS_OK)
        goto out;
    reader->pcapng = is_pcapng(reader->source);
    stream = source_stream(reader->source);
    if (stream != NULL)
        reader->pcap =
            pcap_fopen_offline_with_tstamp_precision(stream, PCAP_TSTAMP_PRECISION_NANO, reason);
    if (reader->pcap == NULL) {
        status =
            error_set(err, STATUS_INPUT, "%s: not a capture that can be read: %s", path, reason);
        goto out;
    }
    stream = NULL; /* now libpcap's */
    reader->dlt = pcap_datalink(reader->pcap);
    snprintf(reader->linktype, sizeof reader->linktype, "%d", reader->dlt);
    *out = reader;
    return STATUS_OK;
out:
    if (stream != NULL)
        fclose(stream);
    reader_close(reader);
    return status;
}

enum read_result reader_next(struct reader *reader, struct frame *frame)
{
    struct pcap_pkthdr *header;
    const u_char *bytes;

    switch (pcap_next_ex(reader->pcap, &header, &bytes)) {
    case 1:
        /* Opened with nanosecond precision: tv_usec holds nanoseconds. */
        frame->ts_ns = (int64_t)header->ts.tv_sec * 1000000000 + header->ts.tv_usec;
        frame->captured = header->caplen;
        frame->sent = header->len < header->caplen ? header->caplen : header->len;
        frame->dlt = reader->dlt;
        frame->bytes = bytes;
        return READ_FRAME;
    case PCAP_ERROR_BREAK:
        return READ_END;
    default:
        snprintf(reader->message, sizeof reader->message, "%s", pcap_geterr(reader->pcap));
        return strstr(reader->message, "truncated") ? READ_TRUNCATED : READ_DAMAGED;
    }
}

const char *reader_format(const struct reader *reader)
{
    return reader->pcapng ? "pcapng" : "pcap";
}

const char *reader_linktype(const struct reader *reader)
{
    const char *name = pcap_datalink_val_to_name(reader->dlt);

    return name ? name : reader->linktype;
}

uint32_t reader_snaplen(const struct reader *reader)
{
    return (uint32_t)pcap_snapshot(reader->pcap);
}

const char *reader_message(const struct reader *reader)
{
    return reader->message;
}

void reader_sha256(struct reader *reader, char text[SHA256_TEXT])
{
    source_sha256(reader->source, text);
}

void reader_close(struct reader *reader)
{
    if (reader == NULL)
        return;
    if (reader->pcap != NULL)
        pcap_close(reader->pcap); /* closes the stream */
    source_close(reader->source);
    free(reader);
}
