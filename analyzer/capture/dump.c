#include "capture/dump.h"

#include <errno.h>
#include <pcap/pcap.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/time_text.h"

enum {
    SNAPLEN = 262144 /* libpcap's MAXIMUM_SNAPLEN */
};

struct dump {
    pcap_t *pcap;
    pcap_dumper_t *dumper;
    const char *name;
};

/* libpcap closes the stream that it is given, so it gets one of its own. */
static FILE *second_stream(FILE *file)
{
    int fd = dup(fileno(file));
    FILE *stream = fd < 0 ? NULL : fdopen(fd, "wb");

    if (stream == NULL && fd >= 0)
        close(fd);
    return stream;
}

enum status dump_open(FILE *file, const char *name, int dlt, struct dump **out, struct error *err)
{
    struct dump *dump = memory_zalloc(sizeof *dump);
    enum status status;
    FILE *stream;

    *out = NULL;
    dump->name = name;
    dump->pcap = pcap_open_dead_with_tstamp_precision(dlt, SNAPLEN, PCAP_TSTAMP_PRECISION_NANO);
    stream = dump->pcap == NULL ? NULL : second_stream(file);
    if (stream == NULL) {
        status = error_set(err, STATUS_OUTPUT, "%s: %s", name, strerror(errno));
        goto out;
    }
    dump->dumper = pcap_dump_fopen(dump->pcap, stream);
    if (dump->dumper == NULL) {
        status = error_set(err, STATUS_OUTPUT, "%s: %s", name, pcap_geterr(dump->pcap));
        fclose(stream);
        goto out;
    }
    *out = dump;
    return STATUS_OK;
out:
    if (dump->pcap != NULL)
        pcap_close(dump->pcap);
    free(dump);
    return status;
}

void dump_frame(struct dump *dump, const struct frame *frame, const uint8_t *bytes, uint32_t keep)
{
    struct pcap_pkthdr header = {.caplen = keep, .len = frame->sent};

    if (header.len < keep)
        header.len = keep;
    header.ts.tv_sec = frame->raw_ns / NS_PER_SECOND;
    header.ts.tv_usec = frame->raw_ns % NS_PER_SECOND; /* nanoseconds, as was asked for */
    pcap_dump((u_char *)dump->dumper, &header, bytes);
}

enum status dump_close(struct dump *dump, struct error *err)
{
    enum status status = STATUS_OK;

    if (dump == NULL)
        return STATUS_OK;
    if (pcap_dump_flush(dump->dumper) != 0 || ferror(pcap_dump_file(dump->dumper)))
        status = error_set(err, STATUS_OUTPUT, "%s: %s", dump->name, strerror(errno));
    pcap_dump_close(dump->dumper);
    pcap_close(dump->pcap);
    free(dump);
    return status;
}
