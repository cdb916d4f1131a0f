/* Where the words beside evidence stand in a picture, so that they cover neither what is drawn
 * nor each other. */
#ifndef LABEL_H
#define LABEL_H

#include <stdbool.h>

/* What of the drawn area is taken, as a grid. Positions are parts of that area: 0 is left or
 * bottom, 1 right or top; what lies outside is ignored. */
enum {
    LABEL_COLUMNS = 240,
    LABEL_ROWS = 120
};

struct label_grid {
    bool taken[LABEL_ROWS][LABEL_COLUMNS];
};

/* Takes the cells of a rectangle; one without width or height takes a line or a point. */
void label_grid_take(struct label_grid *grid, double left, double bottom, double right, double top);

struct label_place {
    double x, y;   /* where the text begins or, if `leftward`, ends; the middle of its height */
    bool leftward; /* it stands to the left of x */
};

/* The free place nearest to the mark at (`x`, `y`) for a text of that width, which it takes. If
 * everything is full, the one beside the mark. */
struct label_place label_grid_place(struct label_grid *grid, double x, double y, double width);

#endif
