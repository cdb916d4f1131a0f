#include "capture/reader.h"

#include <pcap/pcap.h>
#include <stdlib.h>

#include "base/memory.h"
#include "capture/reader_ops.h"

/* What none of these recognises is left to libpcap: it knows more kinds of pcap than one, and
 * says it if a file is none. */
static const struct reader_ops *find_format(const struct source *source)
{
    static const struct reader_ops *const formats[] = {&reader_pcapng, &reader_snoop};
    uint8_t front[16];
    size_t size = source_peek(source, front, sizeof front);

    for (size_t i = 0; i < sizeof formats / sizeof *formats; i++)
        if (formats[i]->recognises(front, size))
            return formats[i];
    return &reader_pcap;
}

enum status reader_open(const char *path, bool hash, struct reader **out, struct error *err)
{
    struct reader *reader = memory_zalloc(sizeof *reader);
    enum status status = source_open(path, hash, &reader->source, err);

    *out = NULL;
    if (status != STATUS_OK)
        goto out;
    reader->ended = READ_FRAME;
    reader->ops = find_format(reader->source);
    if (!reader->ops->open(reader)) {
        status = error_set(err, STATUS_INPUT, "%s: not a capture that can be read: %s", path,
                           source_state(reader->source) == SOURCE_WHOLE
                               ? reader->message
                               : source_message(reader->source));
        goto out;
    }
    *out = reader;
    reader = NULL; /* the caller's now */
out:
    reader_close(reader);
    return status;
}

enum read_result reader_next(struct reader *reader, struct frame *frame)
{
    enum read_result result;

    if (reader->ended != READ_FRAME)
        return reader->ended;
    result = reader->ops->next(reader, frame);
    if (result == READ_FRAME)
        return READ_FRAME;
    /* Where the bytes themselves end too early, that is the reason, and not what the format
     * makes of it: it may even take it for the proper end. */
    if (source_state(reader->source) != SOURCE_WHOLE) {
        result = source_state(reader->source) == SOURCE_CUT ? READ_TRUNCATED : READ_DAMAGED;
        snprintf(reader->message, sizeof reader->message, "%s", source_message(reader->source));
    }
    reader->ended = result;
    return result;
}

struct reader_interface *reader_add_interface(struct reader *reader, int dlt)
{
    struct reader_interface *interface =
        MEMORY_APPEND(reader->interfaces, reader->interfaces_count, reader->interfaces_capacity);
    const char *name = pcap_datalink_val_to_name(dlt);

    interface->dlt = dlt;
    if (name != NULL)
        snprintf(interface->linktype, sizeof interface->linktype, "%s", name);
    else
        snprintf(interface->linktype, sizeof interface->linktype, "%d", dlt);
    return interface;
}

const char *reader_format(const struct reader *reader)
{
    return reader->ops->format;
}

size_t reader_interfaces(const struct reader *reader)
{
    return reader->interfaces_count;
}

const struct reader_interface *reader_interface(const struct reader *reader, size_t index)
{
    return &reader->interfaces[index];
}

/* Whether an interface before this one has its link type. */
static bool named_before(const struct reader *reader, size_t index)
{
    for (size_t i = 0; i < index; i++)
        if (reader->interfaces[i].dlt == reader->interfaces[index].dlt)
            return true;
    return false;
}

const char *reader_linktype(struct reader *reader)
{
    size_t used = 0;

    if (reader->interfaces_count == 0)
        return "none";
    for (size_t i = 0; i < reader->interfaces_count; i++) {
        if (named_before(reader, i))
            continue;
        used += (size_t)snprintf(reader->linktype + used, sizeof reader->linktype - used, "%s%s",
                                 used > 0 ? "," : "", reader->interfaces[i].linktype);
        if (used >= sizeof reader->linktype)
            return "several";
    }
    return reader->linktype;
}

uint32_t reader_snaplen(const struct reader *reader)
{
    uint32_t largest = 0;

    for (size_t i = 0; i < reader->interfaces_count; i++) {
        uint32_t snaplen = reader->interfaces[i].snaplen;

        if (snaplen == 0)
            return 0;
        if (snaplen > largest)
            largest = snaplen;
    }
    return largest;
}

const char *reader_comment(const struct reader *reader)
{
    return reader->comment;
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
    if (reader->ops != NULL)
        reader->ops->close(reader);
    source_close(reader->source);
    for (size_t i = 0; i < reader->interfaces_count; i++) {
        free(reader->interfaces[i].name);
        free(reader->interfaces[i].description);
    }
    free(reader->interfaces);
    free(reader);
}
