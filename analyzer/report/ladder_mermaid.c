/* The ladder of a finding as a sequenceDiagram, which GitHub and GitLab draw as it stands. */
#include <inttypes.h>
#include <stdlib.h>

#include "base/time_text.h"
#include "decode/packet.h"
#include "report/ladder_told.h"

enum {
    NAME_MAX_LENGTH = 40
};

/* The ends are c and s, the points p1, p2, … */
static void write_lane(FILE *out, const struct ladder_told *told, size_t lane)
{
    if (lane == 0)
        fputc('c', out);
    else if (lane > told->lanes_count)
        fputc('s', out);
    else
        fprintf(out, "p%zu", lane);
}

static void write_participants(FILE *out, const struct ladder_told *told)
{
    fputs("    participant c as client ", out);
    text_write(out, TEXT_MERMAID, told->client, NAME_MAX_LENGTH);
    for (size_t i = 0; i < told->lanes_count; i++) {
        fprintf(out, "\n    participant p%zu as point ", i + 1);
        text_write(out, TEXT_MERMAID, told->lanes[i].name, NAME_MAX_LENGTH);
    }
    fputs("\n    participant s as server ", out);
    text_write(out, TEXT_MERMAID, told->server, NAME_MAX_LENGTH);
    fputc('\n', out);
}

static void write_frames(FILE *out, const struct ladder_told *told, const struct ladder_row *row)
{
    for (size_t i = 0; i < told->lanes_count; i++) {
        if (row->sightings[i].segment == 0)
            continue;
        fputs(", ", out);
        text_write(out, TEXT_MERMAID, told->lanes[i].name, NAME_MAX_LENGTH);
        fprintf(out, "#35;%" PRId64, row->sightings[i].frame);
    }
}

/* An arrow from end to end; one that was lost ends with a cross where it should have come next, one
 * that came out of the path begins there. A dotted one was seen by one point of several only. */
static void write_row(FILE *out, const struct ladder_told *told, const struct ladder_row *row)
{
    struct ladder_span span = ladder_span(row, told->lanes_count);
    bool lost = row->mark_bits & 1u << MARK_NOT_FORWARDED;
    bool injected = row->mark_bits & 1u << MARK_INJECTED;
    bool part = told->lanes_count > 1 && span.first == span.last && !lost && !injected;
    char seconds[TIME_TEXT_SIZE];

    fputs("    ", out);
    write_lane(out, told, injected ? span.first : span.sender);
    fputs(lost ? "-x" : part ? "-->>" : "->>", out);
    write_lane(out, told, lost ? (size_t)((int)span.last + span.forward) : span.receiver);
    fprintf(out, ": %s s: ", time_text_seconds(row->ts_ns - told->origin_ns, seconds));
    ladder_write_words(out, row);
    write_frames(out, told, row);
    if (row->flags & (TCP_SYN | TCP_RST) && span.first > 0)
        fprintf(out, ", ttl %d", row->sightings[span.first - 1].ttl);
    fputc('\n', out);
}

static void write_note(FILE *out, const struct ladder_told *told, const struct ladder_row *row)
{
    struct ladder_span span = ladder_span(row, told->lanes_count);
    char *text = NULL;
    size_t size = 0;
    FILE *stream = text_open(&text, &size);

    ladder_told_write_notes(stream, TEXT_MERMAID, told, row);
    fclose(stream);
    if (size > 0) {
        fputs("    Note over ", out);
        write_lane(out, told, span.last);
        fprintf(out, ": %s\n", text);
    }
    free(text);
}

enum status ladder_told_write_mermaid(FILE *out, const struct report *report, int64_t finding,
                                      struct error *err)
{
    char count[TEXT_COUNT_SIZE];
    struct ladder_told told;
    enum status status = ladder_told_load(&told, report, finding, err);

    if (status != STATUS_OK)
        return status;
    if (told.ladder.count > 0) {
        fprintf(out, "\n```mermaid\nsequenceDiagram\n%%%% finding %" PRId64 "\n", finding);
        write_participants(out, &told);
    }
    for (size_t i = 0; i < told.ladder.count; i++) {
        if (told.left_out[i] > 0)
            fprintf(out, "    Note over c,s: %s more\n", text_count(told.left_out[i], count));
        write_row(out, &told, &told.ladder.rows[i]);
        write_note(out, &told, &told.ladder.rows[i]);
    }
    fputs(told.ladder.count > 0 ? "```\n" : "", out);
    ladder_told_free(&told);
    return STATUS_OK;
}
