/* Two SYNs side by side: one of a connection that failed, one of a connection that worked. */
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "case/query.h"
#include "report/contrast.h"
#include "report/syn_fields.h"

enum {
    ROW_BYTES = 16,
    SIDES = 2
};

struct side {
    struct syn_headers headers;
    uint8_t *bytes; /* of both headers */
    struct syn_field fields[SYN_FIELDS_MAX];
    size_t count;
};

static enum status load_side(struct side *side, const struct report *report, int64_t syn, FILE *out,
                             enum text_style style, const char *what, int64_t connection,
                             struct error *err)
{
    struct query q;

    query_open(&q, report,
               "SELECT y.ip_header, y.tcp_header, p.name, s.frame FROM segment s JOIN syn y"
               " ON y.leg_id = s.leg_id JOIN leg l ON l.id = s.leg_id JOIN point p"
               " ON p.id = l.point_id WHERE s.id = :syn",
               err);
    query_bind(&q, ":syn", syn);
    if (query_next(&q)) {
        const uint8_t *ip = query_bytes(&q, 0, &side->headers.ip_size);
        const uint8_t *tcp = query_bytes(&q, 1, &side->headers.tcp_size);

        side->bytes = memory_zalloc((size_t)side->headers.ip_size + side->headers.tcp_size + 1);
        if (ip != NULL)
            memcpy(side->bytes, ip, side->headers.ip_size);
        if (tcp != NULL)
            memcpy(side->bytes + side->headers.ip_size, tcp, side->headers.tcp_size);
        side->headers.ip = side->bytes;
        side->headers.tcp = side->bytes + side->headers.ip_size;
        side->count = syn_fields(&side->headers, side->fields);
        fprintf(out, "%s: connection %" PRId64 ", ", what, connection);
        report_write_frame(out, style, report, query_text(&q, 2), query_int(&q, 3));
        fputc('\n', out);
    }
    return query_close(&q);
}

/* The n-th field of this name. */
static const struct syn_field *find_field(const struct side *side, const char *name, bool ip,
                                          int nth)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->fields[i].ip == ip && strcmp(side->fields[i].name, name) == 0 && nth-- == 0)
            return &side->fields[i];
    return NULL;
}

static int nth_of(const struct side *side, size_t place)
{
    int nth = 0;

    for (size_t i = 0; i < place; i++)
        nth += side->fields[i].ip == side->fields[place].ip &&
               strcmp(side->fields[i].name, side->fields[place].name) == 0;
    return nth;
}

static void write_field(FILE *out, const char *name, const struct syn_field *a,
                        const struct syn_field *b)
{
    const char *left = a != NULL ? a->value : "-", *right = b != NULL ? b->value : "-";
    bool own = a != NULL ? a->own : b->own;
    const char *mark = "";

    if (strcmp(left, right) != 0)
        mark = own ? "other in each connection" : "<-- differs";
    fprintf(out, "  %-21s  %-24s  ", name, left);
    if (*mark != '\0')
        fprintf(out, "%-24s  %s\n", right, mark);
    else
        fprintf(out, "%s\n", right);
}

static void write_fields(FILE *out, const struct side sides[static SIDES])
{
    fprintf(out, "\n  %-21s  %-24s  %s\n", "", "failed", "worked");
    for (size_t i = 0; i < sides[0].count; i++) {
        const struct syn_field *a = &sides[0].fields[i];

        write_field(out, a->name, a, find_field(&sides[1], a->name, a->ip, nth_of(&sides[0], i)));
    }
    for (size_t i = 0; i < sides[1].count; i++) {
        const struct syn_field *b = &sides[1].fields[i];

        if (find_field(&sides[0], b->name, b->ip, nth_of(&sides[1], i)) == NULL)
            write_field(out, b->name, NULL, b);
    }
}

/* Whether the byte is of a field that is another one in each connection. */
static bool is_own(const struct side *side, bool ip, uint32_t at)
{
    for (size_t i = 0; i < side->count; i++)
        if (side->fields[i].ip == ip && side->fields[i].own && at >= side->fields[i].at &&
            at < side->fields[i].at + side->fields[i].size)
            return true;
    return false;
}

/* Filled up to a whole row if something stands to its right. */
static void write_bytes(FILE *out, const uint8_t *bytes, uint32_t size, uint32_t from, bool fill)
{
    for (uint32_t i = from; i < from + ROW_BYTES; i++) {
        if (i < size)
            fprintf(out, " %02x", bytes[i]);
        else if (fill)
            fputs("   ", out);
    }
}

/* One header of both in rows; under what differs stands a mark. */
static void write_dump(FILE *out, const struct side sides[static SIDES], bool ip)
{
    const struct syn_headers *a = &sides[0].headers, *b = &sides[1].headers;
    const uint8_t *left = ip ? a->ip : a->tcp, *right = ip ? b->ip : b->tcp;
    uint32_t left_size = ip ? a->ip_size : a->tcp_size, right_size = ip ? b->ip_size : b->tcp_size;

    for (uint32_t row = 0; row < left_size || row < right_size; row += ROW_BYTES) {
        char marks[3 * ROW_BYTES + 1];
        size_t marked = 0;

        memset(marks, ' ', sizeof marks);
        for (uint32_t i = row; i < row + ROW_BYTES; i++) {
            bool differs = (i < left_size) != (i < right_size) ||
                           (i < left_size && i < right_size && left[i] != right[i]);

            if (differs && !is_own(&sides[0], ip, i)) {
                marks[3 * (i - row) + 1] = marks[3 * (i - row) + 2] = '^';
                marked = 3 * (size_t)(i - row) + 3;
            }
        }
        marks[sizeof marks - 1] = '\0';
        fprintf(out, "  %s %02x ", ip ? "IP " : "TCP", row);
        write_bytes(out, left, left_size, row, true);
        fputs("  |", out);
        write_bytes(out, right, right_size, row, false);
        fputc('\n', out);
        if (marked > 0)
            fprintf(out, "         %s  |%.*s\n", marks, (int)marked, marks);
    }
}

enum status contrast_write_pair(FILE *out, enum text_style style, const struct report *report,
                                const struct contrast_pair *pair, struct error *err)
{
    struct side sides[SIDES] = {
        {{0}, NULL, {{0}}, 0},
        {{0}, NULL, {{0}}, 0}
    };
    enum status status =
        load_side(&sides[0], report, pair->syn[0], out, style, "failed", pair->connection[0], err);

    if (status == STATUS_OK)
        status = load_side(&sides[1], report, pair->syn[1], out, style, "worked",
                           pair->connection[1], err);
    if (status == STATUS_OK) {
        write_fields(out, sides);
        fputc('\n', out);
        write_dump(out, sides, true);
        write_dump(out, sides, false);
    }
    free(sides[0].bytes);
    free(sides[1].bytes);
    return status;
}
