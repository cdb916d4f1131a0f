#include "case/context.h"

#include <inttypes.h>
#include <stdlib.h>

#include "base/memory.h"
#include "case/findings.h"
#include "case/query.h"
#include "store/case.h"

enum {
    NAME_MAX_LENGTH = 80
};

static enum status load_captures(struct report *report, struct error *err)
{
    size_t capacity = 0;
    struct query q;

    query_open(&q, report,
               "SELECT first_frame, packets, path, count(*) OVER (PARTITION BY point_id) > 1"
               " FROM capture ORDER BY first_frame, id",
               err);
    while (query_next(&q)) {
        struct report_capture *capture =
            MEMORY_APPEND(report->captures, report->captures_count, capacity);
        capture->first_frame = query_int(&q, 0);
        capture->packets = query_int(&q, 1);
        capture->file_name = memory_copy_text(text_file_name(query_text(&q, 2)));
        capture->one_of_many = query_int(&q, 3) != 0;
    }
    return query_close(&q);
}

enum status report_open(struct report *report, const char *path, struct error *err)
{
    enum status status;

    *report = (struct report){.path = path};
    status = case_open(path, CASE_READ, &report->db, err);
    if (status == STATUS_OK)
        status = load_captures(report, err);
    if (status == STATUS_OK)
        status = findings_rank(report, err);
    if (status != STATUS_OK)
        report_close(report);
    return status;
}

void report_close(struct report *report)
{
    for (size_t i = 0; i < report->captures_count; i++)
        free(report->captures[i].file_name);
    free(report->captures);
    free(report->pictures);
    for (size_t i = 0; i < report->charts_count; i++) {
        free(report->charts[i].name);
        free(report->charts[i].title);
        free(report->charts[i].svg);
    }
    free(report->charts);
    free(report->contrast);
    sqlite3_close(report->db);
    *report = (struct report){0};
}

static const struct report_capture *capture_of(const struct report *report, int64_t frame)
{
    size_t low = 0;
    size_t high = report->captures_count;

    while (low < high) {
        size_t middle = low + (high - low) / 2;
        const struct report_capture *capture = &report->captures[middle];

        if (frame < capture->first_frame)
            high = middle;
        else if (frame >= capture->first_frame + capture->packets)
            low = middle + 1;
        else
            return capture;
    }
    return NULL;
}

int64_t report_frame_in_file(const struct report *report, int64_t frame)
{
    const struct report_capture *capture = capture_of(report, frame);

    return capture != NULL ? frame - capture->first_frame + 1 : 0;
}

void report_write_frame(FILE *out, enum text_style style, const struct report *report,
                        const char *point, int64_t frame)
{
    const struct report_capture *capture = capture_of(report, frame);
    char *name;

    if (capture == NULL) /* no file holds it: the case was edited */
        name = memory_print("%s#?%" PRId64, point, frame);
    else if (capture->one_of_many)
        name = memory_print("%s:%s#%" PRId64, point, capture->file_name,
                            frame - capture->first_frame + 1);
    else
        name = memory_print("%s#%" PRId64, point, frame - capture->first_frame + 1);
    text_write(out, style, name, NAME_MAX_LENGTH);
    free(name);
}
