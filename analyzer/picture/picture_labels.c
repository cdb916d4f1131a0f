#include "picture/picture_labels.h"

#include <math.h>
#include <stdlib.h>

#include "base/memory.h"
#include "picture/label.h"

/* Sizes as parts of the area that is drawn on. */
#define CHARACTER_WIDTH 0.0072
#define MARK_WIDTH      0.014
#define MARK_HEIGHT     0.024

static double share(int64_t value, const struct axis *axis)
{
    return (double)(value - axis->low) / (double)(axis->high - axis->low);
}

static int characters(const char *text)
{
    int count = 0;

    for (; *text != '\0'; text++)
        count += (*text & 0xc0) != 0x80; /* not the rest of a UTF-8 sequence */
    return count;
}

static double x_of(const struct picture_view *view, int64_t ts_ns)
{
    return share(ts_ns - view->picture->origin_ns, &view->time);
}

static double y_of(const struct picture_view *view, int64_t off)
{
    return share(off, &view->bytes);
}

/* A line that comes in from the left at `first` and rises or falls in steps. */
static void take_steps(struct label_grid *grid, const struct picture_view *view, int64_t first,
                       const struct picture_step *steps, size_t count)
{
    double x = x_of(view, view->picture->from_ns);
    double y = y_of(view, first);

    for (size_t i = 0; i < count; i++) {
        double next_x = x_of(view, steps[i].ts_ns);
        double next_y = y_of(view, steps[i].off);

        label_grid_take(grid, x, y, next_x, y);
        label_grid_take(grid, next_x, fmin(y, next_y), next_x, fmax(y, next_y));
        x = next_x;
        y = next_y;
    }
}

static void take_trace(struct label_grid *grid, const struct picture_view *view,
                       const struct picture_trace *trace)
{
    for (size_t i = 0; i < trace->bars_count; i++) {
        const struct picture_bar *bar = &trace->bars[i];
        double at = x_of(view, bar->ts_ns);

        label_grid_take(grid, at, y_of(view, bar->off), at, y_of(view, bar->off + bar->len));
    }
    take_steps(grid, view, trace->level_first, trace->steps, trace->steps_count);
}

/* Takes all that is drawn. */
static void take_picture(struct label_grid *grid, const struct picture_view *view)
{
    const struct picture *picture = view->picture;

    for (size_t i = 0; i < picture->traces_count; i++)
        take_trace(grid, view, &picture->traces[i]);
    take_steps(grid, view, picture->window.first, picture->window.steps,
               picture->window.steps_count);
    for (int mark = 0; mark < MARKS; mark++) {
        for (size_t i = 0; i < picture->marks[mark].count; i++) {
            double x = x_of(view, picture->marks[mark].items[i].ts_ns);
            double y = y_of(view, picture->marks[mark].items[i].off);

            label_grid_take(grid, x - MARK_WIDTH / 2, y - MARK_HEIGHT / 2, x + MARK_WIDTH / 2,
                            y + MARK_HEIGHT / 2);
        }
    }
}

void picture_write_labels(FILE *out, const struct picture_view *view)
{
    const struct picture *picture = view->picture;
    struct label_grid *grid = memory_zalloc(sizeof *grid);

    take_picture(grid, view);
    for (size_t i = 0; i < picture->labels_count; i++) {
        const struct picture_label *label = &picture->labels[i];
        double x = x_of(view, label->ts_ns);
        double y = y_of(view, label->off);
        struct label_place place;

        if (!label->placed)
            continue;
        place = label_grid_place(grid, x, y, characters(label->text) * CHARACTER_WIDTH);
        fprintf(out, "set label %zu %s at graph %.5f,%.5f %s front font ',13' tc rgb '#303030'\n",
                i + 10, label->text, place.x, place.y, place.leftward ? "right" : "left");
        if (place.y != y)
            fprintf(out,
                    "set arrow %zu from graph %.5f,%.5f to graph %.5f,%.5f nohead back"
                    " lc rgb '#A0A0A0' lw 1\n",
                    i + 10, x, y, place.x, place.y);
    }
    free(grid);
}
