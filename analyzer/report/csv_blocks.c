#include "report/csv_blocks.h"

#include <pthread.h>
#include <stdlib.h>

#include "base/text.h"

enum {
    BLOCK = 4096 /* connections: half a megabyte of lines */
};

/* What the threads share. Each takes the block after the last one that was taken, puts it together
 * in memory, and writes it when those before it are written. */
struct work {
    FILE *out;
    const char *sql;
    csv_line_fn *line;
    pthread_mutex_t lock;
    pthread_cond_t written;
    uint64_t blocks_taken, blocks_written;
    int64_t first; /* id of those that are not taken yet */
    bool all_taken;
};

struct writer {
    struct work *work;
    const struct report *report; /* its own */
    struct query last_of_block, rows;
    struct csv_row row; /* to `text` */
    char *text;
    size_t size;
    enum status status;
    struct error err;
};

static void writer_open(struct writer *writer, struct work *work, const struct report *report)
{
    *writer = (struct writer){.work = work, .report = report};
    writer->row.out = text_open(&writer->text, &writer->size);
    query_open(&writer->last_of_block, report,
               "SELECT id FROM connection WHERE id >= :first ORDER BY id"
               " LIMIT 1 OFFSET :block - 1",
               &writer->err);
    query_bind(&writer->last_of_block, ":block", BLOCK);
    query_open(&writer->rows, report, work->sql, &writer->err);
}

static void writer_close(struct writer *writer)
{
    enum status bounds = query_close(&writer->last_of_block);

    writer->status = query_close(&writer->rows);
    if (writer->status == STATUS_OK)
        writer->status = bounds;
    fclose(writer->row.out);
    free(writer->text);
}

/* Takes a block and binds its bounds; false if none is left. */
static bool take_block(struct writer *writer, uint64_t *number)
{
    struct work *work = writer->work;
    int64_t last = INT64_MAX;
    bool taken;

    pthread_mutex_lock(&work->lock);
    taken = !work->all_taken;
    if (taken) {
        *number = work->blocks_taken++;
        query_bind(&writer->last_of_block, ":first", work->first);
        query_bind(&writer->rows, ":first", work->first);
        if (query_next(&writer->last_of_block))
            last = query_int(&writer->last_of_block, 0);
        query_rewind(&writer->last_of_block);
        if (last < work->first) /* query_int() cuts ids that the program does not give */
            last = INT64_MAX;
        query_bind(&writer->rows, ":last", last);
        work->all_taken = last == INT64_MAX;
        if (!work->all_taken)
            work->first = last + 1;
    }
    pthread_mutex_unlock(&work->lock);
    return taken;
}

static void write_blocks(struct writer *writer)
{
    struct work *work = writer->work;
    uint64_t number;

    while (take_block(writer, &number)) {
        rewind(writer->row.out);
        while (query_next(&writer->rows))
            work->line(&writer->row, &writer->rows);
        query_rewind(&writer->rows);
        fflush(writer->row.out);
        pthread_mutex_lock(&work->lock);
        while (work->blocks_written < number)
            pthread_cond_wait(&work->written, &work->lock);
        fwrite(writer->text, 1, writer->size, work->out);
        work->blocks_written++;
        pthread_cond_broadcast(&work->written);
        pthread_mutex_unlock(&work->lock);
    }
}

static void *help(void *context)
{
    struct writer *writer = context;
    struct work *work = writer->work;
    struct report report;

    /* If the case can't be opened once more, the other thread does it all. */
    if (report_open(&report, writer->report->path, &writer->err) != STATUS_OK)
        return NULL;
    writer_open(writer, work, &report);
    write_blocks(writer);
    writer_close(writer);
    report_close(&report);
    return NULL;
}

/* Whether there is something to do for two. */
static bool has_blocks(const struct report *report, struct error *err)
{
    struct query q;
    bool found;

    query_open(&q, report, "SELECT 1 FROM connection LIMIT 1 OFFSET :block", err);
    query_bind(&q, ":block", BLOCK);
    found = query_next(&q);
    return query_close(&q) == STATUS_OK && found;
}

enum status csv_blocks_write(const struct report *report, FILE *out, const char *sql,
                             csv_line_fn *line, struct error *err)
{
    struct work work = {.out = out,
                        .sql = sql,
                        .line = line,
                        .lock = PTHREAD_MUTEX_INITIALIZER,
                        .written = PTHREAD_COND_INITIALIZER,
                        .first = INT64_MIN};
    struct writer own, helpers = {.work = &work, .report = report};
    const struct writer *failed = NULL;
    pthread_t helper;
    bool has_helper;

    has_helper = has_blocks(report, err) && pthread_create(&helper, NULL, help, &helpers) == 0;
    writer_open(&own, &work, report);
    write_blocks(&own);
    writer_close(&own);
    if (has_helper)
        pthread_join(helper, NULL);
    pthread_cond_destroy(&work.written);
    pthread_mutex_destroy(&work.lock);
    if (own.status != STATUS_OK)
        failed = &own;
    else if (helpers.status != STATUS_OK)
        failed = &helpers;
    if (failed == NULL)
        return STATUS_OK;
    *err = failed->err;
    return failed->status;
}
