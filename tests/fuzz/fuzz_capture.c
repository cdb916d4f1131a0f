#include "fuzz/fuzz_capture.h"

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "capture/reader.h"

/* What reading a file to its end came to: has to be the same each time. */
struct summary {
    uint64_t frames, bytes, sum;
    int64_t last_ns;
    size_t interfaces;
    enum read_result end;
};

static void promise(bool kept, const char *what)
{
    if (kept)
        return;
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

static void add_text(struct summary *summary, const char *text)
{
    for (; text && *text != '\0'; text++)
        summary->sum = summary->sum * 31 + (uint8_t)*text;
}

/* Touches all that the reader says is there. */
static void add_frame(struct summary *summary, const struct reader *reader,
                      const struct frame *frame)
{
    const int64_t far_ns = (1LL << 32) * 1000000000;

    promise(frame->captured <= frame->sent, "no more was captured than was sent");
    promise(frame->ts_ns >= -far_ns && frame->ts_ns <= far_ns, "times stay within bounds");
    promise(frame->interface < reader_interfaces(reader), "the interface was described");
    promise(frame->dlt == reader_interface(reader, frame->interface)->dlt, "it has the link type");
    for (uint32_t i = 0; i < frame->captured; i++)
        summary->sum = summary->sum * 31 + frame->bytes[i];
    add_text(summary, frame->comment);
    summary->frames++;
    summary->bytes += frame->captured;
    summary->last_ns = frame->ts_ns;
}

static void add_interfaces(struct summary *summary, const struct reader *reader)
{
    summary->interfaces = reader_interfaces(reader);
    for (size_t i = 0; i < summary->interfaces; i++) {
        const struct reader_interface *interface = reader_interface(reader, i);

        promise(interface->dropped <= INT64_MAX && interface->received <= INT64_MAX,
                "counts fit into a database");
        add_text(summary, interface->name);
        add_text(summary, interface->description);
        summary->sum += interface->dropped;
    }
}

/* False if the file was refused, with a reason that names it. */
static bool read_all(const char *path, struct summary *summary)
{
    struct reader *reader = NULL;
    struct error err = {0};
    struct frame frame;

    memset(summary, 0, sizeof(*summary));
    if (reader_open(path, false, &reader, &err) != STATUS_OK) {
        promise(strncmp(err.text, path, strlen(path)) == 0, "what is refused is named");
        return false;
    }
    while ((summary->end = reader_next(reader, &frame)) == READ_FRAME)
        add_frame(summary, reader, &frame);
    promise(reader_next(reader, &frame) == summary->end, "the end stays the end");
    if (summary->end != READ_END)
        promise(reader_message(reader) && reader_message(reader)[0] != '\0',
                "what is damaged has a reason");
    promise(reader_linktype(reader)[0] != '\0', "the link type has a name");
    add_interfaces(summary, reader);
    add_text(summary, reader_comment(reader));
    reader_close(reader);
    return true;
}

/* One file, written again and again. */
static int open_file(char *path, size_t room)
{
    const char *scratch = getenv("SCRATCH");
    int file;

    snprintf(path, room, "%s/fuzz-capture.XXXXXX", scratch ? scratch : "/tmp");
    file = mkstemp(path);
    promise(file >= 0, "a file can be made");
    return file;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    char path[4096];
    int file = open_file(path, sizeof(path));
    struct summary once, twice;
    bool good;

    promise(write(file, data, size) == (ssize_t)size && close(file) == 0, "a file can be written");
    good = read_all(path, &once);
    promise(read_all(path, &twice) == good, "the same file, the same answer");
    promise(once.frames == twice.frames && once.bytes == twice.bytes && once.sum == twice.sum &&
                once.last_ns == twice.last_ns && once.interfaces == twice.interfaces &&
                once.end == twice.end,
            "the same file, the same frames");
    unlink(path);
    return 0;
}
