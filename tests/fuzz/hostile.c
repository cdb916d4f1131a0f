/* Captures that somebody has tampered with, through the whole program: two points, frames changed
 * at random, clocks that jump, files with bytes changed or cut off. Whatever is in them, the case
 * has to be complete and sound, or refused with a reason.
 *
 * usage: hostile [--rounds N] [--from ROUND] [--rules DIR] [CAPTURE…]
 *
 * As with mutate, a round that fails can be run again alone. Prints one test in TAP. */
#include <getopt.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/memory.h"
#include "command/analysis.h"
#include "fuzz/mutation.h"
#include "packet/capture_file.h"
#include "report/report.h"

enum {
    POINTS = 2,
    FRAMES_MAX = 300,
    ROUNDS_DEFAULT = 60,
};

/* Where a round has its files. */
struct folder {
    char *path, *case_path;
    char *traces[POINTS];
};

/* --- captures -------------------------------------------------------------------------------- */

/* Mostly a little later than the frame before; now and then any time at all. */
static int64_t next_time(uint64_t *random, int64_t now_ns)
{
    switch (random_below(random, 200)) {
    case 0:
        return (int64_t)random_next(random) * 1000000000;
    case 1:
        return now_ns - (int64_t)random_next(random) * 1000;
    case 2:
        return now_ns + (int64_t)random_next(random) * 1000;
    default:
        return now_ns + (int64_t)random_below(random, 2000000);
    }
}

struct trace {
    FILE *file;
    struct pcap_format pcap;
    struct pcapng_interface interface;
    bool is_ng;
};

static void open_trace(struct trace *trace, const char *path, int dlt, uint64_t *random)
{
    uint32_t kind = random_next(random);

    trace->file = fopen(path, "wb");
    if (!trace->file) {
        perror(path);
        exit(1);
    }
    trace->is_ng = kind & 1;
    trace->pcap = (struct pcap_format){
        .dlt = dlt, .nanoseconds = (kind & 2) != 0, .swapped = (kind & 4) != 0};
    trace->interface = (struct pcapng_interface){
        .dlt = dlt, .snaplen = 262144, .resolution = (uint8_t)(kind & 8 ? 9 : 0)};
    if (trace->is_ng) {
        pcapng_put_section(trace->file, trace->pcap.swapped);
        pcapng_put_interface(trace->file, trace->pcap.swapped, &trace->interface);
    } else {
        pcap_put_header(trace->file, &trace->pcap);
    }
}

static void put_frame(struct trace *trace, int64_t ts_ns, const uint8_t *bytes, uint32_t len,
                      uint32_t sent)
{
    if (trace->is_ng)
        pcapng_put_packet(trace->file, trace->pcap.swapped, &trace->interface, 0, ts_ns, bytes, len,
                          sent);
    else
        pcap_put_packet(trace->file, &trace->pcap, ts_ns, bytes, len, sent);
}

/* Some bytes of the file are changed, or it ends too soon. */
static void damage(const char *path, uint64_t *random)
{
    FILE *file = fopen(path, "r+b");
    long size;

    if (!file || fseek(file, 0, SEEK_END) != 0 || (size = ftell(file)) <= 0) {
        perror(path);
        exit(1);
    }
    for (uint32_t change = 1 + random_below(random, 3); change > 0; change--) {
        fseek(file, (long)random_below(random, (uint32_t)size), SEEK_SET);
        fputc((int)random_next(random) & 255, file);
    }
    if (fclose(file) != 0 || (random_below(random, 2) == 0 &&
                              truncate(path, (long)random_below(random, (uint32_t)size)))) {
        perror(path);
        exit(1);
    }
}

/* A run of frames, seen at both points a little apart, with changes at either. */
static void write_traces(const struct folder *folder, const struct seeds *seeds, uint64_t *random)
{
    uint32_t first = random_below(random, (uint32_t)seeds->count);
    uint32_t frames = 1 + random_below(random, FRAMES_MAX);
    uint32_t change_one_in = 2 + random_below(random, 50);
    int64_t now_ns = 1700000000LL * 1000000000LL;
    struct trace traces[POINTS];

    for (int point = 0; point < POINTS; point++)
        open_trace(&traces[point], folder->traces[point], seeds->items[first].dlt, random);
    for (uint32_t i = 0; i < frames; i++) {
        const struct seed *seed = &seeds->items[(first + i) % seeds->count];

        now_ns = next_time(random, now_ns);
        for (int point = 0; point < POINTS; point++) {
            uint8_t bytes[SEED_BYTES];
            uint32_t len = seed->len;

            if (random_below(random, 20) == 0)
                continue;
            memcpy(bytes, seed->bytes, len);
            if (random_below(random, change_one_in) == 0)
                len = mutate_frame(random, bytes, len);
            put_frame(&traces[point], now_ns + point * 100000, bytes, len,
                      random_below(random, 50) == 0 ? random_next(random) : seed->len);
        }
    }
    for (int point = 0; point < POINTS; point++) {
        fclose(traces[point].file);
        if (random_below(random, 4) == 0)
            damage(folder->traces[point], random);
    }
}

/* --- what has to hold ---------------------------------------------------------------------------
 */

static void promise(bool kept, const char *what)
{
    if (kept)
        return;
    fprintf(stderr, "broken promise: %s\n", what);
    abort();
}

/* The number that a query gives; -1 for none. */
static sqlite3_int64 number_of(sqlite3 *db, const char *query)
{
    sqlite3_stmt *statement = NULL;
    sqlite3_int64 number = -1;

    promise(sqlite3_prepare_v2(db, query, -1, &statement, NULL) == SQLITE_OK, query);
    if (sqlite3_step(statement) == SQLITE_ROW)
        number = sqlite3_column_int64(statement, 0);
    sqlite3_finalize(statement);
    return number;
}

static void check_case(const char *path)
{
    /* Each of them gives 0 for a sound case. */
    static const char *const queries[] = {
        "SELECT count(*) FROM pragma_foreign_key_check",
        "SELECT count(*) FROM pragma_integrity_check WHERE integrity_check <> 'ok'",
        "SELECT (SELECT count(*) FROM segment) - (SELECT total(segments) FROM capture)",
        "SELECT (SELECT count(*) FROM segment)"
        " - (SELECT total(segments_client + segments_server) FROM leg)",
        "SELECT (SELECT total(packets) FROM capture) - (SELECT total(packets) FROM skipped)"
        " - (SELECT count(*) FROM segment) - (SELECT count(*) FROM icmp)",
        "SELECT count(*) FROM segment WHERE seen_before >= id",
        "SELECT count(*) FROM connection c"
        " WHERE legs <> (SELECT count(*) FROM leg WHERE connection_id = c.id)",
    };
    sqlite3 *db = NULL;

    promise(sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) == SQLITE_OK, "a case opens");
    for (size_t i = 0; i < sizeof(queries) / sizeof(queries[0]); i++)
        promise(number_of(db, queries[i]) == 0, queries[i]);
    sqlite3_close(db);
}

static void analyse(const struct folder *folder, const char *rules)
{
    struct input_set inputs = {0};
    struct analysis_options options = {
        .inputs = &inputs, .command_line = "hostile", .rules = {.dir = rules}};
    struct analysis_result result = {0};
    struct error err = {0};
    enum status status;

    for (int point = 0; point < POINTS; point++)
        promise(input_set_add(&inputs, folder->traces[point], &err) == STATUS_OK,
                "a path is an input");
    status = analysis_run(folder->case_path, &options, &result, &err);
    promise(status == STATUS_OK || status == STATUS_INPUT,
            status == STATUS_RULE ? err.text : "read or refused");
    if (status == STATUS_OK) {
        const struct report_options report = {.formats = "csv,md,json"};

        check_case(folder->case_path);
        promise(report_write(folder->case_path, folder->path, &report, &err) == STATUS_OK,
                err.text);
    } else {
        promise(access(folder->case_path, F_OK) != 0, "what is refused leaves no case");
        promise(strchr(err.text, ':') != NULL, "what is refused is named");
    }
    input_set_done(&inputs);
}

/* --- the command ---------------------------------------------------------------------------------
 */

static void make_folder(struct folder *folder)
{
    const char *scratch = getenv("SCRATCH");

    folder->path = memory_print("%s/hostile.XXXXXX", scratch ? scratch : "/tmp");
    if (!mkdtemp(folder->path)) {
        perror(folder->path);
        exit(1);
    }
    folder->case_path = memory_print("%s/case.db", folder->path);
    for (int point = 0; point < POINTS; point++)
        folder->traces[point] = memory_print("%s/%c.pcap", folder->path, 'a' + point);
}

static void remove_folder(struct folder *folder)
{
    static const char *const reports[] = {"findings.csv", "connections.csv", "report.md"};

    for (size_t i = 0; i < sizeof(reports) / sizeof(reports[0]); i++) {
        char *path = memory_print("%s/%s", folder->path, reports[i]);

        unlink(path);
        free(path);
    }
    for (int point = 0; point < POINTS; point++) {
        unlink(folder->traces[point]);
        free(folder->traces[point]);
    }
    unlink(folder->case_path);
    free(folder->case_path);
    rmdir(folder->path);
    free(folder->path);
}

int main(int argc, char **argv)
{
    static struct seeds seeds;
    struct folder folder;
    struct fuzz_options options = {.rounds = ROUNDS_DEFAULT, .rules = "rules"};

    fuzz_options_read(&options, argc, argv);
    seeds_add_gallery(&seeds);
    for (int i = optind; i < argc; i++)
        seeds_add_capture(&seeds, argv[i], SEEDS_MAX / 8);
    make_folder(&folder);
    puts("1..1");
    for (unsigned long round = options.from; round < options.from + options.rounds; round++) {
        uint64_t random = random_begin(round);

        printf("# round %lu\n", round);
        fflush(stdout);
        unlink(folder.case_path);
        write_traces(&folder, &seeds, &random);
        analyse(&folder, options.rules);
    }
    remove_folder(&folder);
    printf("ok 1 - analyze: %lu rounds of tampered captures\n", options.rounds);
    return 0;
}
