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

static void put_skipped(struct insert *skipped, const struct capture *capture, size_t number)
{
    for (int reason = SKIP_NONE + 1; reason < SKIP_REASONS; reason++) {
        if (capture->skipped[reason] == 0)
            continue;
        insert_integer(skipped, (int64_t)number);
        insert_text(skipped, skip_reason_name((enum skip_reason)reason));
        insert_integer(skipped, (int64_t)capture->skipped[reason]);
        insert_run(skipped);
    }
}

static void put_captures(struct store *store, const struct survey *survey)
{
    struct insert *insert = &store->tables[TABLE_CAPTURE];

    for (size_t i = 0; i < survey->captures_count; i++) {
        const struct capture *c = &survey->captures[i];
        const struct clock_map *map = &survey->clocks[c->input].map;

        insert_integer(insert, (int64_t)i + 1);
        insert_optional(insert, c->has_point, (int64_t)c->point + 1);
        insert_text(insert, c->path);
        insert_text(insert, c->sha256);
        insert_text(insert, c->format);
        insert_text(insert, c->linktype);
        insert_integer(insert, c->snaplen);
        insert_integer(insert, (int64_t)c->packets);
        insert_integer(insert, (int64_t)c->segments);
        insert_optional(insert, c->packets > 0, clock_common(map, c->first_ns));
        insert_optional(insert, c->packets > 0, clock_common(map, c->last_ns));
        insert_text(insert, status_name(c->end));
        insert_text(insert, c->message[0] ? c->message : NULL);
        insert_integer(insert, (int64_t)c->first_frame);
        insert_optional(insert, c->has_dropped, (int64_t)c->dropped);
        insert_run(insert);
        put_skipped(&store->tables[TABLE_SKIPPED], c, i + 1);
    }
}

static void put_points(struct store *store, const struct survey *survey)
{
    struct insert *insert = &store->tables[TABLE_POINT];

    for (size_t i = 0; i < survey->points_count; i++) {
        const struct clock *clock = &survey->clocks[survey->points[i].input];

        insert_integer(insert, (int64_t)i + 1);
        insert_text(insert, survey->points[i].name);
        insert_integer(insert, clock->map.offset_ns);
        insert_integer(insert, clock->map.drift_ppb);
        insert_integer(insert, clock->map.origin_ns);
        insert_optional(insert, clock->has_error, clock->error_ns);
        insert_text(insert, clock_method_name(clock->method));
        insert_run(insert);
    }
}

static void put_comments(struct store *store, const struct survey *survey)
{
    struct insert *insert = &store->tables[TABLE_COMMENT];

    for (size_t i = 0; i < survey->comments_count; i++) {
        const struct comment *comment = &survey->comments[i];
        uint64_t first_frame = survey->captures[comment->capture].first_frame;

        insert_null(insert); /* id */
        insert_integer(insert, comment->capture + 1);
        insert_optional(insert, comment->frame != 0, (int64_t)(first_frame + comment->frame) - 1);
        insert_text(insert, comment->text);
        insert_run(insert);
    }
}

void store_survey(struct store *store, const struct survey *survey)
{
    put_points(store, survey);
    put_captures(store, survey);
    put_comments(store, survey);
    for (size_t i = 0; i < survey->remarks.count; i++)
        store_remark(store, survey->remarks.items[i].kind, survey->remarks.items[i].text);
}
