#include "picture/chart_kinds.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "case/query.h"

enum {
    TITLE_MAX_LENGTH = 100
};

static const struct chart_kind *const kinds[] = {
    &chart_kind_syn_series, &chart_kind_ttl,    &chart_kind_delay,
    &chart_kind_size,       &chart_kind_flight,
};

const struct chart_kind *const *chart_kinds(size_t *count)
{
    *count = sizeof kinds / sizeof *kinds;
    return kinds;
}

const struct chart_kind *chart_kind_find(const char *name)
{
    for (size_t i = 0; i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

/* "5 of 18 connections: never answered, …" */
static void tell_choice(struct chart *chart, const struct chart_kind *kind, int64_t connections)
{
    char shown[TEXT_COUNT_SIZE];
    char all[TEXT_COUNT_SIZE];
    char *text;

    if (kind->first == NULL || chart->names_count == 0 ||
        (int64_t)chart->names_count >= connections)
        return;
    text = memory_print("%s of %s connections: %s", text_count((int64_t)chart->names_count, shown),
                        text_count(connections, all), kind->first);
    chart_set_subtitle(chart, 0, text);
    free(text);
}

/* What it is of, and its name. */
static void name_it(struct chart *chart, const struct chart_kind *kind, int64_t connection,
                    const char *what)
{
    chart->name = connection == 0
                      ? memory_copy_text(kind->name)
                      : memory_print("connection-%" PRId64 "-%s", connection, kind->name);
    chart->plain_title = connection == 0
                             ? memory_copy_text(kind->title)
                             : memory_print("Connection %" PRId64 ":  %s", connection, kind->title);
    chart->title = text_safe(TEXT_GNUPLOT, chart->plain_title, TITLE_MAX_LENGTH);
    chart_set_subtitle(chart, 0, what);
    chart_set_subtitle(chart, 1, kind->note);
}

enum status chart_make(struct chart *chart, const struct chart_kind *kind,
                       const struct report *report, int64_t connection,
                       const struct time_range *range, struct error *err)
{
    struct chart_view view = {.connection = connection};
    enum status status;
    int64_t count = 0;
    struct query q;

    *chart = (struct chart){0};
    if (kind->one && connection == 0)
        return error_set(err, STATUS_USAGE, "plot: %s of which connection? Give --connection N",
                         kind->name);
    query_open(&q, report,
               "SELECT min(first_ns), max(last_ns), count(*), iif(:connection = 0,"
               " count(*) || iif(count(*) = 1, ' connection', ' connections'), client_addr || ':' "
               "|| client_port || ' > ' ||"
               " server_addr || ':' || server_port || '  (' || outcome || ')')"
               " FROM connection WHERE :connection IN (0, id)",
               err);
    query_bind(&q, ":connection", connection);
    if (query_next(&q)) {
        count = query_int(&q, 2);
        view.origin_ns = query_int(&q, 0);
        time_range_apply(range, query_int(&q, 0), query_int(&q, 1), &view.from_ns, &view.to_ns);
        name_it(chart, kind, connection, query_text(&q, 3));
    }
    status = query_close(&q);
    if (status == STATUS_OK && count == 0 && connection != 0)
        status =
            error_set(err, STATUS_USAGE, "%s: no connection %" PRId64, report->path, connection);
    if (status == STATUS_OK && view.from_ns <= view.to_ns) /* else the range is beside it */
        status = kind->fill(chart, report, &view, err);
    tell_choice(chart, kind, count);
    return status;
}
