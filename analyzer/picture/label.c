#include "picture/label.h"

#define LINE_HEIGHT 0.040
#define MARK_GAP    0.018 /* from the middle of the mark to the text */

enum {
    LINES_AWAY_MAX = 14
};

static int cell(double position, int cells)
{
    return (int)(position * cells);
}

static int clamp(int value, int high)
{
    return value < 0 ? 0 : value > high ? high : value;
}

void label_grid_take(struct label_grid *grid, double left, double bottom, double right, double top)
{
    if (right < 0 || left > 1 || top < 0 || bottom > 1)
        return;
    for (int row = clamp(cell(bottom, LABEL_ROWS), LABEL_ROWS - 1);
         row <= clamp(cell(top, LABEL_ROWS), LABEL_ROWS - 1); row++)
        for (int column = clamp(cell(left, LABEL_COLUMNS), LABEL_COLUMNS - 1);
             column <= clamp(cell(right, LABEL_COLUMNS), LABEL_COLUMNS - 1); column++)
            grid->taken[row][column] = true;
}

static bool is_free(const struct label_grid *grid, double left, double bottom, double right,
                    double top)
{
    if (left < 0 || bottom < 0 || right >= 1 || top >= 1)
        return false;
    for (int row = cell(bottom, LABEL_ROWS); row <= cell(top, LABEL_ROWS); row++)
        for (int column = cell(left, LABEL_COLUMNS); column <= cell(right, LABEL_COLUMNS); column++)
            if (grid->taken[row][column])
                return false;
    return true;
}

/* Whether the text fits there; if so it takes the place. */
static bool try_place(struct label_grid *grid, const struct label_place *place, double width)
{
    double left = place->leftward ? place->x - width : place->x;
    double bottom = place->y - LINE_HEIGHT / 2;

    if (!is_free(grid, left, bottom, left + width, bottom + LINE_HEIGHT))
        return false;
    label_grid_take(grid, left, bottom, left + width, bottom + LINE_HEIGHT);
    return true;
}

struct label_place label_grid_place(struct label_grid *grid, double x, double y, double width)
{
    /* Beside the mark to the right, to the left; then one line below, above, and so on. */
    for (int away = 0; away <= LINES_AWAY_MAX; away++) {
        for (int i = 0; i < 4; i++) {
            bool leftward = i % 2 != 0;
            double shift = LINE_HEIGHT * away * (i < 2 ? -1 : 1);
            struct label_place place = {x + (leftward ? -MARK_GAP : MARK_GAP), y + shift, leftward};

            if (try_place(grid, &place, width))
                return place;
        }
    }
    return (struct label_place){x + MARK_GAP, y, false};
}
