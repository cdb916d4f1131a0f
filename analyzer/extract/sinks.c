#include "extract/sinks.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/output.h"
#include "base/text.h"
#include "base/time_text.h"
#include "capture/dump.h"
#include "report/csv_row.h"

struct sink {
    int64_t point_id;
    int dlt;
    char *name, *point;
    struct output output;
    struct dump *dump;
    int64_t frames;
};

struct sinks {
    char *dir, *stem; /* of FILE.pcap: the folder, and the name without .pcap */
    char *name;       /* FILE.pcap */
    bool several;     /* points */
    struct output list;
    struct csv_row row;
    struct sink *items;
    size_t count, capacity;
};

enum status sinks_open(const char *path, size_t points, struct sinks **out, struct error *err)
{
    static const char *const header[] = {"file", "number",      "point",   "capture", "frame",
                                         "time", "common_time", "segment", "role",    NULL};
    struct sinks *sinks = memory_zalloc(sizeof *sinks);
    enum status status;
    char *list, *end;

    sinks->dir = text_folder_name(path);
    sinks->name = memory_copy_text(text_file_name(path));
    sinks->stem = memory_copy_text(sinks->name);
    sinks->several = points > 1;
    end = strrchr(sinks->stem, '.');
    if (end != NULL && end != sinks->stem && strcmp(end, ".pcap") == 0)
        *end = '\0';
    list = memory_print("%s.txt", sinks->stem);
    status = output_open(&sinks->list, sinks->dir, list, err);
    free(list);
    *out = sinks;
    if (status != STATUS_OK) {
        sinks_free(sinks);
        *out = NULL;
        return status;
    }
    sinks->row.out = sinks->list.file;
    csv_write_header(&sinks->row, header);
    return STATUS_OK;
}

/* The name of a point as a part of a file's name. */
static void make_plain(char *name)
{
    for (; *name != '\0'; name++)
        if (!isalnum((unsigned char)*name) && strchr("._-", *name) == NULL)
            *name = '-';
}

static bool is_taken(const struct sinks *sinks, const char *name)
{
    for (size_t i = 0; i < sinks->count; i++)
        if (sinks->items[i].name != NULL && strcmp(sinks->items[i].name, name) == 0)
            return true;
    return false;
}

static char *name_for(const struct sinks *sinks, const struct sink_row *row)
{
    char *point = memory_copy_text(row->point), *name;

    make_plain(point);
    name = sinks->several ? memory_print("%s-%s.pcap", sinks->stem, point)
                          : memory_copy_text(sinks->name);
    /* A second link type of the point, or two points whose names differ in other signs only. */
    if (is_taken(sinks, name)) {
        free(name);
        name = memory_print("%s-%s-%" PRId64 "-%d.pcap", sinks->stem, point, row->point_id,
                            row->frame->dlt);
    }
    free(point);
    return name;
}

static enum status sink_for(struct sinks *sinks, const struct sink_row *row, struct sink **out,
                            struct error *err)
{
    enum status status;
    struct sink *sink;
    char *name;

    for (size_t i = 0; i < sinks->count; i++) {
        *out = &sinks->items[i];
        if ((*out)->point_id == row->point_id && (*out)->dlt == row->frame->dlt)
            return STATUS_OK;
    }
    name = name_for(sinks, row);
    *out = sink = MEMORY_APPEND(sinks->items, sinks->count, sinks->capacity);
    sink->point_id = row->point_id;
    sink->dlt = row->frame->dlt;
    sink->name = name;
    sink->point = memory_copy_text(row->point);
    status = output_open(&sink->output, sinks->dir, sink->name, err);
    if (status == STATUS_OK)
        status = dump_open(sink->output.file, sink->name, sink->dlt, &sink->dump, err);
    return status;
}

static void list_row(struct csv_row *out, const struct sink *sink, const struct sink_row *row)
{
    char text[TIME_TEXT_SIZE];

    csv_write_text(out, sink->name);
    csv_write_int(out, sink->frames);
    csv_write_text(out, row->point);
    csv_write_text(out, row->capture);
    csv_write_int(out, row->frame_number);
    csv_write_plain(out, time_text_iso(row->frame->raw_ns, text));
    csv_write_plain(out, time_text_iso(row->frame->ts_ns, text));
    if (row->segment_id != 0)
        csv_write_int(out, row->segment_id);
    else
        csv_write_plain(out, "");
    csv_write_text(out, row->role);
    csv_end_row(out);
}

enum status sinks_write(struct sinks *sinks, const struct sink_row *row, struct error *err)
{
    struct sink *sink;
    enum status status = sink_for(sinks, row, &sink, err);

    if (status != STATUS_OK)
        return status;
    dump_frame(sink->dump, row->frame, row->bytes, row->keep);
    sink->frames++;
    list_row(&sinks->row, sink, row);
    return STATUS_OK;
}

enum status sinks_commit(struct sinks *sinks, FILE *out, struct error *err)
{
    enum status status = STATUS_OK;

    for (size_t i = 0; i < sinks->count && status == STATUS_OK; i++) {
        status = dump_close(sinks->items[i].dump, err);
        sinks->items[i].dump = NULL;
    }
    for (size_t i = 0; i < sinks->count && status == STATUS_OK; i++)
        status = output_commit(&sinks->items[i].output, err);
    if (status == STATUS_OK)
        status = output_commit(&sinks->list, err);
    for (size_t i = 0; i < sinks->count && status == STATUS_OK; i++) {
        const struct sink *sink = &sinks->items[i];

        fprintf(out, "%s/%s: %" PRId64 " frame%s of ", sinks->dir, sink->name, sink->frames,
                sink->frames == 1 ? "" : "s");
        text_write(out, TEXT_PLAIN, sink->point, SIZE_MAX);
        fputc('\n', out);
    }
    if (status == STATUS_OK)
        fprintf(out, "%s/%s.txt: which frames they are\n", sinks->dir, sinks->stem);
    return status;
}

void sinks_free(struct sinks *sinks)
{
    struct error ignored;

    if (sinks == NULL)
        return;
    for (size_t i = 0; i < sinks->count; i++) {
        (void)!dump_close(sinks->items[i].dump, &ignored);
        output_abandon(&sinks->items[i].output);
        free(sinks->items[i].name);
        free(sinks->items[i].point);
    }
    output_abandon(&sinks->list);
    free(sinks->items);
    free(sinks->dir);
    free(sinks->stem);
    free(sinks->name);
    free(sinks);
}
