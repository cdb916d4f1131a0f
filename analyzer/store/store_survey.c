/* What the survey says of the inputs: points, captures, comments and remarks. */
#include "store/writing.h"

static const char *status_name(enum read_result end)
{
    switch (end) {
    case READ_TRUNCATED:
        return "truncated";
    case READ_DAMAGED:
        return "damaged";
    default:
        return "complete";
    }
}

static void put_skipped(struct store *store, struct insert *skipped, const struct capture *capture,
                        size_t number)
{
    for (int reason = SKIP_NONE + 1; reason < SKIP_REASONS; reason++) {
        if (capture->skipped[reason] == 0)
            continue;
        insert_integer(skipped, (int64_t)number);
        insert_text(skipped, skip_reason_name((enum skip_reason)reason));
        insert_integer(skipped, (int64_t)capture->skipped[reason]);
        store_keep_error(store, insert_run(skipped));
    }
}

static void put_captures(struct store *store, const struct survey *survey)
{
    struct insert capture = {0}, skipped = {0};

    store_keep_error(store, insert_open(&capture, store->db, "capture", 15));
    store_keep_error(store, insert_open(&skipped, store->db, "skipped", 3));
    for (size_t i = 0; i < survey->captures_count && store->rc == SQLITE_OK; i++) {
        const struct capture *c = &survey->captures[i];
        const struct clock_map *map = &survey->clocks[c->input].map;

        insert_integer(&capture, (int64_t)i + 1);
        insert_optional(&capture, c->has_point, (int64_t)c->point + 1);
        insert_text(&capture, c->path);
        insert_text(&capture, c->sha256);
        insert_text(&capture, c->format);
        insert_text(&capture, c->linktype);
        insert_integer(&capture, c->snaplen);
        insert_integer(&capture, (int64_t)c->packets);
        insert_integer(&capture, (int64_t)c->segments);
        insert_optional(&capture, c->packets > 0, clock_common(map, c->first_ns));
        insert_optional(&capture, c->packets > 0, clock_common(map, c->last_ns));
        insert_text(&capture, status_name(c->end));
        insert_text(&capture, c->message[0] ? c->message : NULL);
        insert_integer(&capture, (int64_t)c->first_frame);
        insert_optional(&capture, c->has_dropped, (int64_t)c->dropped);
        store_keep_error(store, insert_run(&capture));
        put_skipped(store, &skipped, c, i + 1);
    }
    insert_close(&capture);
    insert_close(&skipped);
}

static void put_points(struct store *store, const struct survey *survey)
{
    struct insert point = {0};

    store_keep_error(store, insert_open(&point, store->db, "point", 7));
    for (size_t i = 0; i < survey->points_count && store->rc == SQLITE_OK; i++) {
        const struct clock *clock = &survey->clocks[survey->points[i].input];

        insert_integer(&point, (int64_t)i + 1);
        insert_text(&point, survey->points[i].name);
        insert_integer(&point, clock->map.offset_ns);
        insert_integer(&point, clock->map.drift_ppb);
        insert_integer(&point, clock->map.origin_ns);
        insert_optional(&point, clock->has_error, clock->error_ns);
        insert_text(&point, clock_method_name(clock->method));
        store_keep_error(store, insert_run(&point));
    }
    insert_close(&point);
}

static void put_comments(struct store *store, const struct survey *survey)
{
    struct insert insert = {0};

    store_keep_error(store, insert_open(&insert, store->db, "comment", 4));
    for (size_t i = 0; i < survey->comments_count && store->rc == SQLITE_OK; i++) {
        const struct comment *comment = &survey->comments[i];
        uint64_t first_frame = survey->captures[comment->capture].first_frame;

        insert_null(&insert); /* id */
        insert_integer(&insert, comment->capture + 1);
        insert_optional(&insert, comment->frame != 0, (int64_t)(first_frame + comment->frame) - 1);
        insert_text(&insert, comment->text);
        store_keep_error(store, insert_run(&insert));
    }
    insert_close(&insert);
}

void store_survey(struct store *store, const struct survey *survey)
{
    put_points(store, survey);
    put_captures(store, survey);
    put_comments(store, survey);
    for (size_t i = 0; i < survey->remarks.count; i++)
        store_remark(store, survey->remarks.items[i].kind, survey->remarks.items[i].text);
}
