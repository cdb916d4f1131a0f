#include "survey/nat_map.h"

#include <csv.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "decode/address.h"

enum {
    COLUMNS = 8
};

static const char *const column_names[COLUMNS] = {
    "client",     "client_port",     "server",     "server_port",
    "nat_client", "nat_client_port", "nat_server", "nat_server_port",
};

static struct endpoint *column_endpoint(struct nat_entry *entry, int column)
{
    struct endpoint *ends[] = {&entry->client, &entry->server, &entry->nat_client,
                               &entry->nat_server};

    return ends[column / 2];
}

static bool parse_port(const char *text, uint16_t *port)
{
    char *end;
    unsigned long value = strtoul(text, &end, 10);

    *port = (uint16_t)value;
    return end != text && *end == '\0' && value <= UINT16_MAX;
}

static struct nat_entry *add_entry(struct nat_map *map)
{
    return MEMORY_APPEND(map->entries, map->count, map->capacity);
}

/* --- CSV ---------------------------------------------------------------------------------- */

struct csv_reading {
    struct nat_map *map;
    struct nat_entry entry;
    int columns[64]; /* which of ours each of the file's is; -1: none */
    size_t at;       /* column of the current line */
    unsigned line;
    unsigned seen; /* columns of ours that the header has, as bits */
    char problem[128];
};

static void take_cell(void *cell, size_t size, void *context)
{
    struct csv_reading *reading = context;
    size_t at = reading->at++;
    const char *text = size > 0 ? cell : "";
    struct endpoint *end;
    int column;

    if (at >= sizeof reading->columns / sizeof *reading->columns || reading->problem[0])
        return;
    if (reading->line == 1) {
        reading->columns[at] = -1;
        for (int i = 0; i < COLUMNS; i++) {
            if (strcmp(text, column_names[i]) == 0) {
                reading->columns[at] = i;
                reading->seen |= 1u << i;
            }
        }
        return;
    }
    column = reading->columns[at];
    if (column < 0)
        return;
    end = column_endpoint(&reading->entry, column);
    if (column % 2 == 0 ? !address_parse(text, &end->addr, &reading->entry.version)
                        : !parse_port(text, &end->port))
        snprintf(reading->problem, sizeof reading->problem, "'%.60s' is no %s", text,
                 column % 2 == 0 ? "address" : "port");
}

static void take_row(int last, void *context)
{
    struct csv_reading *reading = context;

    (void)last;
    if (reading->problem[0])
        return;
    if (reading->line == 1 && reading->seen != (1u << COLUMNS) - 1)
        snprintf(reading->problem, sizeof reading->problem, "a column is missing: %s",
                 column_names[__builtin_ctz(~reading->seen)]);
    else if (reading->line > 1 && reading->at > 0)
        *add_entry(reading->map) = reading->entry;
    reading->line++;
    reading->at = 0;
}

static enum status read_csv(struct nat_map *map, FILE *file, const char *path, struct error *err)
{
    struct csv_reading reading = {.map = map, .line = 1};
    struct csv_parser parser;
    char bytes[4096];
    size_t got;

    if (csv_init(&parser, CSV_APPEND_NULL) != 0)
        return error_set(err, STATUS_INPUT, "%s: out of memory", path);
    while ((got = fread(bytes, 1, sizeof bytes, file)) > 0 && !reading.problem[0])
        if (csv_parse(&parser, bytes, got, take_cell, take_row, &reading) != got)
            snprintf(reading.problem, sizeof reading.problem, "%s",
                     csv_strerror(csv_error(&parser)));
    if (!reading.problem[0])
        csv_fini(&parser, take_cell, take_row, &reading);
    csv_free(&parser);
    if (reading.problem[0])
        return error_set(err, STATUS_INPUT, "%s:%u: %s", path, reading.line, reading.problem);
    return STATUS_OK;
}

/* --- conntrack ------------------------------------------------------------------------------ */

/* The value of the n-th `key=` in a line, from 0, as a word of its own. */
static bool find_value(const char *line, const char *key, int number, char *value, size_t size)
{
    size_t length = strlen(key);

    for (const char *at = line; (at = strstr(at, key)) != NULL; at += length) {
        if ((at > line && at[-1] != ' ') || number-- > 0)
            continue;
        snprintf(value, size, "%.*s", (int)strcspn(at + length, " \t\r\n"), at + length);
        return true;
    }
    return false;
}

/* One direction of an entry: the n-th src, sport, dst and dport. */
static bool find_tuple(const char *line, int number, struct endpoint *src, struct endpoint *dst,
                       uint8_t *version)
{
    char text[4][ADDRESS_TEXT];

    return find_value(line, "src=", number, text[0], sizeof text[0]) &&
           find_value(line, "sport=", number, text[1], sizeof text[1]) &&
           find_value(line, "dst=", number, text[2], sizeof text[2]) &&
           find_value(line, "dport=", number, text[3], sizeof text[3]) &&
           address_parse(text[0], &src->addr, version) && parse_port(text[1], &src->port) &&
           address_parse(text[2], &dst->addr, version) && parse_port(text[3], &dst->port);
}

static enum status read_conntrack(struct nat_map *map, FILE *file, const char *path,
                                  struct error *err)
{
    enum status status = STATUS_OK;
    char *line = NULL;
    size_t size = 0;
    unsigned number = 0;

    while (status == STATUS_OK && getline(&line, &size, file) >= 0) {
        struct nat_entry entry = {0};

        number++;
        if (strstr(line, "tcp ") == NULL)
            continue;
        /* The reply comes back from the real server to the translated client. */
        if (find_tuple(line, 0, &entry.client, &entry.server, &entry.version) &&
            find_tuple(line, 1, &entry.nat_server, &entry.nat_client, &entry.version))
            *add_entry(map) = entry;
        else if (strstr(line, "src=") != NULL)
            status = error_set(err, STATUS_INPUT, "%s:%u: not a line of conntrack", path, number);
    }
    free(line);
    return status;
}

enum status nat_map_read(struct nat_map *map, const char *path, struct error *err)
{
    FILE *file = fopen(path, "r");
    char front[4096] = "";
    enum status status;

    if (file == NULL)
        return error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
    front[fread(front, 1, sizeof front - 1, file)] = '\0';
    rewind(file);
    status = strstr(front, "src=") != NULL ? read_conntrack(map, file, path, err)
                                           : read_csv(map, file, path, err);
    if (status == STATUS_OK && ferror(file))
        status = error_set(err, STATUS_INPUT, "%s: %s", path, strerror(errno));
    fclose(file);
    if (status == STATUS_OK && map->count == 0)
        status = error_set(err, STATUS_INPUT, "%s: no TCP connection in it", path);
    return status;
}

void nat_map_done(struct nat_map *map)
{
    free(map->entries);
    *map = (struct nat_map){0};
}
